"""A session or a day beside what head office has."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sync_fakes import document
from sync_store import Store
from werkzeug.test import Client

from services.chassis.testing import client
from services.sync.domain.answers import Refused
from services.sync.domain.reconciliation import Stored
from services.sync.handlers import reconciling
from services.sync.routes import Door

MANAGER = {"Authorization": "Bearer manager"}


@pytest.fixture
def door(store: Store) -> Client:
    return client(Door, store.app)


def compare(store: Store, door: Client, **wanted: str) -> dict[str, Any]:
    asked = door.post("/api/sync/reconciliations", json=wanted, headers=MANAGER)
    assert asked.status_code == 202, asked.text
    assert asked.json["status"] == "queued"
    assert reconciling.run_next(store.app)
    answer = door.get(f"/api/sync/reconciliations/{asked.json['reconciliation_id']}", headers=MANAGER)
    found: dict[str, Any] = answer.json
    return found


def kinds(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(d["order_id"], d["kind"]) for d in found["differences"]]


def test_b13_a_session_that_agrees_shows_no_difference(store: Store, door: Client) -> None:
    session = uuid4()
    store.place(5, session_id=session)
    store.place(5)
    store.drain()
    found = compare(store, door, session_id=str(session))
    assert (found["status"], found["held"], found["compared"], found["found"]) == ("done", 5, 5, 0)


def test_b13_every_kind_of_difference_of_a_day_is_listed(store: Store, door: Client) -> None:
    orders = store.place(6)
    store.drain()
    lost, twice, dearer, renumbered, void, fine = sorted(orders)
    store.oms.orders.pop(lost)
    store.oms.orders[twice] *= 2
    store.oms.orders[dearer] = [replace(store.oms.orders[dearer][0], total_minor=1)]
    store.oms.orders[renumbered] = [replace(store.oms.orders[renumbered][0], invoice_number="X")]
    store.sql("update deliveries set state = 'withdrawn', oms_id = null where order_id = :id", id=void)
    strange = uuid4()
    store.oms.orders[strange] = [Stored(strange, 5, "Y", "OMS-strange")]
    found = compare(store, door, business_date="2026-04-15")
    assert kinds(found) == [
        (str(lost), "missing"),
        (str(twice), "twice"),
        (str(dearer), "amount_differs"),
        (str(renumbered), "number_differs"),
        (str(void), "void_but_there"),
        (str(strange), "unknown_here"),
    ]
    assert all(d["text"] for d in found["differences"])
    assert str(fine) not in str(found["differences"])


def test_b13_an_order_of_another_day_is_not_unknown_here(store: Store, door: Client) -> None:
    store.place(1, business_date="2026-04-14")
    store.place(1)
    store.drain()
    assert compare(store, door, business_date="2026-04-15")["found"] == 0


def test_b13_claimed_payments_and_oversold_articles_are_listed(store: Store, door: Client) -> None:
    order = document()
    order["payments"] = [
        {
            "n": 1,
            "payment_mode": "UPI",
            "kind": "upi",
            "amount_minor": 5_000,
            "tendered_minor": 5_000,
            "change_minor": 0,
            "reference": "412345678901",
            "status": "claimed",
        }
    ]
    order["lines"][0] |= {"oversold": True, "quantity": 2}
    store.take(order)
    store.drain()
    found = compare(store, door, business_date="2026-04-15")
    assert found["claimed_payments"] == [
        {
            "order_id": order["order_id"],
            "invoice_number": order["invoice"]["number"],
            "n": 1,
            "payment_mode": "UPI",
            "amount_minor": 5_000,
            "reference": "412345678901",
        }
    ]
    assert found["oversold"] == [{"sku": "SKU-1", "quantity": 2, "orders": [order["order_id"]]}]


@pytest.mark.one_step
def test_f53_an_order_that_head_office_lost_is_sent_again_by_a_person(store: Store, door: Client) -> None:
    [order] = store.place()
    store.drain()
    retry = f"/api/sync/deliveries/{order}/retry"
    assert door.post(retry, headers=MANAGER).status_code == 409
    store.oms.orders.pop(order)
    compare(store, door, business_date="2026-04-15")
    assert door.post(retry, headers=MANAGER).json["state"] == "waiting"
    store.drain()
    assert store.states() == ["synced"]
    assert len(store.oms.orders[order]) == 1
    assert door.post(retry, headers=MANAGER).status_code == 409


def test_b13_what_moves_while_it_is_compared_is_no_difference(store: Store, door: Client) -> None:
    store.place()
    lookup = store.oms.lookup

    def slow(ids: list[UUID]) -> Any:
        store.drain()
        return lookup(ids)

    store.oms.lookup = slow  # type: ignore[method-assign, assignment]
    assert compare(store, door, business_date="2026-04-15")["found"] == 0


def test_b13_more_than_a_page_is_compared(store: Store, door: Client) -> None:
    store.place(600)
    found = compare(store, door, business_date="2026-04-15")
    assert (found["held"], found["compared"], found["found"]) == (600, 600, 0)


def test_b13_a_pending_order_that_head_office_has_is_listed(store: Store, door: Client) -> None:
    [order] = store.place()
    store.oms.after = lambda _: Refused()
    store.drain()
    assert kinds(compare(store, door, business_date="2026-04-15")) == [(str(order), "there_but_not_marked")]


def test_a_comparison_that_cannot_be_made_says_why(store: Store, door: Client) -> None:
    store.place()
    store.oms.down = True
    found = compare(store, door, business_date="2026-04-15")
    assert (found["status"], found["error"]) == ("failed", "unreachable")


@pytest.mark.one_step
def test_a_comparison_that_broke_off_is_made_anew(store: Store, door: Client) -> None:
    store.place()
    asked = door.post("/api/sync/reconciliations", json={"business_date": "2026-04-15"}, headers=MANAGER)
    store.sql("update reconciliations set status = 'running', compared = 77")
    assert reconciling.run_next(store.app)
    assert not reconciling.run_next(store.app)
    done = door.get(f"/api/sync/reconciliations/{asked.json['reconciliation_id']}", headers=MANAGER).json
    assert (done["status"], done["compared"]) == ("done", 1)


def test_asking_twice_makes_one_comparison(store: Store, door: Client) -> None:
    answers = [
        door.post("/api/sync/reconciliations", json={"business_date": "2026-04-15"}, headers=MANAGER) for _ in range(2)
    ]
    assert answers[0].json["reconciliation_id"] == answers[1].json["reconciliation_id"]
    items = door.get("/api/sync/reconciliations", headers=MANAGER).json["items"]
    assert len(items) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "one_thing"),
        ({"session_id": str(uuid4()), "business_date": "2026-04-15"}, 422, "one_thing"),
        ({"session_id": str(uuid4())}, 404, "nothing_to_compare"),
        ({"session_id": "x"}, 422, "invalid_input"),
        ({"business_date": "2026-02-30"}, 422, "invalid_input"),
    ],
)
def test_d_bad_requests_compare_nothing(
    store: Store, door: Client, body: dict[str, str], status: int, code: str
) -> None:
    answer = door.post("/api/sync/reconciliations", json=body, headers=MANAGER)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert not reconciling.run_next(store.app)
