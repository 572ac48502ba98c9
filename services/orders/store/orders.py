"""Orders as they stand: reading, listing, and what answers change."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text

from services.chassis.database import Tx
from services.orders.models.sales import orders

COLUMNS = (
    orders.c.id,
    orders.c.order_id,
    orders.c.document,
    orders.c.personal,
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

# many words in one statement; from head office's word on, a later synced figure holds the movements of an order
SETTLE = text("""
    with told as (
        select distinct on (order_id) * from jsonb_to_recordset(cast(:rows as jsonb)) as r (order_id uuid, version int,
            oms_id text, accepted_at timestamptz, reason jsonb, state text, keeps_wish boolean)
        order by order_id, version desc
    ), settled as (
        update orders o set delivery_version = t.version, oms_id = coalesce(t.oms_id, o.oms_id),
            accepted_at = coalesce(t.accepted_at, o.accepted_at), reason = nullif(t.reason, 'null'),
            state = case when o.state = 'void' or (o.state = 'void_asked' and t.keeps_wish) then o.state
                else t.state end
        from told t where o.order_id = t.order_id and o.delivery_version < t.version
        returning o.order_id, t.accepted_at
    ), accepted as (
        update movements m set accepted_at = s.accepted_at from settled s
        where m.order_id = s.order_id and m.accepted_at is null and s.accepted_at is not null
    )
    select order_id from settled
""")
# by indexes, or, where most orders match, in the order of the list
FOUND = """
    (invoice_number like :number or found_by && cast(:tokens as bigint[]) or order_id between :lowest and :highest)
"""
IS_ID = re.compile(r"[0-9a-fA-F]{32}")
UNSETTLED = text("""
    with unsettled as (
        select order_id, placed_at from orders where state in ('waiting', 'pending', 'void_asked')
    ), paid as (
        select p.payment_mode, sum(p.amount_minor)::bigint as minor from payments p join unsettled using (order_id)
        group by 1
    )
    select count(*) as orders, min(placed_at) as oldest_at,
        (select coalesce(jsonb_object_agg(payment_mode, minor), '{}') from paid) as money_minor
    from unsettled
""")
SET_STATE = text("update orders set state = :state where order_id = :order_id")
# in the order in which sales take them
LOCK_GOODS = text("""
    select from stock where sku in (select sku from movements where order_id = any(:order_ids)) order by sku for update
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


def unsettled(tx: Tx) -> Any:
    """What is sold and neither at head office nor void: orders, oldest_at, money_minor by payment mode."""
    return tx.execute(UNSETTLED).one()


def begins(plain: str) -> str:
    """The LIKE pattern of what begins so."""
    return re.sub(r"([\\%_])", r"\\\1", plain) + "%"


def get(tx: Tx, order_id: UUID) -> Any:
    """The order, or None."""
    return tx.execute(select(*COLUMNS).where(orders.c.order_id == order_id)).first()


def lock(tx: Tx, order_id: UUID) -> Any:
    """The order, locked to the end of the transaction, or None."""
    return tx.execute(select(*COLUMNS).where(orders.c.order_id == order_id).with_for_update()).first()


@dataclass(frozen=True)
class Search:
    """What somebody typed, and the tokens under which a customer may be found by it."""

    plain: str
    tokens: list[int]


def page(tx: Tx, *, filters: dict[str, Any], search: Search | None, before: int | None, limit: int) -> list[Any]:
    """Orders, the newest first, from below the id `before`."""
    query = select(*COLUMNS).order_by(orders.c.id.desc()).limit(limit)
    for name, value in filters.items():
        query = query.where(orders.c[name] == value)
    if before is not None:
        query = query.where(orders.c.id < before)
    return list(tx.execute(_matching(query, search) if search else query))


def _matching(query: Select[Any], search: Search) -> Select[Any]:
    """Orders whose number, id, or customer's name or phone begins so."""
    plain = search.plain.strip()
    lowest, highest = (plain.replace("-", "").ljust(32, digit)[:32] for digit in "0f")
    is_id = IS_ID.fullmatch(lowest)
    found = text(FOUND).bindparams(
        number=begins(plain.upper()),
        tokens=search.tokens,
        lowest=UUID(lowest) if is_id else None,
        highest=UUID(highest) if is_id else None,
    )
    return query.where(found)


def settle(tx: Tx, rows: list[dict[str, Any]]) -> set[UUID]:
    """Notes words on deliveries; the orders of which no later one was known.

    A word that `keeps_wish` leaves an order in the state "void_asked".
    """
    return set(tx.scalars(SETTLE, {"rows": json.dumps(rows)}))


def set_state(tx: Tx, order_id: UUID, state: str) -> None:
    tx.execute(SET_STATE, {"order_id": order_id, "state": state})


def lock_goods(tx: Tx, order_ids: list[UUID]) -> None:
    """Keeps the stock of orders that are to be void from being changed: all of it at once, for sales want it too."""
    tx.execute(LOCK_GOODS, {"order_ids": order_ids})


def void(tx: Tx, order_id: UUID, *, goods_back: bool, now: datetime) -> list[dict[str, Any]] | None:
    """Voids an order; the goods that went back to the shelf, or None when it was void before.

    Goods that are not back count as sold until a figure comes that is later than `now`. Its goods are locked.
    """
    row = tx.execute(VOID, {"order_id": order_id, "goods_back": goods_back, "now": now}).first()
    return (row.lines or []) if row else None


def note_print(tx: Tx, order_id: UUID) -> int:
    """How often the invoice has been printed, this time included."""
    return int(tx.execute(PRINTED, {"order_id": order_id}).scalar_one())


def next_revision(tx: Tx, order_id: UUID) -> int:
    return int(tx.execute(NEXT_REVISION, {"order_id": order_id}).scalar_one())
