"""How much is under way at once: slow start, pauses, breaker."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.sync.domain import flow as flows
from services.sync.domain.answers import (
    Accepted,
    Answer,
    Busy,
    Failed,
    InProgress,
    Lost,
    Refused,
    Superseded,
    Unauthorised,
    Unreachable,
)
from services.sync.domain.flow import Flow, after, in_flight, judged, start
from services.sync.domain.policy import Policy

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
POLICY = Policy()
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(flow: Flow, *answers: tuple[UUID, Answer], at: datetime = NOW, swing: float = 0) -> Flow:
    for order, answer in answers:
        flow = after(flow, order, answer, now=at, swing=swing, policy=POLICY)
    return flow


def ok(order: UUID = A) -> tuple[UUID, Answer]:
    return order, Accepted(order, 1, "A", "O", NOW)


WARM = start(later(-60), 0)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 1), (-5, 1), (1, 2), (10, 11), (15, 16), (29.9, 31), (30, 32), (1e6, 32)]
)
def test_b11_a_slow_start_goes_from_1_to_32_over_30_seconds(seconds: float, expected: int) -> None:
    assert in_flight(start(NOW, 0), later(seconds), POLICY) == expected


@pytest.mark.parametrize(("swing", "full_at"), [(-1, 22.5), (0, 30), (1, 37.5)])
def test_b11_stores_of_a_chain_do_not_come_back_in_step(swing: float, full_at: float) -> None:
    flow = start(NOW, swing)
    assert in_flight(flow, later(full_at - 0.1), POLICY) < 32
    assert in_flight(flow, later(full_at), POLICY) == 32


def test_a_slow_start_can_be_turned_off() -> None:
    assert in_flight(start(NOW, 0), NOW, Policy(slow_start=0)) == 32


@pytest.mark.parametrize(
    ("retry_after", "swing", "pause"),
    [
        (30, 0, 30),
        (30, 1, 37.5),
        (30, -1, 37.5),
        (-1, 0, 1),
        (0, 0, 1),
        (1.5, 0, 1.5),
        (1e9, 0, 900),
        (1e9, 1, 900),
        (None, 0, 1),
    ],
)
def test_b11_retry_after_is_kept_within_a_second_and_15_minutes(
    retry_after: float | None, swing: float, pause: float
) -> None:
    paused = told(WARM, (A, Busy(retry_after)), swing=swing)
    assert in_flight(paused, later(pause - 0.01), POLICY) == 0
    assert in_flight(paused, later(pause), POLICY) == 1


def test_b11_busy_without_a_time_waits_longer_each_time_until_something_passes() -> None:
    flow, waits, at = WARM, [], NOW
    for _ in range(12):
        flow = told(flow, (A, Busy()), at=at)
        waits.append((flow.paused_until - at).total_seconds())  # type: ignore[operator]
        at = flow.paused_until  # type: ignore[assignment]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 900
    passed = told(flow, ok(), at=at)
    again = told(passed, (A, Busy()), at=at)
    assert again.paused_until == at + timedelta(seconds=1)


def test_thirty_two_busy_answers_at_once_are_one_pause() -> None:
    flow = told(WARM, *[(uuid4(), Busy())] * 32)
    assert flow.paused_until == later(1)
    assert flow.pauses == 1


def test_a_later_answer_never_shortens_a_pause() -> None:
    flow = told(WARM, (A, Busy(60)), (B, Busy(5)), (C, Unreachable()))
    assert in_flight(flow, later(59), POLICY) == 0


@pytest.mark.parametrize(
    ("answer", "seconds", "reason"),
    [(Unauthorised(), 60, "unauthorised"), (Unreachable(), 1, "unreachable"), (Busy(7), 7, "busy")],
)
def test_b11_the_whole_drain_pauses_and_says_why(answer: Answer, seconds: float, reason: str) -> None:
    flow = told(WARM, (A, answer))
    assert (in_flight(flow, later(seconds - 0.1), POLICY), flow.pause_reason) == (0, reason)
    assert in_flight(flow, later(seconds), POLICY) == 1


def test_b11_the_breaker_counts_distinct_orders() -> None:
    one_bad_order = told(WARM, *[(A, Failed())] * 50)
    assert in_flight(one_bad_order, NOW, POLICY) == 32
    three = told(one_bad_order, (B, Failed()), (C, Lost()))
    assert in_flight(three, NOW, POLICY) == 0


@pytest.mark.parametrize("answer", [ok()[1], Refused()])
def test_b10_an_order_that_was_judged_closes_the_count(answer: Answer) -> None:
    flow = told(WARM, (A, Failed()), (B, Failed()), (C, answer), (A, Failed()), (B, Failed()))
    assert in_flight(flow, NOW, POLICY) == 32


@pytest.mark.parametrize("answer", [InProgress(), Superseded()])
def test_answers_that_tell_nothing_of_head_offices_health_change_nothing(answer: Answer) -> None:
    assert told(WARM, (A, answer)) == WARM


OPEN = told(WARM, (A, Failed()), (B, Failed()), (C, Failed()))


def test_b11_an_open_breaker_lets_one_trial_through_then_stays_open_for_longer() -> None:
    assert in_flight(OPEN, later(4.9), POLICY) == 0
    assert in_flight(OPEN, later(5), POLICY) == 1
    again = told(OPEN, (A, Failed()), at=later(5))
    assert in_flight(again, later(14.9), POLICY) == 0
    assert in_flight(again, later(15), POLICY) == 1


def test_b11_a_trial_that_passes_closes_the_breaker_and_starts_slowly() -> None:
    closed = told(OPEN, ok(), at=later(5))
    assert in_flight(closed, later(5), POLICY) == 1
    assert in_flight(closed, later(35), POLICY) == 32


def test_failures_that_were_under_way_when_it_opened_do_not_lengthen_it() -> None:
    more = told(OPEN, *[(uuid4(), Failed()) for _ in range(29)])
    assert more.breaker.open_until == OPEN.breaker.open_until


def verdicts(flow: Flow, *orders: UUID, at: datetime = NOW) -> list[bool]:
    told_of = []
    for order in orders:
        then = after(flow, order, Failed(), now=at, swing=0, policy=POLICY)
        answer = judged(flow, then, Failed(), at)
        told_of.append(isinstance(answer, Failed) and answer.judged)
        flow = then
    return told_of


def test_b11_when_head_office_fails_on_all_no_order_is_blamed() -> None:
    """Two at most, before it is known; their attempts are two of five."""
    assert verdicts(WARM, *[uuid4() for _ in range(32)]) == [True, True] + [False] * 30


def test_b10_an_order_that_fails_while_others_pass_is_blamed() -> None:
    assert verdicts(WARM, A, A, A, A, A, A) == [True] * 6


def test_b10_bad_orders_that_are_all_that_is_left_are_blamed_one_trial_at_a_time() -> None:
    assert verdicts(OPEN, A, at=later(5)) == [True]
    assert verdicts(OPEN, A, at=later(4)) == [False]


def test_other_answers_are_what_they_were() -> None:
    assert judged(WARM, OPEN, Lost(), NOW) == Lost()


def test_a_slow_start_after_an_outage_keeps_a_pause() -> None:
    paused = told(WARM, (A, Busy(60)))
    assert in_flight(start(later(5), 0, before=paused), later(30), POLICY) == 0
    assert flows.start(NOW, 0.5).swing == 0.5
