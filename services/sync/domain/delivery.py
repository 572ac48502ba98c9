"""The life of a delivery: every edge has a name, and no edge is taken that is not here (docs/order-life.md)."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from services.sync.domain.answers import (
    Absent,
    Accepted,
    Answer,
    Busy,
    Failed,
    InProgress,
    KeyReused,
    Lost,
    Refused,
    Superseded,
    Unauthorised,
    Unfit,
    Unreachable,
)
from services.sync.domain.policy import Policy
from services.sync.domain.reasons import DOES_NOT_MATCH, KEY_REUSED, OUT_OF_ATTEMPTS, OUTCOME_UNKNOWN, Reason, refused

# head office's code for an order that this store told it was void
CANCELLED = "cancelled"


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SYNCED = "synced"
    PENDING = "pending"
    WITHDRAWN = "withdrawn"


class Edge(StrEnum):
    """Why a delivery moved."""

    CLAIMED = "claimed"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MISMATCHED = "mismatched"
    EXHAUSTED = "exhausted"
    FAILED = "failed"
    PUT_OFF = "put_off"
    LOST = "lost"
    IN_PROGRESS = "in_progress"
    ABSENT = "absent"
    GIVEN_UP = "given_up"
    RETRIED = "retried"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    SENT_AGAIN = "sent_again"


W, S, U, D, P, X = (
    State.WAITING,
    State.SENDING,
    State.UNKNOWN,
    State.SYNCED,
    State.PENDING,
    State.WITHDRAWN,
)

EDGES: dict[Edge, frozenset[tuple[State, State]]] = {
    Edge.CLAIMED: frozenset({(W, S), (U, U)}),
    Edge.EXPIRED: frozenset({(S, U), (U, U)}),
    Edge.ACCEPTED: frozenset({(S, D), (U, D)}),
    Edge.REFUSED: frozenset({(S, P), (U, P)}),
    Edge.MISMATCHED: frozenset({(S, P), (U, P)}),
    Edge.EXHAUSTED: frozenset({(S, P), (U, P)}),
    Edge.FAILED: frozenset({(S, W), (U, U)}),
    Edge.PUT_OFF: frozenset({(S, W), (U, U)}),
    Edge.LOST: frozenset({(S, U), (U, U)}),
    Edge.IN_PROGRESS: frozenset({(S, U), (U, U)}),
    Edge.ABSENT: frozenset({(S, W), (U, W)}),
    Edge.GIVEN_UP: frozenset({(U, P)}),
    Edge.RETRIED: frozenset({(P, W)}),
    Edge.CORRECTED: frozenset({(P, W), (W, W)}),
    Edge.WITHDRAWN: frozenset({(W, X), (P, X)}),
    Edge.CANCELLED: frozenset({(S, X), (U, X)}),
    Edge.SENT_AGAIN: frozenset({(D, W)}),
}


class IllegalEdge(Exception):
    """A defect of ours: a delivery was about to move where it must not."""


@dataclass(frozen=True)
class Delivery:
    """What the rules need to know of one.

    `attempts` are answers that judged this revision, `asks` questions about an unknown outcome that led nowhere.
    `doubtful`: some request may have arrived whose answer nobody heard, so that head office may have the order.
    `set_back`: it was sold before this server was restored, and what this store did with it since may be forgotten.
    """

    order_id: UUID
    total_minor: int
    invoice_number: str
    state: State = State.WAITING
    revision: int = 1
    attempts: int = 0
    asks: int = 0
    doubtful: bool = False
    set_back: bool = False
    due_at: datetime | None = None
    reason: Reason | None = None
    oms_id: str | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """The delivery as it stands afterwards, and the edge that it took."""

    delivery: Delivery
    edge: Edge


def move(delivery: Delivery, edge: Edge, to: State) -> State:
    """The state that an edge leads to. Raises IllegalEdge for one that does not exist."""
    if (delivery.state, to) not in EDGES[edge]:
        raise IllegalEdge(f"{delivery.state} -{edge}-> {to}")
    return to


def next_step(delivery: Delivery, answer: Answer, now: datetime, policy: Policy) -> Step:  # noqa: PLR0911  a line an answer
    """What becomes of a delivery by an answer of head office."""
    match answer:
        case Accepted():
            return _accepted(delivery, answer)
        case Refused(reasons):
            return _cancelled(delivery) if _was_void(delivery, reasons) else _refused(delivery, refused(reasons))
        case Unfit():
            return _pending(replace(delivery, doubtful=True), Edge.MISMATCHED, DOES_NOT_MATCH)
        case KeyReused():
            return _pending(replace(delivery, doubtful=True), Edge.MISMATCHED, KEY_REUSED)
        case Failed(judged):
            return _failed(delivery, now, policy, judged=judged)
        case Absent(certain_in):
            return _absent(delivery, now, policy, certain_in)
        case InProgress():
            return _ask_again(delivery, Edge.IN_PROGRESS, now, policy)
        case Lost():
            return _ask_again(delivery, Edge.LOST, now, policy)
        case Unreachable() | Busy() | Unauthorised() | Superseded():
            return _put_off(_doubted(delivery, answer), now, policy)
        case _:
            assert_never(answer)


def matches(delivery: Delivery, answer: Accepted) -> bool:
    """Whether an answer is about this order, with this amount and this invoice number."""
    return (answer.order_id, answer.total_minor, answer.invoice_number) == (
        delivery.order_id,
        delivery.total_minor,
        delivery.invoice_number,
    )


def _accepted(delivery: Delivery, answer: Accepted) -> Step:
    if not matches(delivery, answer):
        return _pending(replace(delivery, doubtful=True), Edge.MISMATCHED, DOES_NOT_MATCH)
    state = move(delivery, Edge.ACCEPTED, State.SYNCED)
    synced = replace(
        delivery,
        state=state,
        # it may have been an older one that arrived, long ago
        revision=answer.revision or delivery.revision,
        oms_id=answer.oms_id,
        accepted_at=answer.accepted_at,
        doubtful=False,
        reason=None,
        due_at=None,
    )
    return Step(synced, Edge.ACCEPTED)


def _refused(delivery: Delivery, reason: Reason) -> Step:
    """A refusal uses no key up and stores nothing: it ends every doubt."""
    judged = replace(delivery, attempts=delivery.attempts + 1, doubtful=False)
    return _pending(judged, Edge.REFUSED, reason)


def _was_void(delivery: Delivery, reasons: tuple[Reason, ...]) -> bool:
    return delivery.set_back and any(reason.code == CANCELLED for reason in reasons)


def _cancelled(delivery: Delivery) -> Step:
    """It was made void here and told so, and then this server was set back to before that."""
    state = move(delivery, Edge.CANCELLED, State.WITHDRAWN)
    return Step(replace(delivery, state=state, doubtful=False, reason=None, due_at=None), Edge.CANCELLED)


def _pending(delivery: Delivery, edge: Edge, reason: Reason) -> Step:
    state = move(delivery, edge, State.PENDING)
    return Step(replace(delivery, state=state, reason=reason, due_at=None), edge)


def _failed(delivery: Delivery, now: datetime, policy: Policy, *, judged: bool) -> Step:
    """A failure may have struck after the order was stored, so its outcome stays in doubt."""
    doubtful = replace(delivery, doubtful=True)
    if not judged:
        return _put_off(doubtful, now, policy)
    if delivery.attempts >= len(policy.retry_after):
        return _pending(replace(doubtful, attempts=delivery.attempts + 1), Edge.EXHAUSTED, OUT_OF_ATTEMPTS)
    due_at = now + timedelta(seconds=policy.retry_after[delivery.attempts])
    state = move(delivery, Edge.FAILED, State.UNKNOWN if delivery.state is State.UNKNOWN else State.WAITING)
    return Step(replace(doubtful, state=state, attempts=delivery.attempts + 1, due_at=due_at), Edge.FAILED)


def _doubted(delivery: Delivery, answer: Answer) -> Delivery:
    """Who answers in head office's place may have passed the order on before."""
    return replace(delivery, doubtful=True) if isinstance(answer, Busy) and answer.in_doubt else delivery


def _put_off(delivery: Delivery, now: datetime, policy: Policy) -> Step:
    """Later, and no attempt: nobody judged the order. What was unknown stays unknown."""
    state = move(delivery, Edge.PUT_OFF, State.UNKNOWN if delivery.state is State.UNKNOWN else State.WAITING)
    due_at = now + timedelta(seconds=policy.later)
    return Step(replace(delivery, state=state, due_at=due_at), Edge.PUT_OFF)


def _ask_again(delivery: Delivery, edge: Edge, now: datetime, policy: Policy, *, within: float = math.inf) -> Step:
    doubtful = replace(delivery, doubtful=True, asks=delivery.asks + 1)
    if delivery.state is State.UNKNOWN and delivery.asks >= len(policy.ask_after):
        return _pending(doubtful, Edge.GIVEN_UP, OUTCOME_UNKNOWN)
    wait = min(within, policy.ask_after[min(delivery.asks, len(policy.ask_after) - 1)])
    state = move(delivery, edge, State.UNKNOWN)
    return Step(replace(doubtful, state=state, due_at=now + timedelta(seconds=wait)), edge)


def _absent(delivery: Delivery, now: datetime, policy: Policy, certain_in: float) -> Step:
    """Only when no request of ours can be under way any more is "not here" the end of the doubt."""
    if certain_in > 0:
        return _ask_again(delivery, Edge.IN_PROGRESS, now, policy, within=certain_in)
    state = move(delivery, Edge.ABSENT, State.WAITING)
    return Step(replace(delivery, state=state, doubtful=False, asks=0, due_at=now), Edge.ABSENT)


def retry(delivery: Delivery, now: datetime) -> Step:
    """A person sends a pending order again: its attempts begin anew."""
    return _afresh(delivery, Edge.RETRIED, now)


def send_again(delivery: Delivery, now: datetime) -> Step:
    """A person sends an order that head office has lost."""
    return _afresh(replace(delivery, oms_id=None, accepted_at=None), Edge.SENT_AGAIN, now)


def correct(delivery: Delivery, revision: int, now: datetime) -> Step:
    """A corrected revision goes out under a key of its own."""
    return _afresh(replace(delivery, revision=revision), Edge.CORRECTED, now)


def withdraw(delivery: Delivery) -> Step:
    """A void: the order will never be sent."""
    state = move(delivery, Edge.WITHDRAWN, State.WITHDRAWN)
    return Step(replace(delivery, state=state, reason=None, due_at=None), Edge.WITHDRAWN)


def expire(delivery: Delivery, now: datetime) -> Step:
    """Whoever sent it is gone: the request may have arrived."""
    state = move(delivery, Edge.EXPIRED, State.UNKNOWN)
    return Step(replace(delivery, state=state, doubtful=True, due_at=now), Edge.EXPIRED)


def _afresh(delivery: Delivery, edge: Edge, now: datetime) -> Step:
    state = move(delivery, edge, State.WAITING)
    return Step(replace(delivery, state=state, attempts=0, asks=0, reason=None, due_at=now), edge)
