"""Facts from others become deliveries, wishes and notices; each has its effect once, in any order of arrival."""

from collections.abc import Callable, Sequence
from typing import Any

from services.chassis.database import Tx, notify
from services.chassis.events import Event, expect
from services.sync.app import App
from services.sync.domain.gate import shut
from services.sync.domain.wishes import Kind
from services.sync.events import (
    CUSTOMER_ERASED,
    CUSTOMER_SAVED,
    ORDER_AMENDED,
    SESSION_CHANGED,
    CustomerErased,
    CustomerSaved,
    OrderAmended,
    OrderPlaced,
    SessionChanged,
    placed,
)
from services.sync.handlers.deciding import decide_open, tell
from services.sync.store import connectivity, deliveries, erasing, notices, wishes
from services.sync.store.wishes import Wish

INTAKE = "sync.intake"


def paused(app: App) -> bool:
    """Whether orders stay in their queue: nothing could be sent."""
    with app.db.transaction() as tx:
        situation, _, _ = connectivity.situation(tx)
    return shut(situation) is not None


def take_orders(app: App, tx: Tx, events: Sequence[Event]) -> None:
    """Orders become deliveries; a wish that came before its order is decided now."""
    orders = [(placed(event), event.data) for event in events]
    app.db.lock(tx, INTAKE)
    deliveries.take(tx, [_row(order) for order, _ in orders], [document for _, document in orders])
    tell(app, tx, decide_open(app, tx, [order.order_id for order, _ in orders]))
    wake(tx)


def take_facts(app: App, tx: Tx, events: Sequence[Event]) -> None:
    """Wishes, customers and sessions, one after the other."""
    app.db.lock(tx, INTAKE)
    for event in events:
        expect(event, *FACTS)
        FACTS[event.type](app, tx, event)
    wake(tx)


def wake(tx: Tx) -> None:
    """There may be something to send; pages look again."""
    notify(tx, "sync.work", {})
    notify(tx, "changes", {"what": "sync"})


def _amended(app: App, tx: Tx, event: Event) -> None:
    """A wish is decided under its order's delivery, or left open until that can be."""
    amended = OrderAmended.of(event)
    wish = Wish(amended.wish_id, amended.order_id, amended.kind, amended.revision, event.data)
    if not wishes.add(tx, wish):
        return
    if amended.kind is Kind.VOID:
        deliveries.entomb(tx, _tombstone(amended))
        deliveries.ask_void(tx, [amended.order_id], asked=True)
    tell(app, tx, decide_open(app, tx, [amended.order_id]))


def _customer_saved(app: App, tx: Tx, event: Event) -> None:
    customer = CustomerSaved.of(event)
    notices.put(tx, "customer", str(customer.customer_id), customer.revision, event.data, app.clock.now())


def _customer_erased(_app: App, tx: Tx, event: Event) -> None:
    erased = CustomerErased.of(event)
    erasing.erase_customer(tx, str(erased.customer_id), erased.revision)
    erasing.erase_orders(tx, erased.order_ids)


def _session_changed(app: App, tx: Tx, event: Event) -> None:
    session = SessionChanged.of(event)
    notices.put(tx, "session", str(session.session_id), event.aggregate_version, event.data, app.clock.now())


FACTS: dict[str, Callable[[App, Tx, Event], None]] = {
    ORDER_AMENDED: _amended,
    CUSTOMER_SAVED: _customer_saved,
    CUSTOMER_ERASED: _customer_erased,
    SESSION_CHANGED: _session_changed,
}


def _row(order: OrderPlaced) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "session_id": order.session_id,
        "mode": order.mode,
        "placed_at": order.placed_at,
        "business_date": order.business_date,
        "invoice_number": order.invoice.number,
        "total_minor": order.totals.total_minor,
        "currency": order.currency,
        "payments": [p.model_dump() for p in order.payments],
        "oversold": [{"sku": line.sku, "quantity": line.quantity} for line in order.lines if line.oversold],
    }


def _tombstone(amended: OrderAmended) -> dict[str, Any]:
    return {
        "order_id": amended.order_id,
        "session_id": amended.session_id,
        "mode": "offline" if amended.session_id else "online",
        "business_date": amended.business_date,
        "invoice_number": amended.invoice_number,
    }
