"""What orders and sync tell, so that what is left can be shown; in whatever order it comes, and however often."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from services.catalog.app import App
from services.catalog.events import ORDER_PLACED, ORDER_VOIDED, ORDERS_SETTLED, OrderPlaced, OrdersSettled, OrderVoided
from services.catalog.handlers.standing import tell
from services.catalog.store import facts
from services.chassis.database import Tx
from services.chassis.events import Event, expect

# longer than any fact is under way
KEEP = timedelta(days=90)


def take(tx: Tx, events: list[Event]) -> None:
    """Notes what was sold, made void and accepted. Raises UnknownFact, or ValidationError for what cannot be read."""
    for kind, of_kind in _by_kind(events).items():
        _TAKE[kind](tx, of_kind)
    tell(tx)


def forget(app: App) -> None:
    """Forgets sales that the synced inventory has had for long."""
    with app.db.transaction() as tx:
        facts.forget_sales(tx, app.clock.now() - KEEP)


def _by_kind(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        expect(event, *_TAKE)
        found.setdefault(event.type, []).append(event)
    return found


def _placed(tx: Tx, told: list[Event]) -> None:
    sold: dict[UUID, dict[str, int]] = {}
    for order in map(OrderPlaced.of, told):
        quantities: Counter[str] = Counter()
        for line in order.lines:
            quantities[line.sku] += line.quantity
        sold[order.order_id] = dict(quantities)
    facts.note_sold(tx, sold)


def _voided(tx: Tx, told: list[Event]) -> None:
    voided = list(map(OrderVoided.of, told))
    facts.note_void(tx, [order.order_id for order in voided if order.goods_back])
    facts.note_accepted(tx, {o.order_id: o.voided_at for o in voided if not o.goods_back})


def _settled(tx: Tx, told: list[Event]) -> None:
    outcomes = [outcome for event in told for outcome in OrdersSettled.of(event).outcomes]
    facts.note_accepted(tx, {o.order_id: o.accepted_at for o in outcomes if o.accepted_at is not None})


_TAKE: dict[str, Callable[[Tx, list[Event]], None]] = {
    ORDER_PLACED: _placed,
    ORDER_VOIDED: _voided,
    ORDERS_SETTLED: _settled,
}
