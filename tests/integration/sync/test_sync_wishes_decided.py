"""Wishes to void or to correct, whenever they come."""

from uuid import UUID

import pytest
from sync_fakes import document
from sync_store import Store

from services.chassis.ids import new_id
from services.sync.domain.answers import Absent, Accepted, Failed, Lost, Refused, Unfit
from services.sync.handlers import draining


def outcomes(store: Store) -> list[tuple[str, str | None]]:
    return [(o["state"], o["wish_id"]) for o in store.told()]


def test_b10_a_void_of_a_waiting_order_withdraws_it(store: Store) -> None:
    [order] = store.place()
    wish = store.wish(order)
    assert store.states() == ["withdrawn"]
    assert outcomes(store) == [("withdrawn", str(wish))]
    assert store.drain() == []


def test_a_wish_that_arrives_twice_is_decided_once(store: Store) -> None:
    [order] = store.place()
    wish = store.wish(order)
    store.wish(order, wish_id=wish)
    assert outcomes(store) == [("withdrawn", str(wish))]


def test_b10_a_void_before_its_order_leaves_a_tombstone(store: Store) -> None:
    order = document()
    session = new_id()
    wish = store.wish(UUID(order["order_id"]), session_id=str(session))
    store.take(order | {"session_id": str(session)})
    assert store.states() == ["withdrawn"]
    assert store.drain() == []
    [told] = store.told()
    assert (told["state"], told["wish_id"], told["session_id"]) == ("withdrawn", str(wish), str(session))
    row = store.one(UUID(order["order_id"]))
    assert (row.total_minor, row.mode) == (order["totals"]["total_minor"], "offline")


def test_b21_a_void_is_told_to_head_office(store: Store) -> None:
    [order] = store.place()
    store.wish(order)
    [notice] = store.rows("select * from notices")
    assert (notice.kind, notice.subject, notice.body["reason"]) == ("cancellation", str(order), "wrong size")


def test_b10_a_void_after_sync_is_too_late(store: Store) -> None:
    [order] = store.place()
    store.drain()
    wish = store.wish(order)
    assert store.states() == ["synced"]
    assert outcomes(store) == [("synced", None), ("too_late", str(wish))]
    versions = [o["delivery_version"] for o in store.told()]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (None, "synced", ["synced", "too_late"]),
        (Refused(), "withdrawn", ["pending", "withdrawn"]),
    ],
)
def test_f56_a_void_while_it_is_being_sent_is_decided_by_the_answer(
    store: Store, answer: Refused | None, state: str, told: list[str]
) -> None:
    [order] = store.place()
    claimed = store.claim()
    store.wish(order)
    assert (store.states(), store.told()) == (["sending"], [])
    store.oms.before = lambda _: answer
    draining.settle(store.app, [store.send(c) for c in claimed])
    assert store.states() == [state]
    assert [o["state"] for o in store.told()] == told


def lose(store: Store, order: UUID, *, stored: bool) -> None:
    """Sends it, and loses the answer."""
    if stored:
        store.oms.after = lambda _: Lost()
    else:
        store.oms.before = lambda _: Lost()
    store.drain()
    store.oms.before = store.oms.after = lambda _: None
    assert store.one(order).state == "unknown"


def test_b9_a_void_of_an_unknown_order_that_arrived_is_too_late(store: Store) -> None:
    [order] = store.place()
    lose(store, order, stored=True)
    wish = store.wish(order)
    assert store.told() == []
    store.later()
    store.drain()
    assert store.states() == ["synced"]
    assert outcomes(store) == [("synced", None), ("too_late", str(wish))]


def test_b9_a_void_of_an_unknown_order_is_never_sent_and_waits_until_it_is_certain(store: Store) -> None:
    [order] = store.place()
    lose(store, order, stored=False)
    store.wish(order)
    store.sql("update deliveries set posted_at = :at", at=store.clock.now())
    store.later(30)
    assert store.drain() == [Absent(certain_in=30)]
    assert store.states() == ["unknown"]
    # as soon as that can be said, and not when the next of ever longer waits is over
    store.later(30)
    assert store.drain() == [Absent()]
    assert store.states() == ["withdrawn"]
    assert len(store.oms.posts) == 1


def test_a_void_of_an_order_that_failed_in_doubt_is_asked_about(store: Store) -> None:
    [order] = store.place()
    store.oms.after = lambda _: Failed()
    for _ in range(6):
        store.drain()
        store.later()
    assert store.one(order).reason_code == "out_of_attempts"
    store.wish(order)
    assert store.one(order).state == "waiting"
    [answer] = store.drain()
    assert isinstance(answer, Accepted)
    assert store.states() == ["synced"]
    assert [o["state"] for o in store.told()] == ["pending", "synced", "too_late"]


def test_a_void_of_an_order_that_head_office_holds_otherwise_is_too_late(store: Store) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Unfit()
    store.drain()
    store.wish(order)
    assert store.states() == ["pending"]
    assert [o["state"] for o in store.told()] == ["pending", "too_late"]


def test_b10_a_correction_sends_a_pending_order_as_a_new_revision(store: Store) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Refused()
    store.drain()
    wish = store.wish(order, "correct")
    assert [(o["state"], o["revision"]) for o in store.told()] == [("pending", 1), ("waiting", 2)]
    store.oms.before = lambda _: None
    [claimed] = store.claim()
    assert claimed.correction == {"lines": [{"line_no": 1, "oms_sku": "HO-1"}]}
    assert claimed.document["lines"][0]["sku"] == "SKU-1"
    draining.settle(store.app, [store.send(claimed)])
    assert store.oms.posts == [(order, 1), (order, 2)]
    assert outcomes(store)[1:] == [("waiting", str(wish)), ("synced", None)]


def test_b10_a_correction_goes_out_though_auto_sync_is_off(store: Store) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Refused()
    store.drain()
    store.sql("update switches set auto_sync = false")
    store.wish(order, "correct")
    assert len(store.claim()) == 1


def test_a_correction_before_its_order_waits_for_it(store: Store) -> None:
    order = document()
    store.wish(UUID(order["order_id"]), "correct")
    assert store.told() == []
    store.take(order)
    store.drain()
    assert store.oms.posts == [(UUID(order["order_id"]), 2)]


def test_a_correction_while_it_is_being_sent_waits_for_the_answer(store: Store) -> None:
    [order] = store.place()
    claimed = store.claim()
    store.wish(order, "correct")
    store.oms.before = lambda _: Refused()
    draining.settle(store.app, [store.send(c) for c in claimed])
    assert (store.states(), store.one(order).revision) == (["waiting"], 2)


@pytest.mark.parametrize("order_of_wishes", [(2, 3), (3, 2)])
def test_of_two_corrections_the_higher_revision_goes_out(store: Store, order_of_wishes: tuple[int, ...]) -> None:
    [order] = store.place()
    for revision in order_of_wishes:
        store.wish(order, "correct", revision, correction={"note": str(revision)})
    [claimed] = store.claim()
    assert (claimed.delivery.revision, claimed.correction) == (3, {"note": "3"})


def test_a_void_beside_a_correction_wins(store: Store) -> None:
    order = document()
    store.wish(UUID(order["order_id"]), "correct")
    store.wish(UUID(order["order_id"]), "void", 3)
    store.take(order)
    assert store.states() == ["withdrawn"]
    assert store.drain() == []


def test_b10_a_correction_of_a_void_order_says_that_it_is_void(store: Store) -> None:
    """The later word wins, so that it may not say that head office has it."""
    [order] = store.place()
    void, correction = store.wish(order), store.wish(order, "correct")
    assert outcomes(store) == [("withdrawn", str(void)), ("withdrawn", str(correction))]


def test_b10_an_older_correction_of_a_pending_order_says_that_it_is_pending(store: Store) -> None:
    [order] = store.place()
    newer = store.wish(order, "correct", 3)
    store.oms.before = lambda _: Refused()
    store.drain()
    older = store.wish(order, "correct", 2)
    assert store.states() == ["pending"]
    assert outcomes(store) == [("waiting", str(newer)), ("pending", None), ("pending", str(older))]


def test_no_wish_stays_open_once_its_order_is_decided(store: Store) -> None:
    orders = store.place(4)
    store.drain(2)
    for order in orders:
        store.wish(order)
    assert store.rows("select 1 from wishes where verdict = 'undecided'") == []
    assert store.rows("select 1 from deliveries where void_asked") == []
