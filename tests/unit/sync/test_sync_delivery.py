"""The state machine of a delivery: every edge, legal and illegal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from services.sync.domain import delivery as life
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
from services.sync.domain.delivery import EDGES, Delivery, Edge, IllegalEdge, State, move, next_step
from services.sync.domain.policy import Policy
from services.sync.domain.reasons import Reason

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
ORDER, OTHER = UUID(int=1), UUID(int=2)
POLICY = Policy()
SENDING = Delivery(ORDER, 10_000, "0412T3/27-000001", State.SENDING)
UNKNOWN = replace(SENDING, state=State.UNKNOWN, doubtful=True, asks=1)
ACCEPTED = Accepted(ORDER, 10_000, "0412T3/27-000001", "OMS-1", NOW)
NO = Refused((Reason("unknown_sku", ""),))

WAITING, PENDING, SYNCED = State.WAITING, State.PENDING, State.SYNCED
OUT = len(POLICY.retry_after)


def at(state: State, **fields: object) -> Delivery:
    return replace(SENDING, state=state, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "state", "edge", "attempts", "doubtful"),
    [
        (ACCEPTED, SYNCED, Edge.ACCEPTED, 0, False),
        (replace(ACCEPTED, revision=7), SYNCED, Edge.ACCEPTED, 0, False),
        (NO, PENDING, Edge.REFUSED, 1, False),
        (Refused(), PENDING, Edge.REFUSED, 1, False),
        (replace(ACCEPTED, order_id=OTHER), PENDING, Edge.MISMATCHED, 0, True),
        (replace(ACCEPTED, total_minor=9_999), PENDING, Edge.MISMATCHED, 0, True),
        (replace(ACCEPTED, invoice_number="X"), PENDING, Edge.MISMATCHED, 0, True),
        (Unfit(), PENDING, Edge.MISMATCHED, 0, True),
        (KeyReused(), PENDING, Edge.MISMATCHED, 0, True),
        (Failed(), WAITING, Edge.FAILED, 1, True),
        (Failed(judged=False), WAITING, Edge.PUT_OFF, 0, True),
        (Unreachable(), WAITING, Edge.PUT_OFF, 0, False),
        (Busy(30), WAITING, Edge.PUT_OFF, 0, False),
        (Busy(30, in_doubt=True), WAITING, Edge.PUT_OFF, 0, True),
        (Unauthorised(), WAITING, Edge.PUT_OFF, 0, False),
        (Superseded(), WAITING, Edge.PUT_OFF, 0, False),
        (Lost(), State.UNKNOWN, Edge.LOST, 0, True),
        (InProgress(), State.UNKNOWN, Edge.IN_PROGRESS, 0, True),
        (Absent(), WAITING, Edge.ABSENT, 0, False),
        (Absent(certain_in=20), State.UNKNOWN, Edge.IN_PROGRESS, 0, True),
    ],
)
def test_s22_s23_b9_what_an_answer_makes_of_an_order_that_is_being_sent(
    answer: Answer, state: State, edge: Edge, attempts: int, doubtful: bool
) -> None:
    step = next_step(SENDING, answer, NOW, POLICY)
    after = step.delivery
    assert (after.state, step.edge, after.attempts, after.doubtful) == (state, edge, attempts, doubtful)


@pytest.mark.parametrize(
    ("answer", "state", "doubtful"),
    [
        (ACCEPTED, SYNCED, False),
        (NO, PENDING, False),
        (Unfit(), PENDING, True),
        (Failed(), State.UNKNOWN, True),
        (Failed(judged=False), State.UNKNOWN, True),
        (Unreachable(), State.UNKNOWN, True),
        (Busy(), State.UNKNOWN, True),
        (Lost(), State.UNKNOWN, True),
        (InProgress(), State.UNKNOWN, True),
        (Absent(), WAITING, False),
        (Absent(certain_in=20), State.UNKNOWN, True),
    ],
)
def test_b9_an_unknown_outcome_stays_unknown_until_somebody_knows(answer: Answer, state: State, doubtful: bool) -> None:
    after = next_step(UNKNOWN, answer, NOW, POLICY).delivery
    assert (after.state, after.doubtful) == (state, doubtful)


def test_b9_an_outcome_that_will_be_certain_is_asked_about_then() -> None:
    asked = replace(UNKNOWN, asks=6)
    assert next_step(asked, Absent(certain_in=20), NOW, POLICY).delivery.due_at == NOW + timedelta(seconds=20)
    assert next_step(asked, InProgress(), NOW, POLICY).delivery.due_at == NOW + timedelta(seconds=POLICY.ask_after[6])


def test_s22_a_synced_order_has_its_id_and_nothing_pending() -> None:
    after = next_step(replace(SENDING, reason=Reason("old", "old")), ACCEPTED, NOW, POLICY).delivery
    assert (after.oms_id, after.accepted_at, after.reason, after.due_at) == ("OMS-1", NOW, None, None)


@pytest.mark.parametrize(("attempts", "wait"), list(enumerate((1, 5, 30, 120, 600))))
def test_s23_failures_on_one_order_wait_longer_each_time(attempts: int, wait: int) -> None:
    after = next_step(replace(SENDING, attempts=attempts), Failed(), NOW, POLICY).delivery
    assert (after.state, after.due_at) == (WAITING, NOW + timedelta(seconds=wait))


def test_s23_an_order_that_is_out_of_attempts_waits_for_a_person() -> None:
    step = next_step(replace(SENDING, attempts=OUT), Failed(), NOW, POLICY)
    assert (step.delivery.state, step.edge) == (PENDING, Edge.EXHAUSTED)
    assert step.delivery.reason is not None
    assert step.delivery.reason.code == "out_of_attempts"


@pytest.mark.parametrize(
    "answer", [Unreachable(), Busy(), Busy(1e9), Unauthorised(), Superseded(), Failed(judged=False), Lost()]
)
def test_b11_a_pause_never_counts_as_an_attempt(answer: Answer) -> None:
    last = replace(SENDING, attempts=OUT)
    for _ in range(5):
        last = next_step(replace(last, state=State.SENDING), answer, NOW, POLICY).delivery
    assert last.attempts == OUT
    assert last.state in (WAITING, State.UNKNOWN)


def test_b9_an_outcome_that_stays_unknown_is_shown_to_a_person() -> None:
    delivery, waited = SENDING, 0.0
    for _ in range(20):
        step = next_step(delivery, Lost(), NOW, POLICY)
        delivery = step.delivery
        if delivery.state is PENDING:
            break
        waited += (delivery.due_at - NOW).total_seconds()  # type: ignore[operator]
    assert (step.edge, delivery.doubtful, delivery.attempts) == (Edge.GIVEN_UP, True, 0)
    assert waited < 15 * 60


def test_a_retry_begins_anew_and_keeps_its_doubt() -> None:
    tired = at(PENDING, attempts=6, asks=9, doubtful=True, reason=Reason("x", "y"))
    after = life.retry(tired, NOW).delivery
    assert (after.state, after.attempts, after.asks, after.doubtful, after.reason) == (WAITING, 0, 0, True, None)


def test_b10_an_order_that_head_office_took_before_its_correction_stands_under_that_revision() -> None:
    after = next_step(at(State.SENDING, revision=2), replace(ACCEPTED, revision=1), NOW, POLICY).delivery
    assert (after.state, after.revision) == (SYNCED, 1)


def test_a_correction_goes_out_as_a_revision_of_its_own() -> None:
    after = life.correct(at(PENDING, attempts=3), 2, NOW).delivery
    assert (after.state, after.revision, after.attempts, after.due_at) == (WAITING, 2, 0, NOW)


def test_f7_whoever_sent_it_is_gone_so_its_outcome_is_unknown() -> None:
    after = life.expire(SENDING, NOW).delivery
    assert (after.state, after.doubtful, after.due_at) == (State.UNKNOWN, True, NOW)


ANSWERS: list[Answer] = [
    ACCEPTED,
    NO,
    Unfit(),
    KeyReused(),
    Failed(),
    Failed(judged=False),
    Absent(),
    Absent(certain_in=20),
    InProgress(),
    Lost(),
    Unreachable(),
    Busy(),
    Unauthorised(),
    Superseded(),
]


@pytest.mark.parametrize(("state", "answer"), list(product((WAITING, SYNCED, PENDING, State.WITHDRAWN), ANSWERS)))
def test_an_answer_moves_only_what_was_asked_about(state: State, answer: Answer) -> None:
    if isinstance(answer, Accepted | Refused):
        with pytest.raises(IllegalEdge):
            next_step(at(state), answer, NOW, POLICY)
    else:
        assert_no_new_edge(state, answer)


def assert_no_new_edge(state: State, answer: Answer) -> None:
    try:
        step = next_step(at(state), answer, NOW, POLICY)
    except IllegalEdge:
        return
    assert (state, step.delivery.state) in EDGES[step.edge]


@pytest.mark.parametrize("edge", list(Edge))
def test_every_edge_that_is_not_in_the_table_is_illegal(edge: Edge) -> None:
    for source, target in product(State, State):
        if (source, target) in EDGES[edge]:
            assert move(at(source), edge, target) is target
        else:
            with pytest.raises(IllegalEdge):
                move(at(source), edge, target)


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        (lambda d: life.retry(d, NOW), {PENDING}),
        (lambda d: life.correct(d, 2, NOW), {PENDING, WAITING}),
        (life.withdraw, {PENDING, WAITING}),
        (lambda d: life.send_again(d, NOW), {SYNCED}),
        (lambda d: life.expire(d, NOW), {State.SENDING, State.UNKNOWN}),
    ],
)
def test_acts_of_people_are_legal_where_the_table_says_so(act: object, allowed: set[State]) -> None:
    for state in State:
        if state in allowed:
            act(at(state))  # type: ignore[operator]
        else:
            with pytest.raises(IllegalEdge):
                act(at(state))  # type: ignore[operator]


@pytest.mark.parametrize("doubtful", [True, False])
@pytest.mark.parametrize(("set_back", "state"), [(True, State.WITHDRAWN), (False, PENDING)])
def test_b16_s23_what_is_refused_as_cancelled_is_void_only_on_a_server_that_forgot_it(
    set_back: bool, doubtful: bool, state: State
) -> None:
    told = Refused((Reason("cancelled", "This order was cancelled."),))
    step = next_step(replace(at(State.SENDING), set_back=set_back, doubtful=doubtful), told, NOW, POLICY)
    assert (step.delivery.state, step.delivery.doubtful) == (state, False)


def test_nothing_leaves_withdrawn() -> None:
    assert not [edge for edge, pairs in EDGES.items() for source, _ in pairs if source is State.WITHDRAWN]
