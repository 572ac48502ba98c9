"""What is sealed under an older key: a batch at a time, locked, and written back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

ORDERS = text("""
    select order_id, personal from orders where personal not like :newest
    order by id limit :limit for no key update skip locked
""")
CUSTOMERS = text("""
    select customer_id, personal from customers where personal not like :newest limit :limit for update skip locked
""")
CARTS = text("select order_id, cart from held_carts where cart not like :newest limit :limit for update skip locked")
CORRECTIONS = text("""
    select wish_id, personal from amendments where personal not like :newest limit :limit for no key update skip locked
""")
KEEP_ORDER = text("update orders set personal = :personal, found_by = :tokens where order_id = :order_id")
KEEP_CUSTOMER = text("update customers set personal = :personal, found_by = :tokens where customer_id = :customer_id")
KEEP_CART = text("update held_carts set cart = :cart where order_id = :order_id")
KEEP_CORRECTION = text("update amendments set personal = :personal where wish_id = :wish_id")
# the relay and its consumers have them under the key that they were sealed with
ON_THEIR_WAY = text("""
    select split_part(sealed, ':', 1) as key, count(*) as waiting from (
        select coalesce(data ->> 'personal', data #>> '{correction,personal}') as sealed
        from outbox, lateral (select cast(body as jsonb) -> 'data' as data) as told
    ) as bodies
    where sealed not like :newest group by 1
""")


def orders(tx: Tx, newest: str, *, limit: int) -> list[Any]:
    return _older(tx, ORDERS, newest, limit)


def customers(tx: Tx, newest: str, *, limit: int) -> list[Any]:
    return _older(tx, CUSTOMERS, newest, limit)


def carts(tx: Tx, newest: str, *, limit: int) -> list[Any]:
    return _older(tx, CARTS, newest, limit)


def corrections(tx: Tx, newest: str, *, limit: int) -> list[Any]:
    return _older(tx, CORRECTIONS, newest, limit)


def keep_order(tx: Tx, order_id: UUID, personal: str, tokens: list[int] | None) -> None:
    tx.execute(KEEP_ORDER, {"order_id": order_id, "personal": personal, "tokens": tokens})


def keep_customer(tx: Tx, customer_id: UUID, personal: str, tokens: list[int]) -> None:
    tx.execute(KEEP_CUSTOMER, {"customer_id": customer_id, "personal": personal, "tokens": tokens})


def keep_cart(tx: Tx, order_id: UUID, cart: str) -> None:
    tx.execute(KEEP_CART, {"order_id": order_id, "cart": cart})


def keep_correction(tx: Tx, wish_id: UUID, personal: str) -> None:
    tx.execute(KEEP_CORRECTION, {"wish_id": wish_id, "personal": personal})


def on_their_way(tx: Tx, newest: str) -> dict[str, int]:
    """How many values that were sealed under an older key are still to be told, by key."""
    return {row.key: row.waiting for row in tx.execute(ON_THEIR_WAY, {"newest": f"{newest}:%"})}


def _older(tx: Tx, statement: Any, newest: str, limit: int) -> list[Any]:
    return list(tx.execute(statement, {"newest": f"{newest}:%", "limit": limit}))
