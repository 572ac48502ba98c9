"""Wishes to void or to correct an order, decided under its delivery."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.sync.domain.delivery import Delivery, State, Step, correct, retry, withdraw
from services.sync.domain.reasons import DOES_NOT_MATCH, KEY_REUSED


class Kind(StrEnum):
    """What is wished."""

    VOID = "void"
    CORRECT = "correct"


class Verdict(StrEnum):
    """What became of a wish; undecided ones are looked at again after each step of their delivery."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    TOO_LATE = "too_late"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """The verdict, and how the delivery moves by it; None where it stays as it is."""

    verdict: Verdict
    step: Step | None = None


UNDER_WAY = (State.SENDING, State.UNKNOWN)
UNDECIDED = Decision(Verdict.UNDECIDED)
TOO_LATE = Decision(Verdict.TOO_LATE)


def decide(kind: Kind, revision: int, delivery: Delivery, now: datetime) -> Decision:
    """What becomes of a wish at the point where its order's delivery stands."""
    if kind is Kind.VOID:
        return _void(delivery, now)
    return _correct(delivery, revision, now)


def _void(delivery: Delivery, now: datetime) -> Decision:
    """Void only what head office surely does not have; where that is in doubt it is asked first."""
    if delivery.state is State.WITHDRAWN:
        return Decision(Verdict.WITHDRAWN)
    if _there(delivery):
        return TOO_LATE
    if delivery.doubtful or delivery.state in UNDER_WAY:
        return Decision(Verdict.UNDECIDED, retry(delivery, now)) if delivery.state is State.PENDING else UNDECIDED
    return Decision(Verdict.WITHDRAWN, withdraw(delivery))


def _correct(delivery: Delivery, revision: int, now: datetime) -> Decision:
    if delivery.state in (State.SYNCED, State.WITHDRAWN):
        return TOO_LATE
    if revision <= delivery.revision:
        return Decision(Verdict.CORRECTED)
    if delivery.state in UNDER_WAY:
        return UNDECIDED
    return Decision(Verdict.CORRECTED, correct(delivery, revision, now))


def _there(delivery: Delivery) -> bool:
    """Whether head office holds something under this order's id, be it as we sent it or not."""
    return delivery.state is State.SYNCED or delivery.reason in (DOES_NOT_MATCH, KEY_REUSED)
