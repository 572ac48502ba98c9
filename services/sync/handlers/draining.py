"""The drain's transactions: becoming the one that sends, claiming, trying, and writing down what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.database import Tx, notify
from services.sync import metrics, sealed
from services.sync.app import App
from services.sync.domain.answers import Absent, Answer, Refused
from services.sync.domain.delivery import State, expire, next_step
from services.sync.domain.gate import Shut, shut
from services.sync.domain.policy import Policy
from services.sync.domain.reasons import KEY_MISSING
from services.sync.handlers.deciding import decide_open, outcome_of, tell
from services.sync.store import connectivity, deliveries, drainer
from services.sync.store.deliveries import Change, Claimed
from services.sync.store.drainer import Pulse

HOLD_S = 10
MOST_CLAIMED = 128
TOAST = "Order syncing started in background"
TOLD = (State.SYNCED, State.PENDING, State.WITHDRAWN)


@dataclass(frozen=True)
class Tried:
    """What became of one try; `how` is "post" or "ask"."""

    claimed: Claimed
    answer: Answer
    how: str
    duration_ms: int


def hold(app: App, me: UUID, pulse: Pulse, working_on: Iterable[UUID]) -> bool:
    """Whether this process is the one that sends; what nobody works on any more is then unknown."""
    with app.db.transaction() as tx:
        kept = drainer.hold(tx, me, pulse, ttl=HOLD_S)
        if kept is None:
            return False
        _recover(app, tx, me, working_on)
    return True


def let_go(app: App, me: UUID, claimed: Sequence[Claimed]) -> None:
    """Gives back what was not tried, and lets another process send at once."""
    with app.db.transaction() as tx:
        deliveries.give_back(tx, me, [c.delivery.order_id for c in claimed])
        drainer.let_go(tx, me)


def give_back(app: App, me: UUID, claimed: Sequence[Claimed]) -> None:
    """Lets go of what was claimed and cannot be tried at present."""
    with app.db.transaction() as tx:
        deliveries.give_back(tx, me, [c.delivery.order_id for c in claimed])


def gate(app: App) -> Shut | None:
    """Why nothing may be sent; None while it may."""
    with app.db.transaction() as tx:
        situation, _, _ = connectivity.situation(tx)
    return shut(situation)


def note_standstill(app: App) -> None:
    """Nothing can be sent: people are told when it starts again."""
    with app.db.transaction() as tx:
        drainer.note_standstill(tx)


def claim(app: App, me: UUID, limit: int) -> list[Claimed]:
    """What is due and may go out, now this process's; the first offline order after a standstill raises a toast."""
    with app.db.transaction() as tx:
        claimed, toast_due = deliveries.claim(tx, me, limit=min(limit, MOST_CLAIMED), now=app.clock.now())
        if toast_due and any(c.held.mode == "offline" for c in claimed) and drainer.take_toast(tx):
            notify(tx, "changes", {"what": "toast", "text": TOAST})
    return claimed


def attempt(app: App, claimed: Claimed) -> tuple[Answer, str]:
    """Sends one order, and how: an unknown outcome is asked for first, and one that is to be void is only asked for."""
    delivery, held, oms = claimed.delivery, claimed.held, app.oms
    if delivery.state is State.UNKNOWN or held.void_asked:
        answer = oms.ask(delivery.order_id)
        if not isinstance(answer, Absent):
            return answer, "ask"
        if held.void_asked:
            return Absent(_certain_in(held.posted_at, app.clock.now(), app.policy)), "ask"
    try:
        document = sealed.document(app.seals, delivery.order_id, claimed.document, claimed.personal)
        correction = sealed.correction(app.seals, claimed.correction)
    except sealed.Unopened:
        return Refused((KEY_MISSING,)), "post"
    return oms.post(document, delivery.revision, correction), "post"


def settle(app: App, tried: Sequence[Tried]) -> None:
    """Writes what became of tries, decides the wishes that waited for it, and tells of it, all in one transaction."""
    now = app.clock.now()
    changes = [_change(t, now, app.policy) for t in tried]
    with app.db.transaction() as tx:
        written = deliveries.write(tx, changes)
        told = [outcome_of(h, h.delivery.state) for h in written.values() if h.delivery.state in TOLD]
        tell(app, tx, told + decide_open(app, tx, written))
    for change in changes:
        if change.held.delivery.order_id in written:
            metrics.STEPS.labels(change.step.edge).inc()
        else:
            metrics.REPLACED.inc()


def _change(tried: Tried, now: datetime, policy: Policy) -> Change:
    step = next_step(tried.claimed.delivery, tried.answer, now, policy)
    return Change(tried.claimed.held, step, tried.how, duration_ms=tried.duration_ms)


def _recover(app: App, tx: Tx, me: UUID, working_on: Iterable[UUID]) -> None:
    """Whoever claimed these is gone: what was being sent may have arrived."""
    now = app.clock.now()
    left = deliveries.left_behind(tx, me, working_on)
    deliveries.write(tx, [Change(h, expire(h.delivery, now), "recovery") for h in left])


def _certain_in(posted_at: datetime | None, now: datetime, policy: Policy) -> float:
    """Seconds until a request whose answer was not heard is no more under way."""
    since = (now - posted_at).total_seconds() if posted_at else policy.certain_after
    return max(0.0, policy.certain_after - since)
