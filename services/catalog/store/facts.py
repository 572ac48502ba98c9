"""What this store sold, as far as the synced inventory may not know of it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from services.catalog.models import datasets, sale_lines, sales
from services.chassis.database import Tx

SALES = text("insert into sales (order_id) select unnest(cast(:order_ids as uuid[])) on conflict do nothing")
SALE_LINES = text("""
    insert into sale_lines (order_id, sku, quantity)
    select * from unnest(cast(:order_ids as uuid[]), cast(:skus as text[]), cast(:quantities as int[]))
    on conflict do nothing
""")
ACCEPTED = text("""
    insert into sales (order_id, accepted_at)
    select * from unnest(cast(:order_ids as uuid[]), cast(:accepted_at as timestamptz[]))
    on conflict (order_id) do update set accepted_at = excluded.accepted_at
""")


def note_sold(tx: Tx, lines: dict[UUID, dict[str, int]]) -> None:
    """Notes quantities by SKU of orders, once each."""
    rows = [(order_id, sku, quantity) for order_id, of in sorted(lines.items()) for sku, quantity in of.items()]
    order_ids, skus, quantities = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    tx.execute(SALES, {"order_ids": sorted(lines)})
    tx.execute(SALE_LINES, {"order_ids": order_ids, "skus": skus, "quantities": quantities})


def note_void(tx: Tx, order_ids: Iterable[UUID]) -> None:
    """Notes that orders are void, also of orders that are not heard of yet."""
    for order_id in sorted(order_ids):
        statement = insert(sales).values(order_id=order_id, void=True)
        tx.execute(statement.on_conflict_do_update(index_elements=["order_id"], set_={"void": True}))


def note_accepted(tx: Tx, accepted: dict[UUID, datetime]) -> None:
    """Notes when head office took orders in, by its clock; also of orders that are not heard of yet."""
    if accepted:
        order_ids = sorted(accepted)
        tx.execute(ACCEPTED, {"order_ids": order_ids, "accepted_at": [accepted[i] for i in order_ids]})


def forget_sales(tx: Tx, heard_before: datetime) -> int:
    """Forgets orders that no figure waits for any more: void, or in the synced inventory; returns how many."""
    as_of = select(datasets.c.as_of).where(datasets.c.dataset == "inventory").scalar_subquery()
    done = and_(or_(sales.c.void, sales.c.accepted_at < as_of), sales.c.heard_at < heard_before)
    tx.execute(delete(sale_lines).where(sale_lines.c.order_id.in_(select(sales.c.order_id).where(done))))
    return tx.execute(delete(sales).where(done)).rowcount
