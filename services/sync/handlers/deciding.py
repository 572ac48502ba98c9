"""Wishes are decided under their order's delivery, and what becomes of orders is told."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.chassis.database import Tx, notify
from services.sync import events
from services.sync.app import App
from services.sync.domain.delivery import State
from services.sync.domain.wishes import Decision, Kind, Verdict, decide
from services.sync.store import deliveries, notices, wishes
from services.sync.store.deliveries import Change, Held
from services.sync.store.wishes import Wish

# what head office is told of a void
CANCELLATION = (
    "order_id",
    "invoice_number",
    "business_date",
    "session_id",
    "reason",
    "asked_by",
    "approved_by",
    "asked_at",
    "goods_back",
    "refund",
    "mark",
)

Outcome = dict[str, Any]


def decide_open(app: App, tx: Tx, order_ids: Iterable[UUID]) -> list[Outcome]:
    """Decides what can be decided of these orders' open wishes; returns what is to be told."""
    open_wishes = wishes.undecided(tx, order_ids)
    if not open_wishes:
        return []
    held = deliveries.locked(tx, {w.order_id for w in open_wishes})
    outcomes = []
    for wish in open_wishes:
        if wish.order_id in held:
            held[wish.order_id], outcome = _decide(app, tx, wish, held[wish.order_id])
            outcomes += [outcome] if outcome else []
    return outcomes


def tell(app: App, tx: Tx, outcomes: Sequence[Outcome]) -> None:
    """Has others told what became of orders, in the transaction that it became so in."""
    if not outcomes:
        return
    for event in events.settled(app.settings.id, outcomes):
        app.outbox.record(tx, event, to=events.SETTLED_TO)
    notify(tx, "changes", {"what": "sync"})


def outcome_of(held: Held, state: str, wish_id: UUID | None = None) -> Outcome:
    """Where a delivery stands, as others are told."""
    delivery = held.delivery
    reason = delivery.reason
    return {
        "order_id": str(delivery.order_id),
        "session_id": str(held.session_id) if held.session_id else None,
        "revision": delivery.revision,
        "delivery_version": held.version,
        "state": state,
        "wish_id": str(wish_id) if wish_id else None,
        "oms_id": delivery.oms_id,
        "accepted_at": delivery.accepted_at.isoformat() if delivery.accepted_at else None,
        "reason": {"code": reason.code, "text": reason.text} if reason else None,
        "attempts": delivery.attempts,
    }


def _decide(app: App, tx: Tx, wish: Wish, held: Held) -> tuple[Held, Outcome | None]:
    """Decides one wish; the delivery as it stands then, and what is to be told, None while it is open."""
    now = app.clock.now()
    decision = decide(wish.kind, wish.revision, held.delivery, now)
    held = _move(tx, wish, held, decision)
    if decision.verdict is Verdict.UNDECIDED:
        return held, None
    wishes.decide(tx, wish.wish_id, decision.verdict, now)
    if wish.kind is Kind.VOID:
        deliveries.ask_void(tx, [wish.order_id], asked=False)
    if decision.verdict is Verdict.WITHDRAWN:
        cancellation = {name: wish.body[name] for name in CANCELLATION if name in wish.body}
        notices.put(tx, "cancellation", str(wish.order_id), 1, cancellation, now)
    if decision.verdict is Verdict.CORRECTED and decision.step:
        deliveries.keep_correction(tx, wish.order_id, _correction(wish))
    return held, outcome_of(held, _told_as(decision.verdict, held.delivery.state), wish.wish_id)


def _told_as(verdict: Verdict, state: State) -> str:
    """An answer to a wish is the latest word on its order: it says where that stands, or that head office has it."""
    if state is State.WITHDRAWN:
        return "withdrawn"
    if verdict is Verdict.TOO_LATE:
        return "too_late"
    return "pending" if state is State.PENDING else "waiting"


def _correction(wish: Wish) -> dict[str, Any] | None:
    """With the wish that its sealed part is about."""
    told = wish.body.get("correction")
    return told | {"wish_id": str(wish.wish_id)} if told and "personal" in told else told


def _move(tx: Tx, wish: Wish, held: Held, decision: Decision) -> Held:
    """Writes the step; an answer without one is a word on the order as well, and so has a version of its own."""
    step = decision.step
    if step is None:
        return deliveries.raise_version(tx, held) if decision.verdict is not Verdict.UNDECIDED else held
    released = wish.kind is Kind.VOID or held.delivery.state is State.PENDING
    change = Change(held, step, how="wish", by=wish.body.get("asked_by"), released=released)
    return deliveries.write(tx, [change])[wish.order_id]
