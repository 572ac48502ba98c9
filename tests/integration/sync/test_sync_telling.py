"""Customers, sessions and cancellations reach head office, each newest word once."""

from uuid import uuid4

import pytest
from sync_store import Store

from services.sync.domain.answers import Answer, Busy, Failed, Lost, Refused, Taken, Unauthorised, Unreachable
from services.sync.domain.reasons import Reason
from services.sync.handlers import recovering
from services.sync.handlers.telling import tell_due
from services.sync.store import notices


def tell(store: Store) -> int:
    store.claim(0)
    return tell_due(store.app, store.me)


def customer(store: Store, revision: int = 1) -> str:
    someone = str(uuid4())
    store.fact("orders.customer_saved", {"customer_id": someone, "name": "R", "revision": revision})
    return someone


def state(store: Store) -> tuple[str, int]:
    [row] = store.rows("select state, attempts from notices")
    return row.state, row.attempts


@pytest.mark.one_step
def test_b21_a_customer_is_told_once(store: Store) -> None:
    someone = customer(store)
    assert tell(store) == 1
    assert tell(store) == 0
    assert [(kind, subject) for kind, subject, _ in store.oms.told] == [("customer", someone)]


@pytest.mark.one_step
def test_b21_a_cancellation_is_told_with_its_number_and_refund(store: Store) -> None:
    [order] = store.place()
    store.wish(order)
    tell(store)
    [(kind, subject, body)] = store.oms.told
    assert (kind, subject) == ("cancellation", str(order))
    assert body["invoice_number"] == "0412T3/27-000001"
    assert body["refund"] == [{"payment_mode": "CASH", "amount_minor": 10_001}]


@pytest.mark.parametrize(
    ("answer", "state_after", "attempts"),
    [
        (Taken(), "sent", 0),
        (Refused((Reason("odd", ""),)), "refused", 1),
        (Failed(), "waiting", 1),
        (Busy(), "waiting", 0),
        (Lost(), "waiting", 0),
        (Unreachable(), "waiting", 0),
        (Unauthorised(), "waiting", 0),
    ],
)
def test_b21_what_is_not_taken_is_told_later_or_shown(
    store: Store, answer: Answer | Taken, state_after: str, attempts: int
) -> None:
    customer(store)
    store.oms.tell_answer = answer
    tell(store)
    assert state(store) == (state_after, attempts)


def test_b21_what_head_office_refused_is_shown_and_told_again_with_all(store: Store) -> None:
    someone = customer(store)
    store.oms.tell_answer = Refused((Reason("odd", ""),))
    tell(store)
    [shown] = recovering.pending(store.app).refused_notices
    assert (shown.kind, shown.subject, shown.reason_code) == ("customer", someone, "odd")
    store.oms.tell_answer = Taken()
    recovering.retry_all(store.app, "M1")
    tell(store)
    assert state(store) == ("sent", 0)


def test_b21_a_failure_is_not_told_for_ever(store: Store) -> None:
    customer(store)
    store.oms.tell_answer = Failed()
    for _ in range(10):
        tell(store)
        store.later()
    assert state(store) == ("refused", 6)


@pytest.mark.one_step
def test_a_newer_word_that_comes_while_the_older_is_being_told_is_told_too(store: Store) -> None:
    session = str(uuid4())
    store.fact("sessions.session_changed", {"session_id": session, "status": "syncing"}, 1)
    told = store.oms.tell

    def slow(kind: str, subject: str, body: dict[str, object]) -> Answer | Taken:
        if body["status"] == "syncing":
            store.fact("sessions.session_changed", {"session_id": session, "status": "success"}, 2)
        return told(kind, subject, body)

    store.oms.tell = slow  # type: ignore[method-assign]
    tell(store)
    tell(store)
    assert [body["status"] for _, _, body in store.oms.told] == ["syncing", "success"]
    assert state(store) == ("sent", 0)


def test_only_the_process_that_sends_tells(store: Store) -> None:
    customer(store)
    store.claim(0)
    assert tell_due(store.app, uuid4()) == 0


def test_b21_what_broke_off_is_told_again_and_holds_up_no_other(store: Store) -> None:
    odd, plain = customer(store), customer(store)
    told = store.oms.tell

    def broken(kind: str, subject: str, body: dict[str, object]) -> Answer | Taken:
        if subject == odd:
            raise RuntimeError
        return told(kind, subject, body)

    store.oms.tell = broken  # type: ignore[method-assign]
    tell(store)
    assert [subject for _, subject, _ in store.oms.told] == [plain]
    store.oms.tell = told  # type: ignore[method-assign]
    store.later()
    tell(store)
    assert [subject for _, subject, _ in store.oms.told] == [plain, odd]


def test_f24_b21_what_could_not_be_written_down_is_told_again(store: Store) -> None:
    """The database goes away between the claim and what came of it: nobody works on the claimed ones any more."""
    customer(store)
    store.claim(0)
    with store.db.transaction() as tx:
        notices.claim(tx, store.me, store.clock.now(), 10)
    assert tell(store) == 1
    assert state(store) == ("sent", 0)
