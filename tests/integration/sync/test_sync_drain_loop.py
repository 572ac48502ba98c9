"""The drain as it runs: bounded, slow at first, pausing, and unharmed by what fails."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sync_store import Store

from services.chassis.clock import SystemClock
from services.chassis.errors import DatabaseUnavailable
from services.sync import drain as drain_module
from services.sync.domain import flow as flows
from services.sync.domain.answers import Busy, Failed, Lost, Refused, Superseded, Unauthorised, Unreachable
from services.sync.drain import Drain
from services.sync.handlers import draining, watching

DEADLINE_S = 60


@pytest.fixture
def store(store: Store) -> Store:
    """Its time is real, and its start is not slow."""
    clock = SystemClock()
    policy = replace(store.app.policy, slow_start=0, later=0.1, retry_after=(0.05,) * 5, ask_after=(0.05,) * 8)
    store.app = replace(store.app, clock=clock, policy=policy)
    store.clock = clock  # type: ignore[assignment]
    store.oms.wait = lambda: eventlet.sleep(0.01)
    watching.note_sighting(store.app, watching.Sighting(head_office=True, internet=True))
    return store


@contextmanager
def running(store: Store) -> Iterator[Drain]:
    drain = Drain(store.app)
    greenlets = [eventlet.spawn(task) for task in drain.tasks if task != drain.listen]
    try:
        yield drain
    finally:
        for greenlet in greenlets:
            greenlet.kill()


def until(condition: Callable[[], Any]) -> None:
    with eventlet.Timeout(DEADLINE_S):
        while not condition():
            eventlet.sleep(0.02)


def all_in(store: Store, *states: str) -> Callable[[], bool]:
    return lambda: set(store.states()) <= set(states)


def free_hold(store: Store) -> None:
    """The time of whoever sends is over."""
    store.sql("update drainer set until = now() - interval '1 second'")


def test_s21_everything_drains_by_itself_exactly_once(store: Store) -> None:
    store.place(300)
    with running(store):
        until(all_in(store, "synced"))
    assert len(store.oms.posts) == 300
    assert Counter(o["state"] for o in store.told()) == {"synced": 300}


@pytest.mark.parametrize("most", [1, 7, 32])
def test_b11_never_more_is_under_way_than_allowed(store: Store, most: int) -> None:
    store.app = replace(store.app, policy=replace(store.app.policy, in_flight=most))
    under_way, seen = [0], set()

    def wait() -> None:
        under_way[0] += 1
        seen.add(under_way[0])
        eventlet.sleep(0.01)
        under_way[0] -= 1

    store.oms.wait = wait
    store.place(100)
    with running(store):
        until(all_in(store, "synced"))
    assert max(seen) == most


def test_f59_no_more_is_claimed_than_is_written_down(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head office that is quicker than our disk does not fill the memory."""
    monkeypatch.setattr(drain_module, "MOST_AT_HAND", 20)
    store.place(60)
    at_hand = list[int]()
    slow = draining.settle

    def settle(app: Any, batch: Any) -> None:
        eventlet.sleep(0.3)
        at_hand.append(store.states().count("sending"))
        slow(app, batch)

    monkeypatch.setattr(draining, "settle", settle)
    with running(store):
        until(all_in(store, "synced"))
    assert max(at_hand) == 20


def test_b11_a_start_is_slow(store: Store) -> None:
    store.app = replace(store.app, policy=replace(store.app.policy, slow_start=3600))
    under_way, seen = [0], set()

    def wait() -> None:
        under_way[0] += 1
        seen.add(under_way[0])
        eventlet.sleep(0.002)
        under_way[0] -= 1

    store.oms.wait = wait
    store.place(20)
    with running(store):
        until(all_in(store, "synced"))
    assert seen == {1}


def test_b11_a_pause_is_kept_and_counts_for_nothing(store: Store) -> None:
    store.place(5)
    posted, asked_at = list[datetime](), list[datetime]()

    def wait() -> None:
        posted.append(store.clock.now())
        eventlet.sleep(0.01)

    def busy_once(_: UUID) -> Busy | None:
        if asked_at:
            return None
        asked_at.append(store.clock.now())
        return Busy(1.0)

    store.oms.wait, store.oms.before = wait, busy_once
    with running(store):
        until(all_in(store, "synced"))
    assert len(posted) == 6
    assert not [at for at in posted if asked_at[0] < at < asked_at[0] + timedelta(seconds=1)]
    assert {r.attempts for r in store.rows("select attempts from deliveries")} == {0}


def test_b10_a_poisonous_order_never_holds_up_the_others(store: Store) -> None:
    orders = store.place(60)
    bad = set(orders[:2])
    store.oms.before = lambda i: Failed() if i in bad else None
    with running(store):
        until(all_in(store, "synced", "pending"))
    assert {i for i in orders if store.one(i).state == "pending"} == bad


def test_b11_an_oms_that_fails_on_all_is_left_alone_and_no_order_is_blamed(store: Store) -> None:
    """The third failure opens the breaker; until then each that ended let another one go."""
    # longer than any machine takes to look
    store.app = replace(store.app, policy=replace(store.app.policy, breaker_least=60))
    store.place(40)
    store.oms.before = lambda _: Failed()
    with running(store):
        until(lambda: len(store.oms.posts) >= 32)
        until(lambda: "sending" not in store.states())
        eventlet.sleep(0.5)
        assert len(store.oms.posts) <= 32 + 2
    attempts = Counter(r.attempts for r in store.rows("select attempts from deliveries"))
    assert attempts[1] <= 2
    assert set(attempts) <= {0, 1}


@pytest.mark.one_step
def test_s6_requests_that_fail_turn_the_line_and_stop_the_drain(store: Store) -> None:
    store.place(10)
    store.oms.down = True
    with running(store) as drain:
        until(lambda: watching.current(store.app)[1]["head_office"] == "down")
        until(lambda: not drain._open)
        until(all_in(store, "waiting"))
        posts = len(store.oms.posts)
        eventlet.sleep(1.2)
        assert len(store.oms.posts) <= posts + 1
    assert {r.attempts for r in store.rows("select attempts from deliveries")} == {0}


@pytest.mark.one_step
@pytest.mark.parametrize("answer", [Unauthorised(), Superseded()])
def test_f51_a_token_that_is_not_taken_stops_the_drain_without_blame(store: Store, answer: Any) -> None:
    store.place(10)
    store.oms.before = lambda _: answer
    with running(store) as drain:
        until(lambda: len(store.oms.posts) >= 10)
        until(lambda: not drain._limit())
        posts = len(store.oms.posts)
        eventlet.sleep(0.5)
        assert len(store.oms.posts) == posts
    assert set(store.states()) == {"waiting"}
    assert store.rows("select 1 from history where edge <> 'put_off'") == []


def test_a_superseded_box_is_told_so(store: Store) -> None:
    store.place()
    store.oms.before = lambda _: Superseded()
    with running(store):
        until(lambda: watching.current(store.app)[1]["superseded"])


def test_f8_a_process_that_dies_at_any_moment_loses_and_doubles_nothing(store: Store) -> None:
    store.place(120)
    for _ in range(6):
        with running(store):
            eventlet.sleep(0.15)
        free_hold(store)
    with running(store):
        until(all_in(store, "synced"))
    assert {i: len(stored) for i, stored in store.oms.orders.items()} == dict.fromkeys(store.oms.orders, 1)
    assert len(store.oms.orders) == 120


def test_f48_lost_answers_are_cleared_up(store: Store) -> None:
    store.place(50)
    lost: Counter[UUID] = Counter()

    def lose(order_id: UUID) -> Lost | None:
        lost[order_id] += 1
        return Lost() if lost[order_id] == 1 and order_id.int % 3 == 0 else None

    store.oms.after = lose
    with running(store):
        until(all_in(store, "synced"))
    assert max(len(stored) for stored in store.oms.orders.values()) == 1


def test_an_outcome_is_kept_until_the_database_takes_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, failures = draining.settle, iter([DatabaseUnavailable(), DatabaseUnavailable()])

    def flaky(*arguments: Any) -> None:
        for failure in failures:
            raise failure
        settle(*arguments)

    monkeypatch.setattr(draining, "settle", flaky)
    store.place(3)
    with running(store):
        until(all_in(store, "synced"))
    assert len(store.oms.posts) == 3


@pytest.mark.one_step
def test_an_outcome_that_cannot_be_written_spoils_no_others(store: Store) -> None:
    orders = store.place(20)
    odd = iter([object()])
    store.oms.before = lambda i: next(odd, None) if i == orders[3] else None  # type: ignore[arg-type, return-value]
    with running(store):
        until(all_in(store, "synced"))
    assert store.edges(orders[3]) == ["expired", "accepted"]


def test_an_answer_that_cannot_be_judged_leaves_its_order_to_be_asked_about(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tried it works on it no more."""
    [order] = store.place()
    judged, broken = flows.judged, iter([RuntimeError("boom")])

    def break_once(*arguments: Any) -> Any:
        for error in broken:
            raise error
        return judged(*arguments)

    monkeypatch.setattr(flows, "judged", break_once)
    with running(store):
        until(all_in(store, "synced"))
    assert store.edges(order) == ["expired", "accepted"]
    assert len(store.oms.posts) == 1


def test_a_try_that_breaks_is_an_unknown_outcome(store: Store) -> None:
    [order] = store.place()
    broken = iter([RuntimeError("boom")])

    def break_once(_: UUID) -> None:
        for error in broken:
            raise error

    store.oms.before = break_once
    with running(store):
        until(all_in(store, "synced"))
    assert store.edges(order)[0] == "lost"


def test_d_an_answer_that_never_ends_is_an_unknown_outcome(store: Store) -> None:
    object.__setattr__(store.settings, "oms_timeout_seconds", 0.2)
    [order] = store.place()
    store.oms.wait = lambda: eventlet.sleep(0 if store.oms.asked else 30)
    with running(store):
        until(all_in(store, "synced"))
    assert store.edges(order)[0] == "lost"


def test_two_workers_share_nothing_but_the_table(store: Store) -> None:
    store.place(100)
    with running(store), running(store):
        until(all_in(store, "synced"))
    assert len(store.oms.posts) == 100


def test_a_worker_that_stops_gives_back_what_it_did_not_try(store: Store) -> None:
    store.app = replace(store.app, policy=replace(store.app.policy, in_flight=2))
    store.oms.wait = lambda: eventlet.sleep(30)
    store.place(10)
    with running(store) as drain:
        until(lambda: len(store.oms.posts) == 2)
        drain.stop()
    assert Counter(store.states()) == {"sending": 2, "waiting": 8}


def test_b21_others_are_told_beside_the_orders(store: Store) -> None:
    store.fact("orders.customer_saved", {"customer_id": str(UUID(int=9)), "name": "R", "revision": 1})
    with running(store):
        until(lambda: store.oms.told)


def test_f56_a_void_comes_at_any_moment(store: Store) -> None:
    """Each order is either at head office and its void too late, or void and not there."""
    orders = store.place(60)
    with running(store):
        for order in orders[::2]:
            store.wish(order)
            eventlet.sleep(0.005)
        until(all_in(store, "synced", "withdrawn"))
        until(lambda: not store.rows("select 1 from wishes where verdict = 'undecided'"))
    there = {i for i, stored in store.oms.orders.items() if stored}
    verdicts = {r.order_id: r.verdict for r in store.rows("select order_id, verdict from wishes")}
    assert {i for i, v in verdicts.items() if v == "too_late"} == there & set(orders[::2])
    assert {i for i in orders if store.one(i).state == "withdrawn"} == set(orders) - there


def test_s23_refusals_are_pending_and_the_rest_goes(store: Store) -> None:
    orders = store.place(30)
    bad = set(orders[::10])
    store.oms.before = lambda i: Refused() if i in bad else None
    with running(store):
        until(all_in(store, "synced", "pending"))
    assert {i for i in orders if store.one(i).state == "pending"} == bad


def test_unreachable_for_a_moment_is_no_attempt(store: Store) -> None:
    store.place(3)
    answers = iter([Unreachable()])
    store.oms.before = lambda _: next(answers, None)
    with running(store):
        until(all_in(store, "synced"))
    assert {r.attempts for r in store.rows("select attempts from deliveries")} == {0}
