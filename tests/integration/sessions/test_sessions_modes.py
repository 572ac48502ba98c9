"""The mode as the door moves it: by hand, by the line, and back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY
from sessions_store import DATASETS, sealed

from services.sessions import figures
from services.sessions.handlers import machine

WHY = "the line is slow"


def test_s5_an_associate_who_may_turns_offline_mode_on_and_it_stays_on(store):
    answer = store.turn(store.token("A1"), on=True, reason=WHY)
    assert (answer.json["mode"], answer.json["trigger"]) == ("offline", "manual")
    assert answer.json["banner"] == {
        "kind": "green",
        "text": "You're in Offline Mode. You can continue billing, data will be synced once you're back online.",
    }
    store.cut()
    store.line()
    assert store.mode()["session_id"] == answer.json["session_id"]
    assert (store.mode()["trigger"], store.mode()["turn_off"]) == ("manual", True)


@pytest.mark.parametrize("on", [True, False])
def test_b22_manual_offline_mode_is_a_permission_of_its_own(store, on):
    answer = store.turn(store.token("A2"), on=on, reason=WHY)
    assert (answer.status_code, answer.json["code"]) == (403, "offline_mode_not_allowed")
    assert store.turn(store.token("M1"), on=True, reason=WHY).json["mode"] == "offline"


@pytest.mark.parametrize("reason", [{}, {"reason": None}])
def test_b22_manual_offline_mode_needs_a_reason_which_the_ledger_keeps(store, reason):
    token = store.token("A1")
    refused = store.turn(token, on=True, **reason)
    assert (refused.status_code, refused.json["code"]) == (409, "reason_needed")
    session_id = store.turn(token, on=True, reason=WHY).json["session_id"]
    [opened] = store.get(f"/api/sessions/offline-sessions/{session_id}", token).json["ledger"]
    assert (opened["kind"], opened["by"], opened["reason"]) == ("session_opened", "A1", WHY)


@pytest.mark.parametrize("missing", [(name,) for name in DATASETS] + [DATASETS])
def test_s2_offline_mode_cannot_be_turned_on_until_all_four_are_synced_and_says_which_are_not(store, missing):
    store.synced(*missing)
    answer = store.turn(store.token("M1"), on=True, reason=WHY)
    assert (answer.status_code, answer.json["code"]) == (409, "offline_mode_not_ready")
    assert answer.json["details"]["missing"] == list(missing)
    assert store.mode()["mode"] == "online"


def test_s2_the_refusal_is_a_sentence(store):
    store.synced("products", "payment-modes")
    detail = store.turn(store.token("M1"), on=True, reason=WHY).json["detail"]
    assert detail == "Offline Mode cannot be turned on: product catalogue, payment modes are missing."


def test_s2_nothing_is_synced_before_the_first_word_of_the_catalogue(store):
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql("delete from states where name = 'readiness'")
    answer = store.turn(store.token("M1"), on=True, reason=WHY)
    assert answer.json["details"]["missing"] == list(DATASETS)


def test_b1_data_grow_old_though_the_catalogue_is_silent(store):
    store.synced()
    store.clock.advance(25 * 3600)
    refused = store.turn(store.token("A1"), on=True, reason=WHY)
    assert sorted(refused.json["details"]["datasets"]) == sorted(DATASETS)


def test_b1_data_that_are_too_old_need_a_manager_once_a_session(store):
    associate, manager = store.token("A1"), store.token("M1")
    store.synced(products="too_old", inventory="stale")
    refused = store.turn(associate, on=True, reason=WHY)
    assert (refused.status_code, refused.json["code"]) == (409, "manager_confirmation_needed")
    assert refused.json["details"]["datasets"] == ["products"]
    assert store.turn(associate, on=True, reason=WHY, manager_token=associate).json["code"] == "forbidden"
    done = store.turn(associate, on=True, reason=WHY, manager_token=manager).json
    assert (done["mode"], done["warnings"]) == ("offline", ["products_too_old", "inventory_stale"])
    session = store.get(f"/api/sessions/offline-sessions/{done['session_id']}", associate).json
    assert (session["confirmed_by"], session["started_by"]) == ("M1", "A1")
    assert [(e["kind"], e["by"]) for e in session["ledger"]][1] == ("old_data_confirmed", "M1")


def test_b1_a_manager_agrees_by_turning_it_on_with_his_own_token_and_is_not_asked_again_in_the_session(store):
    manager = store.token("M1")
    store.cut()
    store.synced(products="too_old")
    assert store.turn(manager, on=True, reason=WHY).json["code"] == "manager_confirmation_needed"
    assert store.turn(manager, on=True, reason=WHY, manager_token=manager).json["trigger"] == "manual"
    assert store.turn(manager, on=False).json["trigger"] == "automatic"
    assert store.turn(store.token("A1"), on=True, reason=WHY).json["trigger"] == "manual"


def test_b1_automatic_mode_only_warns_of_data_that_are_too_old(store):
    store.synced(staff="too_old")
    store.cut()
    assert (store.mode()["mode"], store.mode()["warnings"]) == ("offline", ["staff_too_old"])


def test_s6_s7_a_lost_line_turns_offline_mode_on_and_its_return_off(store):
    store.cut()
    lost = store.mode()
    assert (lost["mode"], lost["trigger"], lost["turn_off"]) == ("offline", "automatic", False)
    assert lost["banner"]["text"].startswith("No internet connection.")
    store.line(internet="up", head_office="down")
    assert store.mode()["banner"]["text"].startswith("Head office cannot be reached.")
    assert store.mode()["session_id"] == lost["session_id"]
    store.line()
    assert (store.mode()["mode"], store.mode()["session_id"]) == ("online", None)


def test_s7_a_store_that_is_not_ready_cannot_sell_when_the_line_is_lost(store):
    store.synced("inventory")
    store.cut()
    mode = store.mode()
    assert (mode["mode"], mode["banner"]["kind"]) == ("cannot_sell", "red")
    assert mode["banner"]["text"] == "This store cannot sell: inventory is missing."
    store.synced()
    machine.step(store.app)
    assert store.mode()["mode"] == "offline"


def test_s8_turning_off_with_the_line_down_goes_on_as_automatic_in_the_same_session(store):
    token = store.token("A1")
    session_id = store.turn(token, on=True, reason=WHY).json["session_id"]
    store.cut()
    off = store.turn(token, on=False).json
    assert (off["mode"], off["trigger"], off["session_id"]) == ("offline", "automatic", session_id)
    store.line()
    [session] = store.sessions(token)
    assert (session["trigger"], session["ended_by"]) == ("manual", None)
    assert [(t["by"], t["trigger"]) for t in session["takeovers"]] == [("A1", "automatic")]


def test_s8_s9_a_session_that_is_turned_off_names_who_ended_it(store):
    token, other = store.token("A1"), store.token("M1")
    store.turn(token, on=True, reason=WHY)
    store.clock.advance(60)
    assert store.turn(other, on=False).json["mode"] == "online"
    [session] = store.sessions(token)
    assert (session["started_by"], session["ended_by"], session["status"]) == ("A1", "M1", "syncing")
    assert session["ended_at"] > session["started_at"]


def test_s9_an_automatic_session_that_a_person_takes_over_says_so(store):
    store.cut()
    session_id = store.mode()["session_id"]
    assert store.turn(store.token("A1"), on=True, reason=WHY).json["session_id"] == session_id
    [session] = store.sessions(store.token("A1"))
    assert (session["trigger"], session["started_by"]) == ("automatic", None)
    assert [(t["by"], t["trigger"]) for t in session["takeovers"]] == [("A1", "manual")]


def test_turning_on_twice_is_turning_on_once(store):
    token = store.token("A1")
    first, second = (store.turn(token, on=True, reason=WHY).json for _ in range(2))
    assert (first["session_id"], first["number"]) == (second["session_id"], second["number"])
    assert store.ledger().count("session_opened") == 1
    for _ in range(2):
        assert store.turn(token, on=False).json["mode"] == "online"
    assert store.ledger().count("session_closed") == 1


def test_many_machines_and_switches_at_once_open_one_session(store):
    token = store.token("A1")
    store.hear("connectivity", {"internet": "down", "head_office": "down"})
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(machine.step, store.app) for _ in range(6)]
        jobs += [threads.submit(store.turn, token, on=True, reason=WHY) for _ in range(3)]
        [job.result() for job in jobs]
    assert store.ledger().count("session_opened") == 1
    assert len(store.sessions(token)) == 1


def test_a_step_without_news_changes_nothing(store):
    store.cut()
    before = (store.mode(), store.ledger(), store.told())
    for _ in range(3):
        store.clock.advance(1)
        machine.step(store.app)
    assert (store.mode(), store.ledger(), store.told()) == before


def test_s9_a_time_in_which_nobody_watched_goes_into_the_ledger_and_no_session_is_backdated(store):
    store.hear("connectivity", {"internet": "down", "head_office": "down"})
    store.clock.advance(600)
    machine.step(store.app)
    assert store.ledger()[-2:] == ["gap", "session_opened"]
    [session] = store.sessions(store.token("A1"))
    assert session["started_at"][:19] == store.clock.now().isoformat()[:19]


def test_s9_b20_a_clock_that_was_set_back_does_not_hide_a_time_in_which_nobody_watched(store):
    store.clock.advance(-7200)
    machine.step(store.app)
    store.clock.advance(600)
    machine.step(store.app)
    assert store.ledger()[-1] == "gap"


def test_s10_the_mode_names_the_sessions_that_orders_has_not_sealed(store):
    """orders may be away for as long as a session lasts."""
    session_id = store.outage()
    service = "service-token-of-tests"
    assert store.get("/state/mode", service).json["value"]["unsealed"] == [session_id]
    store.take(sealed(session_id, 0, total=0))
    store.cut()
    assert store.get("/state/mode", service).json["value"]["unsealed"] == []


def test_the_mode_is_a_state_with_a_rising_number_for_other_services(store):
    service = "service-token-of-tests"
    before = store.get("/state/mode", service).json["number"]
    assert store.get("/state/mode", service, since=before).status_code == 204
    store.cut()
    state = store.get("/state/mode", service, since=before).json
    assert state["number"] > before
    assert state["value"]["session_id"] == store.mode()["session_id"]
    assert store.get("/state/mode", store.token("M1")).status_code == 403
    assert store.get("/state/mode", "").status_code == 401


def test_s5_a_toggle_says_whether_orders_has_the_mode(store):
    token = store.token("A1")
    pending = store.turn(token, on=True, reason=WHY)
    assert (pending.status_code, pending.json["taken"]) == (202, False)
    store.hear("mode-taken", {"mode": "offline", "mode_number": pending.json["number"]})
    taken = store.turn(token, on=True, reason=WHY)
    assert (taken.status_code, taken.json["taken"]) == (200, True)


def test_b14_the_gauges_say_what_the_tables_say(store):
    store.cut()
    figures.show(store.app)

    def gauge(name, **labels):
        return REGISTRY.get_sample_value(f"store_sessions_{name}", labels)

    assert gauge("mode", mode="offline", trigger="automatic") == 1
    assert gauge("mode", mode="online", trigger="") == 0
    assert (gauge("sessions", status="open"), gauge("sessions", status="failed")) == (1, 0)
    assert gauge("mode_since_timestamp_seconds") == pytest.approx(store.clock.now().timestamp())


def test_b21_each_change_of_a_session_is_told_with_a_higher_version(store):
    session_id = store.outage()
    told = [t for t in store.told() if t["session_id"] == session_id]
    assert [t["status"] for t in told] == ["open", "syncing"]
    assert told[0]["ended_at"] is None
    assert told[1]["ended_at"] is not None
    with store.app.db.transaction() as tx:
        versions = tx.exec_driver_sql("select body::json ->> 'aggregate_version' from outbox order by id").scalars()
        assert list(versions) == ["1", "1", "2", "2"]


def test_s9_a_session_that_is_open_shows_what_was_sold_in_it_so_far(store):
    store.cut()
    store.hear_figures(store.mode()["session_id"], 3, 4500)
    [session] = store.sessions(store.token("A1"))
    assert (session["orders"], session["total_minor"]) == (3, 4500)


def test_b12_signing_out_says_please_wait_while_orders_wait_and_lets_go(store):
    token = store.token("A1")
    store.hear("unsettled", {"orders": 3, "oldest_at": None, "money_minor": {}})
    answer = store.post("/api/sessions/sign-out", token)
    assert answer.json == {"waiting": 3, "warning": "Please wait until sync completes."}
    assert store.get("/api/sessions/me", token).status_code == 401


@pytest.mark.parametrize(
    ("line", "colours"),
    [
        ({}, ["green", "green", "green"]),
        ({"head_office": "down"}, ["green", "green", "red"]),
        ({"internet": "down", "head_office": "down"}, ["green", "red", "red"]),
        ({"clock_skew_seconds": 400}, ["green", "green", "green", "red"]),
    ],
)
def test_b2_b20_lights(store, line, colours):
    store.line(**line)
    lights = store.get("/api/sessions/lights", store.token("A1")).json["items"]
    assert [light["colour"] for light in lights] == colours
    assert all(light["what_to_do"] for light in lights if light["colour"] != "green")


def test_b2_the_lights_say_when_the_prober_is_silent(store):
    store.clock.advance(60)
    lights = store.get("/api/sessions/lights", store.token("A1")).json["items"]
    assert [light["colour"] for light in lights] == ["green", "yellow", "yellow"]
