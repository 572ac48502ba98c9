"""What is sealed under an older key: a batch at a time, locked, and written back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

OLDER = {
    "orders": "select order_id, personal from orders where personal not like :newest",
    "customers": "select customer_id, personal from customers where personal not like :newest",
    "held carts": "select order_id, cart from held_carts where cart not like :newest",
    "corrections": "select wish_id, personal from amendments where personal not like :newest",
}
BATCH = {kind: text(f"{older} limit :limit for no key update skip locked") for kind, older in OLDER.items()}
LEFT = {kind: text(f"select exists ({older})") for kind, older in OLDER.items()}
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


def older(tx: Tx, kind: str, newest: str, *, limit: int) -> list[Any]:
    """Values of a kind that are not sealed under the newest key, but for those that somebody else holds; locked."""
    return list(tx.execute(BATCH[kind], {"newest": f"{newest}:%", "limit": limit}))


def any_older(tx: Tx, kind: str, newest: str) -> bool:
    """Whether any is left, whoever holds it."""
    return bool(tx.scalar(LEFT[kind], {"newest": f"{newest}:%"}))


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
