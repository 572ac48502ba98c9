"""Nothing that a customer told is kept for longer than its setting says; each goes in small batches."""

from uuid import UUID

from services.chassis.database import Tx
from services.chassis.ids import new_id
from services.orders.app import App
from services.orders.domain import personal
from services.orders.handlers import erasing
from services.orders.store import customers, online

AT_ONCE = 200
NOBODY = UUID(int=0)


def prune(app: App) -> None:
    """Removes what is older than it may be."""
    kept = app.settings
    app.db.in_batches(lambda tx: customers.prune_held(tx, days=kept.keep_held_carts_days, limit=AT_ONCE))
    app.db.in_batches(lambda tx: online.prune(tx, days=kept.keep_held_carts_days, limit=AT_ONCE))
    app.db.in_batches(lambda tx: customers.prune_reads(tx, days=kept.keep_reads_days, limit=AT_ONCE))
    app.db.in_batches(lambda tx: _orders(app, tx, kept.keep_order_customers_days))
    _customers(app, kept.keep_customers_days)


def _orders(app: App, tx: Tx, days: int) -> int:
    """Invoices stay; whose they are goes, and that it went is noted."""
    order_ids = customers.old_orders(tx, days=days, limit=AT_ONCE)
    if order_ids:
        customers.erase_orders(tx, order_ids)
        erasure = {"erasure_id": new_id(), "customer_id": NOBODY, "asked_by": "retention", "reason": f"{days} days"}
        erasing.note(app, tx, erasure | {"erased": order_ids, "waiting": []})
    return len(order_ids)


def _customers(app: App, days: int) -> None:
    """Customers who neither changed nor bought for so long."""
    after = NOBODY
    while True:
        with app.db.transaction() as tx:
            found = customers.old(tx, days=days, after=after, limit=AT_ONCE)
            for customer_id in found:
                tokens = app.seals.sought([personal.same_customer(customer_id)])
                if not customers.seen_since(tx, tokens, days=days):
                    customers.delete(tx, customer_id, customers.last_revision(tx, customer_id))
        if len(found) < AT_ONCE:
            return
        after = found[-1]
