"""What this store sold, as far as the synced inventory may not know of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.catalog.models import datasets, sale_lines, sales
from services.chassis.database import Tx


def note_sold(tx: Tx, lines: dict[UUID, dict[str, int]]) -> None:
    """Notes quantities by SKU of orders, once each."""
    _note_orders(tx, lines)
    rows = [
        {"order_id": order_id, "sku": sku, "quantity": quantity}
        for order_id, of_order in lines.items()
        for sku, quantity in of_order.items()
    ]
    if rows:
        tx.execute(insert(sale_lines).values(rows).on_conflict_do_nothing())


def note_void(tx: Tx, order_ids: Iterable[UUID]) -> None:
    """Notes that orders are void, also of orders that are not heard of yet."""
    for order_id in sorted(order_ids):
        statement = insert(sales).values(order_id=order_id, void=True)
        tx.execute(statement.on_conflict_do_update(index_elements=["order_id"], set_={"void": True}))


def note_accepted(tx: Tx, accepted: dict[UUID, datetime]) -> None:
    """Notes when head office took orders in, by its clock; also of orders that are not heard of yet."""
    if not accepted:
        return
    rows: list[dict[str, Any]] = [{"order_id": i, "accepted_at": at} for i, at in sorted(accepted.items())]
    statement = insert(sales).values(rows)
    replaced = {"accepted_at": statement.excluded.accepted_at}
    tx.execute(statement.on_conflict_do_update(index_elements=["order_id"], set_=replaced))


def forget_sales(tx: Tx, heard_before: datetime) -> int:
    """Forgets orders that no figure waits for any more: void, or in the synced inventory; returns how many."""
    as_of = select(datasets.c.as_of).where(datasets.c.dataset == "inventory").scalar_subquery()
    done = and_(or_(sales.c.void, sales.c.accepted_at < as_of), sales.c.heard_at < heard_before)
    tx.execute(delete(sale_lines).where(sale_lines.c.order_id.in_(select(sales.c.order_id).where(done))))
    return tx.execute(delete(sales).where(done)).rowcount


def _note_orders(tx: Tx, order_ids: Iterable[UUID]) -> None:
    rows = [{"order_id": order_id} for order_id in sorted(order_ids)]
    if rows:
        tx.execute(insert(sales).values(rows).on_conflict_do_nothing())
