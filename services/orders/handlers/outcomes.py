"""What sync says of deliveries, and what follows from it for orders."""

import json
from typing import Any

from services.chassis.database import Tx, notify
from services.chassis.events import Event
from services.orders import events
from services.orders.app import App
from services.orders.events import OrdersSettled, Outcome
from services.orders.store import orders, wishes

STATES = {"synced": "synced", "too_late": "synced", "pending": "pending", "waiting": "waiting", "withdrawn": "void"}


def take(app: App, tx: Tx, batch: list[Event]) -> None:
    """Takes outcomes in; the higher delivery version wins, whatever the order of arrival."""
    for event in batch:
        for outcome in OrdersSettled.model_validate(event.data).outcomes:
            _take_one(app, tx, outcome)
    notify(tx, "changes", {"what": "orders"})


def _take_one(app: App, tx: Tx, outcome: Outcome) -> None:
    orders.lock(tx, outcome.order_id)
    if outcome.wish_id is not None:
        wishes.answer(tx, outcome.wish_id, "too_late" if outcome.state == "too_late" else "done")
    state = orders.settle(tx, _values(tx, outcome))
    if state is None:
        return
    if outcome.accepted_at is not None:
        orders.accept(tx, outcome.order_id, outcome.accepted_at)
    if outcome.state == "withdrawn":
        _void(app, tx, outcome)


def _values(tx: Tx, outcome: Outcome) -> dict[str, Any]:
    asked = outcome.state in ("pending", "waiting") and wishes.void_asked(tx, outcome.order_id)
    return {
        "order_id": outcome.order_id,
        "version": outcome.delivery_version,
        "oms_id": outcome.oms_id,
        "accepted_at": outcome.accepted_at,
        "reason": json.dumps(outcome.reason) if outcome.reason else None,
        "state": "void_asked" if asked else _state(outcome),
    }


def _state(outcome: Outcome) -> str:
    """A void goes by `_void`; too late with a reason is an order that head office holds otherwise than we sent it."""
    if outcome.state == "withdrawn":
        return "void_asked"
    if outcome.state == "too_late" and outcome.reason:
        return "pending"
    return STATES[outcome.state]


def _void(app: App, tx: Tx, outcome: Outcome) -> None:
    now, goods_back = app.clock.now(), wishes.goods_back(tx, outcome.order_id)
    lines = orders.void(tx, outcome.order_id, goods_back=goods_back, now=now)
    if lines is not None:
        event = events.order_voided(str(outcome.order_id), lines, goods_back=goods_back, voided_at=now)
        app.outbox.record(tx, event, to=events.VOIDED_TO)
