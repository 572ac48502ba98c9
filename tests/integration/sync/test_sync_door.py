"""What tills and other services see, through the door."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sync_store import Store
from werkzeug.test import Client

from services.chassis.testing import client
from services.sync import metrics
from services.sync.domain.answers import Lost, Refused
from services.sync.domain.reasons import KNOWN, Reason
from services.sync.handlers import measuring
from services.sync.routes import Door

ASSOCIATE = {"Authorization": "Bearer associate"}
ASSOCIATE_WHO_MAY = {"Authorization": "Bearer associate offline_mode"}
MANAGER = {"Authorization": "Bearer manager"}
SERVICE = {"Authorization": "Bearer service"}
NO_SKU = Refused((Reason("unknown_sku", ""),))


@pytest.fixture
def door(store: Store) -> Client:
    return client(Door, store.app)


def status(door: Client) -> dict[str, Any]:
    return get(door, "/api/sync/status")


def get(door: Client, path: str) -> dict[str, Any]:
    answer = door.get(path, headers=MANAGER)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_connectivity_is_pulled_by_its_number(store: Store, door: Client) -> None:
    first = door.get("/state/connectivity", headers=SERVICE).json
    assert first["value"]["head_office"] == "up"
    again = door.get(f"/state/connectivity?since={first['number']}", headers=SERVICE)
    assert again.status_code == 204
    store.see(head_office=False)
    later = door.get(f"/state/connectivity?since={first['number']}", headers=SERVICE).json
    assert (later["number"] > first["number"], later["value"]["head_office"]) == (True, "down")


def test_connectivity_is_for_services_only(store: Store, door: Client) -> None:
    assert door.get("/state/connectivity", headers=ASSOCIATE).status_code == 403


def test_before_the_first_word_there_is_no_connectivity(store: Store, door: Client) -> None:
    store.sql("update published set number = 0, value = '{}'")
    assert door.get("/state/connectivity", headers=SERVICE).status_code == 204
    assert status(door)["connectivity"] is None


def test_b12_the_backlog_is_honest(store: Store, door: Client) -> None:
    store.place(3)
    store.oms.before = lambda _: NO_SKU
    store.drain(1)
    store.claim(1)
    store.clock.advance(600)
    backlog = status(door)["backlog"]
    assert {k: backlog[k] for k in ("waiting", "in_flight", "pending", "unknown")} == {
        "waiting": 2,
        "in_flight": 1,
        "pending": 1,
        "unknown": 0,
    }
    assert backlog["money_minor"] == {"CASH": 30_006}
    assert backlog["oldest_seconds"] >= 600
    assert backlog["nothing_waits"] is False


def test_b12_what_still_lies_in_the_queue_or_the_counters_outbox_waits_too(store: Store, door: Client) -> None:
    store.place(1)
    store.clock.advance(600)
    oldest = store.clock.now() - timedelta(hours=3)
    store.hear_unsettled(8, oldest, CASH=50_000, UPI=70)
    backlog = status(door)["backlog"]
    assert (backlog["waiting"], backlog["oldest_seconds"]) == (8, 3 * 3600)
    assert backlog["money_minor"] == {"CASH": 50_000, "UPI": 70}
    assert backlog["nothing_waits"] is False
    measuring.show(store.app)
    assert metrics.BACKLOG._value.get() == 8
    assert metrics.BACKLOG_AGE._value.get() == 3 * 3600


def test_b12_what_the_counter_has_not_heard_yet_is_no_second_order(store: Store, door: Client) -> None:
    store.place(3)
    store.hear_unsettled(3, store.clock.now(), CASH=30_006)
    backlog = status(door)["backlog"]
    assert (backlog["waiting"], backlog["money_minor"]) == (3, {"CASH": 30_006})
    store.drain()
    store.hear_unsettled(0)
    assert status(door)["backlog"]["nothing_waits"] is True


def test_b12_green_only_when_nothing_waits(store: Store, door: Client) -> None:
    assert status(door)["backlog"]["nothing_waits"] is True
    assert status(door)["backlog"]["please_wait"] is None
    store.place()
    assert status(door)["backlog"]["nothing_waits"] is False
    assert status(door)["backlog"]["please_wait"] == "Please wait until sync completes."
    store.drain()
    assert status(door)["backlog"]["nothing_waits"] is True
    store.fact("sessions.session_changed", {"session_id": str(uuid4()), "status": "success"})
    assert status(door)["backlog"]["others"] == {"session": 1}
    assert status(door)["backlog"]["nothing_waits"] is False


def test_b12_time_to_done_follows_what_was_settled_of_late(store: Store, door: Client) -> None:
    store.place(20)
    store.drain(10)
    sending = status(door)["sending"]
    assert (sending["on"], sending["seconds_to_done"]) == (True, 60)


@pytest.mark.parametrize(
    ("arrange", "stopped_by"),
    [
        (lambda s: s.see(head_office=False), "head_office_down"),
        (lambda s: s.mode("offline", "manual"), "manual_offline"),
        (lambda s: s.see(head_office=True, superseded=True), "superseded"),
        (lambda s: s.sql("update drainer set until = now() - interval '1 s'"), "no_worker"),
        (lambda s: s.sql("update drainer set paused_until = now(), pause_reason = 'busy'"), "busy"),
    ],
)
def test_b12_it_says_why_nothing_is_sent(store: Store, door: Client, arrange: Any, stopped_by: str) -> None:
    store.place()
    store.claim(0)
    arrange(store)
    sending = status(door)["sending"]
    assert (sending["on"], sending["stopped_by"], sending["seconds_to_done"]) == (False, stopped_by, None)


@pytest.mark.parametrize(("headers", "by"), [(MANAGER, "manager-1"), (ASSOCIATE_WHO_MAY, "associate-1")])
def test_s24_auto_sync_is_switched_and_audited(store: Store, door: Client, headers: dict[str, str], by: str) -> None:
    answer = door.put("/api/sync/auto-sync", json={"on": False}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json["auto_sync"]["on"], answer.json["auto_sync"]["changed_by"]) == (False, by)
    assert status(door)["connectivity"]["auto_sync"] is False
    [row] = store.rows("select by, what, details from audit")
    assert (row.by, row.what, row.details) == (by, "auto_sync", {"on": False})


def test_s24_switching_to_what_it_is_changes_nothing(store: Store, door: Client) -> None:
    number = door.get("/state/connectivity", headers=SERVICE).json["number"]
    door.put("/api/sync/auto-sync", json={"on": True}, headers=MANAGER)
    assert store.rows("select 1 from audit") == []
    assert door.get("/state/connectivity", headers=SERVICE).json["number"] == number


def test_s24_an_associate_without_the_permission_switches_nothing(store: Store, door: Client) -> None:
    assert door.put("/api/sync/auto-sync", json={"on": False}, headers=ASSOCIATE).status_code == 403
    assert status(door)["auto_sync"]["on"] is True


def test_s24_sync_now_releases_what_waits_at_that_moment(store: Store, door: Client) -> None:
    door.put("/api/sync/auto-sync", json={"on": False}, headers=MANAGER)
    before = store.place(2, placed_at=store.clock.now().isoformat())
    store.drain()
    assert store.states() == ["waiting"] * 2
    assert status(door)["backlog"]["held_back"] == 2
    answer = door.post("/api/sync/now", headers=ASSOCIATE)
    assert answer.json == {"orders": 2}
    store.clock.advance(60)
    after = store.place(1, placed_at=store.clock.now().isoformat())
    store.drain()
    assert store.states(before + after) == ["synced", "synced", "waiting"]
    assert [r.what for r in store.rows("select what from audit order by id")] == ["auto_sync", "sync_now"]


def test_s24_sync_now_releases_what_is_still_in_the_queue(store: Store, door: Client) -> None:
    door.put("/api/sync/auto-sync", json={"on": False}, headers=MANAGER)
    placed_at = store.clock.now().isoformat()
    store.clock.advance(60)
    door.post("/api/sync/now", headers=ASSOCIATE)
    store.place(placed_at=placed_at)
    store.drain()
    assert store.states() == ["synced"]


def test_deliveries_are_listed_page_by_page_the_newest_first(store: Store, door: Client) -> None:
    orders = [store.place(placed_at=f"2026-04-15T06:{n:02}:00Z")[0] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = get(door, f"/api/sync/deliveries?limit=2{cursor}")
        seen += [UUID(item["order_id"]) for item in page["items"]]
        cursor = page["cursor"] and f"&cursor={page['cursor']}"
    assert seen == orders[::-1]


def test_deliveries_are_filtered(store: Store, door: Client) -> None:
    session = uuid4()
    [synced] = store.place(session_id=session)
    store.drain()
    [waiting] = store.place(business_date="2026-04-16")
    for query, found in [
        ("state=synced", [synced]),
        ("state=waiting", [waiting]),
        (f"session_id={session}", [synced]),
        ("business_date=2026-04-16", [waiting]),
        ("state=pending", []),
    ]:
        items = get(door, f"/api/sync/deliveries?{query}")["items"]
        assert [UUID(i["order_id"]) for i in items] == found


@pytest.mark.parametrize(
    "query",
    [
        "state=lost",
        "limit=0",
        "limit=-1",
        "limit=1000000000",
        "cursor=x",
        "cursor=" + "A" * 300,
        "cursor=WyIyMDI2LTA0LTE1IiwgIngiXQ",
        "session_id=no-id",
        "business_date=2026-02-30",
        "unknown=1",
    ],
)
def test_d_bad_filters_are_refused(store: Store, door: Client, query: str) -> None:
    answer = door.get(f"/api/sync/deliveries?{query}", headers=MANAGER)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_b10_a_delivery_shows_every_attempt(store: Store, door: Client) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Lost()
    store.drain()
    store.later()
    store.oms.before = lambda _: None
    store.drain()
    found = get(door, f"/api/sync/deliveries/{order}")
    assert [(h["edge"], h["how"]) for h in found["history"]] == [("accepted", "post"), ("lost", "post")]
    assert found["state"] == "synced"


def test_an_unknown_delivery_is_not_found(store: Store, door: Client) -> None:
    assert door.get(f"/api/sync/deliveries/{uuid4()}", headers=MANAGER).status_code == 404


def test_s23_pending_orders_are_shown_with_reasons_and_what_may_be_corrected(store: Store, door: Client) -> None:
    [order] = store.place()
    store.oms.before = lambda _: NO_SKU
    store.drain()
    desk = get(door, "/api/sync/pending")
    [item] = desk["items"]
    assert desk["total"] == 1
    assert (item["order_id"], item["reason_text"]) == (str(order), KNOWN["unknown_sku"])
    assert item["may_correct"] == ["lines"]


@pytest.mark.one_step
def test_b10_one_pending_order_is_sent_again(store: Store, door: Client) -> None:
    [order] = store.place()
    store.oms.before = lambda _: Refused()
    store.drain()
    store.oms.before = lambda _: None
    answer = door.post(f"/api/sync/deliveries/{order}/retry", headers=MANAGER)
    assert (answer.status_code, answer.json["state"]) == (200, "waiting")
    assert [o["state"] for o in store.told()] == ["pending", "waiting"]
    store.drain()
    assert store.states() == ["synced"]
    assert [(h.edge, h.by) for h in store.rows("select edge, by from history order by id")] == [
        ("refused", None),
        ("retried", "manager-1"),
        ("accepted", None),
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_only_what_waits_for_a_person_is_sent_again(store: Store, door: Client, times: int) -> None:
    [order] = store.place()
    store.drain()
    for _ in range(times):
        answer = door.post(f"/api/sync/deliveries/{order}/retry", headers=MANAGER)
        assert (answer.status_code, answer.json["code"]) == (409, "not_pending")
    assert door.post(f"/api/sync/deliveries/{uuid4()}/retry", headers=MANAGER).status_code == 404
    assert len(store.oms.posts) == 1


@pytest.mark.one_step
def test_b10_all_pending_orders_are_sent_again(store: Store, door: Client) -> None:
    store.place(3)
    store.oms.before = lambda _: Refused()
    store.drain()
    store.sql("update switches set auto_sync = false")
    assert door.post("/api/sync/retry-all", headers=MANAGER).json == {"orders": 3}
    assert door.post("/api/sync/retry-all", headers=MANAGER).json == {"orders": 0}
    store.oms.before = lambda _: None
    store.drain()
    assert store.states() == ["synced"] * 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/sync/pending"),
        ("POST", "/api/sync/retry-all"),
        ("POST", "/api/sync/deliveries/00000000-0000-7000-8000-000000000001/retry"),
        ("POST", "/api/sync/reconciliations"),
        ("GET", "/api/sync/reconciliations"),
    ],
)
def test_the_recovery_desk_is_a_managers(store: Store, door: Client, method: str, path: str) -> None:
    answer = door.open(path, method=method, headers=ASSOCIATE, json={} if method == "POST" else None)
    assert answer.status_code == 403
