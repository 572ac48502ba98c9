"""What sync says of deliveries, and what follows from it for orders."""

from typing import Any
from uuid import UUID

from services.chassis.database import Tx, notify
from services.chassis.events import Event
from services.orders import events
from services.orders.app import App
from services.orders.domain.marks import VOID, bare
from services.orders.events import Outcome
from services.orders.store import marks, orders, wishes

STATES = {"synced": "synced", "too_late": "synced", "pending": "pending", "waiting": "waiting", "withdrawn": "void"}
# after these no correction goes out any more
FINAL = ("synced", "withdrawn")


def take(app: App, tx: Tx, batch: list[Event]) -> None:
    """Takes outcomes in; the higher delivery version wins, whatever the order of arrival."""
    outcomes = [outcome for event in batch for outcome in events.outcomes_in(event)]
    for outcome in outcomes:
        if outcome.wish_id is not None:
            wishes.answer(tx, outcome.wish_id, "too_late" if outcome.state == "too_late" else "done")
    wishes.overtake(tx, {o.order_id: o.revision if o.state == "synced" else 0 for o in outcomes if o.state in FINAL})
    settled = orders.settle(tx, [_row(outcome) for outcome in outcomes])
    withdrawn = [o.order_id for o in outcomes if o.state == "withdrawn" and o.order_id in settled]
    if withdrawn:
        orders.lock_goods(tx, withdrawn)
    for order_id in withdrawn:
        _void(app, tx, order_id)
    notify(tx, "changes", {"what": "orders"})


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "order_id": str(outcome.order_id),
        "version": outcome.delivery_version,
        "oms_id": outcome.oms_id,
        "accepted_at": outcome.accepted_at.isoformat() if outcome.accepted_at else None,
        "reason": outcome.reason,
        "state": _state(outcome),
        "keeps_wish": outcome.state in ("pending", "waiting"),
    }


def _state(outcome: Outcome) -> str:
    """A void goes by `_void`; too late with a reason is an order that head office holds otherwise than we sent it."""
    if outcome.state == "withdrawn":
        return "void_asked"
    if outcome.state == "too_late" and outcome.reason:
        return "pending"
    return STATES[outcome.state]


def _void(app: App, tx: Tx, order_id: UUID) -> None:
    now, goods_back = app.clock.now(), wishes.goods_back(tx, order_id)
    lines = orders.void(tx, order_id, goods_back=goods_back, now=now)
    if lines is not None:
        marks.append(tx, bare(VOID, now, order_id=order_id), app.salt)
        event = events.order_voided(str(order_id), lines, goods_back=goods_back, voided_at=now)
        app.outbox.record(tx, event, to=events.VOIDED_TO)
