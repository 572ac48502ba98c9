"""Facts are taken in once, in any order of arrival."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest
from pydantic import ValidationError
from sync_fakes import document
from sync_store import Store

from services.chassis.events import Event, UnknownFact, encode
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.sync.handlers import looking, taking


def test_an_order_that_arrives_twice_is_one_delivery(store: Store) -> None:
    order = document()
    store.take(order, times=2)
    store.take(order)
    assert store.states() == ["waiting"]
    assert store.rows("select count(*) as n from documents")[0].n == 1


def test_a_batch_is_taken_in_whole(store: Store) -> None:
    store.place(200)
    assert store.states() == ["waiting"] * 200


def test_an_order_that_was_synced_is_not_taken_in_anew(store: Store) -> None:
    order = document()
    store.take(order)
    store.drain()
    store.take(order)
    assert store.states() == ["synced"]
    assert len(store.oms.posts) == 1


@pytest.mark.parametrize(
    ("head_office", "mode", "trigger", "paused"),
    [
        (True, "online", None, False),
        (True, "offline", "manual", True),
        (True, "offline", "automatic", False),
        (False, "offline", "automatic", True),
        (False, "online", None, True),
    ],
)
def test_s21_orders_stay_in_their_queue_while_nothing_can_be_sent(
    store: Store, head_office: bool, mode: str, trigger: str | None, paused: bool
) -> None:
    store.see(head_office=head_office)
    store.mode(mode, trigger)
    assert taking.paused(store.app) is paused


def test_intake_is_paused_before_the_first_word_of_the_prober(store: Store) -> None:
    store.sql("update published set number = 0, value = '{}'")
    assert taking.paused(store.app) is True


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": "no-id"},
        {"mode": "sideways"},
        {"totals": {"total_minor": -1}},
        {"totals": {"total_minor": 10.5}},
        {"business_date": "2026-02-30"},
        {"placed_at": "yesterday"},
        {"invoice": None},
        {"payments": "cash"},
    ],
)
def test_d_a_document_that_is_no_order_changes_nothing(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        store.take(document() | change)
    assert store.states() == []


@pytest.mark.parametrize(("type_", "version"), [("orders.order_lost", 1), ("orders.order_placed", 2), ("", 1)])
def test_d_an_unknown_type_or_version_is_not_guessed_at(store: Store, type_: str, version: int) -> None:
    event = Event(type=type_, version=version, aggregate_id="x", data=document())
    with pytest.raises(UnknownFact), store.db.transaction() as tx:
        taking.take_orders(store.app, tx, [event])
    with pytest.raises(UnknownFact), store.db.transaction() as tx:
        taking.take_facts(store.app, tx, [event])
    assert store.states() == []


def customer(customer_id: UUID, revision: int, name: str) -> dict[str, object]:
    return {
        "customer_id": str(customer_id),
        "name": name,
        "phone": "+919876543210",
        "email": None,
        "gstin": None,
        "state_code": "29",
        "revision": revision,
    }


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (2, 2, 1, 1)])
def test_b21_of_a_customer_the_higher_revision_is_told(store: Store, order: tuple[int, ...]) -> None:
    someone = new_id()
    for revision in order:
        store.fact("orders.customer_saved", customer(someone, revision, f"Name {revision}"))
    [notice] = store.rows("select * from notices")
    assert (notice.kind, notice.subject, notice.version) == ("customer", str(someone), 2)
    assert notice.body["name"] == "Name 2"


def test_b21_of_a_session_the_higher_version_is_told(store: Store) -> None:
    session = new_id()
    for version, status in ((3, "success"), (1, "open"), (2, "syncing"), (3, "success")):
        store.fact("sessions.session_changed", {"session_id": str(session), "status": status}, version)
    [notice] = store.rows("select * from notices")
    assert (notice.version, notice.body["status"]) == (3, "success")


def test_b12_an_order_that_could_not_be_taken_in_waits_too(store: Store) -> None:
    broken = document() | {"totals": {}}
    event = Event(
        id=new_id(),
        type="orders.order_placed",
        store_id="S1",
        occurred_at=datetime.now(UTC),
        aggregate_id=broken["order_id"],
        data=broken,
    )
    inbox = Inbox(store.db, "sync.orders", partial(taking.take_orders, store.app), "S1")
    inbox.take([encode(event).encode()])
    backlog = looking.status(store.app).backlog
    assert (backlog.nothing_waits, backlog.please_wait) == (False, "Please wait until sync completes.")
