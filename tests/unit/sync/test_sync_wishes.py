"""Wishes to void or to correct, at every point of a delivery."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from services.sync.domain.delivery import Delivery, State
from services.sync.domain.reasons import DOES_NOT_MATCH, KEY_REUSED, OUT_OF_ATTEMPTS, Reason
from services.sync.domain.wishes import Kind, Verdict, decide

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
ORDER = Delivery(UUID(int=1), 10_000, "A-1")


def at(state: State, **fields: object) -> Delivery:
    return replace(ORDER, state=state, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("delivery", "verdict", "state"),
    [
        (at(State.WAITING), Verdict.WITHDRAWN, State.WITHDRAWN),
        (at(State.PENDING), Verdict.WITHDRAWN, State.WITHDRAWN),
        (at(State.PENDING, reason=OUT_OF_ATTEMPTS), Verdict.WITHDRAWN, State.WITHDRAWN),
        (at(State.WITHDRAWN), Verdict.WITHDRAWN, State.WITHDRAWN),
        (at(State.SYNCED), Verdict.TOO_LATE, State.SYNCED),
        (at(State.SENDING), Verdict.UNDECIDED, State.SENDING),
        (at(State.UNKNOWN, doubtful=True), Verdict.UNDECIDED, State.UNKNOWN),
        (at(State.WAITING, doubtful=True), Verdict.UNDECIDED, State.WAITING),
        (at(State.PENDING, doubtful=True, reason=OUT_OF_ATTEMPTS), Verdict.UNDECIDED, State.WAITING),
        (at(State.PENDING, doubtful=True, reason=DOES_NOT_MATCH), Verdict.TOO_LATE, State.PENDING),
        (at(State.PENDING, doubtful=True, reason=KEY_REUSED), Verdict.TOO_LATE, State.PENDING),
    ],
)
def test_b10_only_what_head_office_surely_lacks_is_void(delivery: Delivery, verdict: Verdict, state: State) -> None:
    decision = decide(Kind.VOID, 1, delivery, NOW)
    after = decision.step.delivery if decision.step else delivery
    assert (decision.verdict, after.state) == (verdict, state)


@pytest.mark.parametrize(
    ("delivery", "verdict", "revision"),
    [
        (at(State.WAITING), Verdict.CORRECTED, 2),
        (at(State.PENDING, reason=Reason("x", "y")), Verdict.CORRECTED, 2),
        (at(State.WAITING, doubtful=True), Verdict.CORRECTED, 2),
        (at(State.SENDING), Verdict.UNDECIDED, 1),
        (at(State.UNKNOWN), Verdict.UNDECIDED, 1),
        (at(State.SYNCED), Verdict.TOO_LATE, 1),
        (at(State.WITHDRAWN), Verdict.TOO_LATE, 1),
        (at(State.PENDING, revision=2), Verdict.CORRECTED, 2),
        (at(State.PENDING, revision=3), Verdict.CORRECTED, 3),
    ],
)
def test_b10_a_correction_waits_for_what_is_being_sent(delivery: Delivery, verdict: Verdict, revision: int) -> None:
    decision = decide(Kind.CORRECT, 2, delivery, NOW)
    after = decision.step.delivery if decision.step else delivery
    assert (decision.verdict, after.revision) == (verdict, revision)


@pytest.mark.parametrize(("kind", "state", "doubtful"), list(product(Kind, State, (False, True))))
def test_deciding_twice_changes_nothing_more(kind: Kind, state: State, doubtful: bool) -> None:
    first = decide(kind, 2, at(state, doubtful=doubtful), NOW)
    after = first.step.delivery if first.step else at(state, doubtful=doubtful)
    second = decide(kind, 2, after, NOW)
    assert (second.step.delivery if second.step else after) == after
