"""Sending: who may, what goes out, what becomes of it, and what a crash leaves behind."""

import pytest
from sync_store import Store

from services.chassis.ids import new_id
from services.sync.domain.answers import (
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
from services.sync.domain.reasons import Reason
from services.sync.handlers import draining


def test_s22_an_order_that_head_office_took_is_synced_with_its_id(store: Store) -> None:
    [order] = store.place()
    store.drain()
    row = store.one(order)
    assert (row.state, row.oms_id, row.attempts) == ("synced", f"OMS-{order.hex[-6:]}", 0)
    [told] = store.told()
    assert (told["order_id"], told["state"], told["oms_id"]) == (str(order), "synced", row.oms_id)
    assert told["delivery_version"] == 1


def test_outcomes_are_told_up_to_a_hundred_at_once(store: Store) -> None:
    store.place(250)
    tried = []
    for _ in range(4):
        tried += [store.send(c) for c in store.claim()]
    draining.settle(store.app, tried)
    assert len(store.told()) == 250
    events = store.rows("select count(*) as n from outbox where queue = 'orders.outcomes'")
    assert events[0].n == 3


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (Refused((Reason("unknown_sku", ""),)), "pending", "unknown_sku"),
        (Refused(), "pending", "refused"),
        (Unfit(), "pending", "answer_does_not_match"),
        (KeyReused(), "pending", "key_reused"),
        (Failed(), "waiting", None),
        (Unreachable(), "waiting", None),
        (Busy(5), "waiting", None),
        (Unauthorised(), "waiting", None),
        (Superseded(), "waiting", None),
        (Lost(), "unknown", None),
        (InProgress(), "unknown", None),
    ],
)
def test_s23_what_is_not_taken_waits_or_is_pending_with_a_reason(
    store: Store, answer: Answer, state: str, code: str | None
) -> None:
    [order] = store.place()
    store.oms.before = lambda _: answer
    store.drain()
    row = store.one(order)
    assert (row.state, row.reason_code, row.claimed_by) == (state, code, None)
    assert [(o["state"], o["reason"]["code"]) for o in store.told()] == ([("pending", code)] if code else [])


def test_b10_one_bad_order_holds_up_no_other(store: Store) -> None:
    orders = store.place(20)
    bad = {orders[0], orders[7]}
    store.oms.before = lambda i: Failed() if i in bad else None
    store.drain()
    assert store.states(orders).count("synced") == 18
    assert {i for i in orders if store.one(i).state == "waiting"} == bad


def test_b9_a_lost_answer_is_asked_for_before_anything_is_sent_again(store: Store) -> None:
    [order] = store.place()
    store.oms.after = lambda _: Lost()
    store.drain()
    store.later()
    store.drain()
    assert store.states() == ["synced"]
    assert (store.oms.posts, store.oms.asked) == ([(order, 1)], [order])
    assert store.edges(order) == ["lost", "accepted"]


def test_b9_what_did_not_arrive_is_sent_again_under_the_same_key(store: Store) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Lost()
    store.drain()
    store.oms.before = lambda _: None
    store.later()
    store.drain()
    assert store.states() == ["synced"]
    assert (store.oms.posts, store.oms.asked) == ([(order, 1), (order, 1)], [order])


def test_f25_an_outcome_that_is_written_again_undoes_nothing_that_came_after_it(store: Store) -> None:
    """The commit arrived and the word on it did not; meanwhile the order became void."""
    [order] = store.place()
    [claimed] = store.claim()
    tried = draining.Tried(claimed, Refused((Reason("unknown_sku", "No such SKU."),)), "post", 12)
    draining.settle(store.app, [tried])
    store.wish(order)
    assert store.states() == ["withdrawn"]
    draining.settle(store.app, [tried])
    assert store.states() == ["withdrawn"]
    assert [o["state"] for o in store.told()] == ["pending", "withdrawn"]


def test_f7_what_a_dead_process_was_sending_is_asked_about(store: Store) -> None:
    [order] = store.place()
    [claimed] = store.claim()
    store.oms.post(claimed.document, 1, None)
    store.sql("update drainer set until = now() - interval '1 second'")
    [again] = store.claim(me=new_id())
    tried = store.send(again)
    draining.settle(store.app, [tried])
    assert store.states() == ["synced"]
    assert (len(store.oms.posts), store.oms.asked) == (1, [order])
    assert store.edges(order) == ["expired", "accepted"]


def test_f11_a_process_that_was_replaced_changes_nothing(store: Store) -> None:
    [order] = store.place()
    [frozen] = store.claim()
    store.sql("update drainer set until = now() - interval '1 second'")
    [taken_over] = store.claim(me=new_id())
    assert taken_over.held.fence > frozen.held.fence
    store.oms.before = lambda _: Refused()
    late = store.send(frozen)
    draining.settle(store.app, [late])
    assert (store.one(order).state, store.told()) == ("unknown", [])


def test_only_one_process_sends_at_a_time(store: Store) -> None:
    store.place(2)
    assert len(store.claim(1)) == 1
    assert store.claim(me=new_id()) == []


def test_a_process_that_ends_lets_another_send_at_once(store: Store) -> None:
    store.place(3)
    claimed = store.claim()
    draining.let_go(store.app, store.me, claimed)
    assert store.states() == ["waiting"] * 3
    assert len(store.claim(me=new_id())) == 3


def test_an_outcome_that_was_forgotten_is_asked_for(store: Store) -> None:
    [order] = store.place()
    store.claim()
    draining.hold(store.app, store.me, QUIET, working_on=[])
    assert store.one(order).state == "unknown"


def test_settling_twice_tells_once(store: Store) -> None:
    store.place()
    tried = [store.send(c) for c in store.claim()]
    draining.settle(store.app, tried)
    with_same_fence = store.one(tried[0].claimed.delivery.order_id)
    draining.settle(store.app, [])
    assert with_same_fence.state == "synced"
    assert len(store.told()) == 1


@pytest.mark.parametrize(
    ("auto_sync", "mode", "goes"),
    [(True, "offline", True), (True, "online", True), (False, "offline", False), (False, "online", True)],
)
def test_s24_with_auto_sync_off_only_online_orders_go_out(store: Store, auto_sync: bool, mode: str, goes: bool) -> None:
    store.sql("update switches set auto_sync = :on", on=auto_sync)
    store.place(mode=mode)
    store.drain()
    assert store.states() == (["synced"] if goes else ["waiting"])


def test_s23_after_its_last_attempt_an_order_is_pending(store: Store) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Failed()
    for _ in range(6):
        store.drain()
        store.later()
    row = store.one(order)
    assert (row.state, row.reason_code, row.attempts) == ("pending", "out_of_attempts", 6)


def test_b11_an_order_waits_for_its_time(store: Store) -> None:
    store.place()
    store.oms.before = lambda _: Failed()
    store.drain()
    assert store.drain() == []
    store.later(1)
    assert len(store.drain()) == 1
    store.later(4)
    assert store.drain() == []


def test_the_oldest_goes_first(store: Store) -> None:
    late, early = store.place(placed_at="2026-04-15T06:05:00Z"), store.place(placed_at="2026-04-15T06:01:00Z")
    store.drain(1)
    assert store.states(early + late) == ["synced", "waiting"]


def test_b10_every_attempt_is_kept(store: Store) -> None:
    [order] = store.place()
    for answer in (Busy(1), Failed(), Lost(), Refused()):
        store.oms.before = lambda _, a=answer: a
        store.drain()
        store.later()
    assert store.edges(order) == ["put_off", "failed", "lost", "refused"]
    rows = store.rows("select how, duration_ms from history order by id")
    assert [(r.how, r.duration_ms) for r in rows] == [("post", 12)] * 4


def test_history_cannot_be_changed_by_the_service(store: Store) -> None:
    store.place()
    store.drain()
    for statement in ("update history set edge = 'x'", "delete from history", "delete from audit"):
        with pytest.raises(Exception, match="permission denied"):
            store.sql(statement)


QUIET = draining.Pulse(in_flight=0, limit=1, latency_ms=None, paused_until=None, pause_reason=None)


def toasts(store: Store) -> bool:
    return bool(store.rows("select toast_due from drainer")[0].toast_due)


def test_s21_a_toast_says_that_syncing_has_started_once_for_each_outage(store: Store) -> None:
    draining.note_standstill(store.app)
    store.place(mode="online")
    store.drain()
    assert toasts(store)
    store.place(mode="offline")
    store.drain()
    assert not toasts(store)
    assert draining.TOAST == "Order syncing started in background"
