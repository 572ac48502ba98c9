"""What becomes of a word on a customer, a session or a cancellation: it may be told again without harm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.sync.domain.answers import Answer, Failed, KeyReused, Refused, Taken, Unfit
from services.sync.domain.policy import Policy


@dataclass(frozen=True)
class Fate:
    """waiting -> sent | refused; `reason` is a code."""

    state: str
    attempts: int
    due_at: datetime
    reason: str | None = None


def next_fate(attempts: int, answer: Answer | Taken, now: datetime, policy: Policy) -> Fate:
    """The fate after an answer; only what judged it counts as an attempt."""
    match answer:
        case Taken():
            return Fate("sent", attempts, now)
        case Refused(reasons):
            return Fate("refused", attempts + 1, now, reasons[0].code if reasons else "refused")
        case Failed(True) | Unfit() | KeyReused():
            return _again(attempts, now, policy)
    return Fate("waiting", attempts, now + timedelta(seconds=policy.later))


def _again(attempts: int, now: datetime, policy: Policy) -> Fate:
    if attempts >= len(policy.retry_after):
        return Fate("refused", attempts + 1, now, "out_of_attempts")
    return Fate("waiting", attempts + 1, now + timedelta(seconds=policy.retry_after[attempts]))
