"""The recovery desk: orders that wait for a person, and what a person does about them."""

from collections.abc import Sequence
from uuid import UUID

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.sync.app import App
from services.sync.domain.delivery import State, Step, retry, send_again
from services.sync.errors import NotPending
from services.sync.handlers.deciding import decide_open, outcome_of, tell
from services.sync.handlers.looking import delivery_out
from services.sync.handlers.taking import wake
from services.sync.schemas import PendingOrder, PendingOrders, Released
from services.sync.store import deliveries, figures, notices, reconciliations, switches
from services.sync.store.deliveries import Change, Held

AT_ONCE = 500
MOST_SHOWN = 500

MAY_CORRECT = {
    "unknown_sku": ("lines",),
    "unknown_product": ("lines",),
    "unknown_staff": ("sales_employee_code",),
    "unknown_sales_employee": ("sales_employee_code",),
    "unknown_payment_mode": ("payments",),
    "payment_reference": ("payments",),
    "invalid_reference": ("payments",),
    "invalid_contact": ("contact",),
    "invalid_customer": ("contact",),
}
ANYTHING = ("lines", "sales_employee_code", "payments", "contact", "note")


def pending(app: App) -> PendingOrders:
    """Orders that wait for a person, those that have waited longest first, with what may be corrected."""
    with app.db.transaction() as tx:
        rows, total = figures.pending(tx, MOST_SHOWN), figures.count_pending(tx)
        refused = notices.refused(tx)
    orders = [
        PendingOrder(**delivery_out(r).model_dump(), may_correct=MAY_CORRECT.get(r.reason_code, ANYTHING)) for r in rows
    ]
    return PendingOrders(total=total, items=orders, refused_notices=[dict(r._mapping) for r in refused])  # noqa: SLF001


def retry_one(app: App, order_id: UUID, by: str) -> None:
    """Sends a pending order again, or one that head office has lost. Raises NotFound or NotPending."""
    with app.db.transaction() as tx:
        held = deliveries.locked(tx, [order_id]).get(order_id)
        if held is None:
            raise NotFound(what="delivery")
        _send(app, tx, [(held, _step(app, tx, held))], by)
        switches.note(tx, by, "retry", order_id=order_id)


def retry_all(app: App, by: str) -> Released:
    """Sends every pending order again, and every notice that was refused; returns how many orders."""
    count = 0
    while True:
        with app.db.transaction() as tx:
            sent = retry_some(app, tx, by)
            count += sent
            if sent < AT_ONCE:
                notices.retry_refused(tx, app.clock.now())
                switches.note(tx, by, "retry_all", orders=count)
                return Released(orders=count)


def retry_some(app: App, tx: Tx, by: str) -> int:
    """Sends up to 500 pending orders again; how many there were."""
    held, now = deliveries.locked_pending(tx, AT_ONCE), app.clock.now()
    _send(app, tx, [(h, retry(h.delivery, now)) for h in held], by)
    return len(held)


def _send(app: App, tx: Tx, steps: Sequence[tuple[Held, Step]], by: str) -> None:
    """A person's word sends an order whatever Auto-Sync says."""
    written = deliveries.write(tx, [Change(h, s, "person", by, released=True) for h, s in steps])
    outcomes = [outcome_of(h, "waiting") for h in written.values()]
    tell(app, tx, outcomes + decide_open(app, tx, written))
    wake(tx)


def _step(app: App, tx: Tx, held: Held) -> Step:
    delivery, now = held.delivery, app.clock.now()
    if delivery.state is State.PENDING:
        return retry(delivery, now)
    if delivery.state is State.SYNCED and reconciliations.is_missing(tx, delivery.order_id):
        return send_again(delivery, now)
    raise NotPending(state=delivery.state.value)
