"""Orders as they stand: reading, listing, and what answers change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, or_, select, text

from services.chassis.database import Tx
from services.orders.models import orders

COLUMNS = (
    orders.c.id,
    orders.c.order_id,
    orders.c.document,
    orders.c.mode,
    orders.c.session_id,
    orders.c.till_id,
    orders.c.seller,
    orders.c.placed_at,
    orders.c.business_date,
    orders.c.invoice_number,
    orders.c.total_minor,
    orders.c.state,
    orders.c.oms_id,
    orders.c.accepted_at,
    orders.c.reason,
    orders.c.revision,
    orders.c.printed,
)

SETTLE = text("""
    update orders set delivery_version = :version, oms_id = coalesce(:oms_id, oms_id),
        accepted_at = coalesce(cast(:accepted_at as timestamptz), accepted_at), reason = cast(:reason as jsonb),
        state = case when state = 'void' then state else :state end
    where order_id = :order_id and delivery_version < :version
    returning state
""")
ACCEPTED = text("update movements set accepted_at = :accepted_at where order_id = :order_id and accepted_at is null")
SET_STATE = text("update orders set state = :state where order_id = :order_id")
# in the order in which sales take them
LOCK_GOODS = text("""
    select from stock where sku in (select sku from movements where order_id = :order_id) order by sku for update
""")
VOID = text("""
    with void as (update orders set state = 'void' where order_id = :order_id and state <> 'void' returning order_id),
    back as (
        delete from movements m using void where :goods_back and m.order_id = void.order_id
        returning m.sku, m.quantity, m.open
    ), gone as (
        update movements m set accepted_at = coalesce(m.accepted_at, :now) from void
        where not :goods_back and m.order_id = void.order_id
    ), restocked as (
        update stock set sold = sold - back.quantity from back where stock.sku = back.sku and back.open
    )
    select void.order_id, (select jsonb_agg(jsonb_build_object('sku', sku, 'quantity', quantity)) from back) as lines
    from void
""")
PRINTED = text("update orders set printed = printed + 1 where order_id = :order_id returning printed")
NEXT_REVISION = text("update orders set revision = revision + 1 where order_id = :order_id returning revision")


def get(tx: Tx, order_id: UUID) -> Any:
    """The order, or None."""
    return tx.execute(select(*COLUMNS).where(orders.c.order_id == order_id)).first()


def lock(tx: Tx, order_id: UUID) -> Any:
    """The order, locked to the end of the transaction, or None."""
    return tx.execute(select(*COLUMNS).where(orders.c.order_id == order_id).with_for_update()).first()


def page(tx: Tx, *, filters: dict[str, Any], search: str | None, before: int | None, limit: int) -> list[Any]:
    """Orders, the newest first, from below the id `before`."""
    query = select(*COLUMNS).order_by(orders.c.id.desc()).limit(limit)
    for name, value in filters.items():
        query = query.where(orders.c[name] == value)
    if before is not None:
        query = query.where(orders.c.id < before)
    return list(tx.execute(_matching(query, search) if search else query))


def _matching(query: Select[Any], search: str) -> Select[Any]:
    plain = search.strip()
    customer = orders.c.document["customer"]
    return query.where(
        or_(
            orders.c.invoice_number.startswith(plain.upper(), autoescape=True),
            cast(orders.c.order_id, String).startswith(plain.lower(), autoescape=True),
            func.lower(customer["name"].astext).contains(plain.lower(), autoescape=True),
            customer["phone"].astext.contains(plain, autoescape=True),
        )
    )


def settle(tx: Tx, values: dict[str, Any]) -> str | None:
    """Notes a word on a delivery; None when a later one is known, or no such order."""
    state: str | None = tx.scalar(SETTLE, values)
    return state


def accept(tx: Tx, order_id: UUID, accepted_at: Any) -> None:
    """From head office's word on, a later synced figure holds these movements."""
    tx.execute(ACCEPTED, {"order_id": order_id, "accepted_at": accepted_at})


def set_state(tx: Tx, order_id: UUID, state: str) -> None:
    tx.execute(SET_STATE, {"order_id": order_id, "state": state})


def void(tx: Tx, order_id: UUID, *, goods_back: bool, now: datetime) -> list[dict[str, Any]] | None:
    """Voids an order; the goods that went back to the shelf, or None when it was void before.

    Goods that are not back count as sold until a figure comes that is later than `now`.
    """
    tx.execute(LOCK_GOODS, {"order_id": order_id})
    row = tx.execute(VOID, {"order_id": order_id, "goods_back": goods_back, "now": now}).first()
    return (row.lines or []) if row else None


def note_print(tx: Tx, order_id: UUID) -> int:
    """How often the invoice has been printed, this time included."""
    return int(tx.execute(PRINTED, {"order_id": order_id}).scalar_one())


def next_revision(tx: Tx, order_id: UUID) -> int:
    return int(tx.execute(NEXT_REVISION, {"order_id": order_id}).scalar_one())
