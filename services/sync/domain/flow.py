"""How much may be under way to head office at once: a slow start, pauses that it asks for, and its breaker."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.sync.domain import breaker as circuit
from services.sync.domain.answers import (
    Absent,
    Accepted,
    Answer,
    Busy,
    Failed,
    KeyReused,
    Lost,
    Refused,
    Unauthorised,
    Unfit,
    Unreachable,
)
from services.sync.domain.breaker import Breaker
from services.sync.domain.policy import Policy

PASSED = (Accepted, Refused, KeyReused, Unfit, Absent)


@dataclass(frozen=True)
class Flow:
    """`swing` is a number from -1 to 1, drawn at each start: no two stores of a chain come back in step."""

    started_at: datetime
    swing: float = 0.0
    paused_until: datetime | None = None
    pause_reason: str | None = None
    pauses: int = 0
    breaker: Breaker = field(default_factory=Breaker)


def start(now: datetime, swing: float, *, before: Flow | None = None) -> Flow:
    """A slow start, at first and after each outage; a pause that was asked for goes on."""
    return replace(before, started_at=now, swing=swing) if before else Flow(now, swing)


def in_flight(flow: Flow, now: datetime, policy: Policy) -> int:
    """How many requests may be under way now."""
    if _paused(flow, now):
        return 0
    return circuit.limit(flow.breaker, _ramp(flow, now, policy), now)


def after(flow: Flow, order_id: UUID, answer: Answer, *, now: datetime, swing: float, policy: Policy) -> Flow:  # noqa: PLR0911
    """The flow after an answer about one order."""
    match answer:
        case Busy(None) if _paused(flow, now):
            return flow
        case Busy(retry_after):
            return _pause(flow, "busy", _busy_for(flow, retry_after, swing, policy), now, swing)
        case Unauthorised():
            return _pause(flow, "unauthorised", policy.unauthorised_pause, now, swing)
        case Unreachable():
            return _pause(flow, "unreachable", policy.pause_least, now, swing)
        case Failed() | Lost():
            return replace(flow, breaker=circuit.failed(flow.breaker, order_id, now, policy))
        case _ if isinstance(answer, PASSED):
            return _passed(flow, now, swing)
    return flow


def judged(before: Flow, after_it: Flow, answer: Answer, now: datetime) -> Answer:
    """The answer, where it is a failure with what it tells of: its order, or head office as a whole."""
    if isinstance(answer, Failed):
        return Failed(judged=circuit.judges(before.breaker, after_it.breaker, now))
    return answer


def _paused(flow: Flow, now: datetime) -> bool:
    return flow.paused_until is not None and now < flow.paused_until


def _passed(flow: Flow, now: datetime, swing: float) -> Flow:
    if flow.breaker.closed:
        return replace(flow, breaker=circuit.passed(), pauses=0)
    return Flow(now, swing)


def _pause(flow: Flow, reason: str, seconds: float, now: datetime, swing: float) -> Flow:
    """Pauses, and starts slowly afterwards; an earlier request's answer never shortens a pause."""
    until = now + timedelta(seconds=seconds)
    if _paused(flow, now):
        later = max(until, flow.paused_until or until)
        return replace(flow, paused_until=later, started_at=later)
    return replace(flow, started_at=until, swing=swing, paused_until=until, pause_reason=reason, pauses=flow.pauses + 1)


def _busy_for(flow: Flow, retry_after: float | None, swing: float, policy: Policy) -> float:
    """Seconds to wait, and a little more so that stores do not come back in step; never less than was asked for."""
    asked = retry_after if retry_after is not None else policy.pause_least * 2 ** min(flow.pauses, 16)
    within = min(policy.pause_most, max(policy.pause_least, asked))
    return min(policy.pause_most, within * (1 + policy.jitter * abs(swing)))


def _ramp(flow: Flow, now: datetime, policy: Policy) -> int:
    lasts = policy.slow_start * (1 + policy.jitter * flow.swing)
    elapsed = (now - flow.started_at).total_seconds()
    if lasts <= 0 or elapsed >= lasts:
        return policy.in_flight
    return 1 + int((policy.in_flight - 1) * max(0.0, elapsed) / lasts)
