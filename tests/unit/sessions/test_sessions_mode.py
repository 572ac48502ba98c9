"""The mode table, row by row and edge by edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.sessions.domain import banners
from services.sessions.domain.mode import (
    DATASETS,
    Connectivity,
    Decision,
    Mode,
    Readiness,
    Wish,
    decide,
    first,
    gap,
    missing_for_offline,
)

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)

UP = Connectivity(internet=True, head_office=True)
NO_LINE = Connectivity(internet=False, head_office=False)
NO_OMS = Connectivity(internet=True, head_office=False)
SUPERSEDED = Connectivity(internet=True, head_office=True, superseded=True)
READY = Readiness(missing=())
OFF = Wish()
ON = Wish(on=True, by="A1", reason="the line is slow")
TURNED_OFF = Wish(on=False, by="A2")


def step(current: Mode, wish: Wish = OFF, line: Connectivity | None = UP, **other: object) -> Decision:
    arguments = {"grant": True, "now": NOW + timedelta(minutes=1), "next_session": B} | other
    readiness = arguments.pop("readiness", READY)
    return decide(wish, line, readiness, current=current, **arguments)


def after(wish: Wish = OFF, line: Connectivity | None = UP, **other: object) -> Mode:
    return step(first(NOW), wish, line, next_session=A, **other).mode


ONLINE = after()
MANUAL = after(ON)
AUTOMATIC = after(line=NO_LINE)
CANNOT_SELL = after(line=NO_LINE, readiness=Readiness())


@pytest.mark.parametrize(
    ("wish", "line", "readiness", "expected"),
    [
        (OFF, UP, READY, ("online", None, "none", False)),
        (OFF, UP, Readiness(), ("online", None, "none", False)),
        (OFF, NO_LINE, READY, ("offline", "automatic", "blue", False)),
        (OFF, NO_OMS, READY, ("offline", "automatic", "blue", False)),
        (OFF, NO_LINE, Readiness(), ("cannot_sell", None, "red", False)),
        (ON, UP, READY, ("offline", "manual", "green", True)),
        (ON, NO_LINE, READY, ("offline", "manual", "green", False)),
        (ON, NO_OMS, READY, ("offline", "manual", "green", False)),
    ],
)
def test_s5_s6_s7_each_row_of_the_table(wish, line, readiness, expected):
    mode = after(wish, line, readiness=readiness)
    assert (mode.name, mode.trigger, mode.banner.kind, mode.turn_off) == expected
    assert (mode.session_id is not None) == (mode.name == "offline")


@pytest.mark.parametrize(
    ("current", "wish", "line", "kinds", "session"),
    [
        (ONLINE, OFF, UP, [], None),
        (ONLINE, OFF, NO_LINE, ["session_opened"], B),
        (ONLINE, ON, UP, ["session_opened"], B),
        (ONLINE, ON, NO_LINE, ["session_opened"], B),
        (AUTOMATIC, OFF, NO_LINE, [], A),
        (AUTOMATIC, OFF, NO_OMS, [], A),
        (AUTOMATIC, OFF, UP, ["session_closed"], None),
        (AUTOMATIC, ON, NO_LINE, ["session_taken_over"], A),
        (AUTOMATIC, ON, UP, ["session_taken_over"], A),
        (MANUAL, ON, UP, [], A),
        (MANUAL, ON, NO_LINE, [], A),
        (MANUAL, TURNED_OFF, UP, ["session_closed"], None),
        (MANUAL, TURNED_OFF, NO_LINE, ["session_taken_over"], A),
        (CANNOT_SELL, OFF, NO_LINE, ["session_opened", "selling_resumed"], B),
        (CANNOT_SELL, OFF, UP, ["selling_resumed"], None),
        (ONLINE, OFF, SUPERSEDED, ["selling_stopped"], None),
        (MANUAL, ON, SUPERSEDED, ["session_closed", "selling_stopped"], None),
    ],
)
def test_s9_each_edge_leaves_its_entries_in_the_ledger(current, wish, line, kinds, session):
    decision = step(current, wish, line)
    assert [entry.kind for entry in decision.entries] == kinds
    assert decision.mode.session_id == session
    assert decision.opened == (session if session != current.session_id else None)
    assert decision.closed == (current.session_id if session != current.session_id else None)


def test_s2_what_keeps_offline_mode_from_being_entered_is_named():
    assert missing_for_offline(Readiness(), grant=False) == (*DATASETS, "storage")
    assert missing_for_offline(Readiness(missing=("staff",)), grant=True) == ("staff",)
    assert missing_for_offline(READY, grant=True) == ()


def test_s3_without_the_storage_grant_the_store_has_no_offline_mode():
    mode = after(line=NO_LINE, grant=False)
    assert mode.name == "cannot_sell"
    assert mode.banner.text == "This store cannot sell: storage folder is missing."


@pytest.mark.parametrize("current", [AUTOMATIC, MANUAL])
def test_s2_what_is_lost_during_an_outage_warns_and_never_stops_a_store_that_sells(current):
    wish = ON if current is MANUAL else OFF
    decision = step(current, wish, NO_LINE, readiness=Readiness(missing=("staff",)), grant=False)
    assert (decision.mode.name, decision.mode.session_id) == ("offline", A)
    assert decision.mode.warnings == ("staff_missing", "storage_missing")
    assert [entry.kind for entry in decision.entries] == ["readiness_lost"]
    again = step(decision.mode, wish, NO_LINE, readiness=Readiness(missing=("staff",)), grant=False)
    assert again.entries == ()


def test_s7_banner_texts_are_exactly_these():
    assert AUTOMATIC.banner.text == (
        "No internet connection. Offline Mode is on; orders will be sent when the connection is back."
    )
    assert after(line=NO_OMS).banner.text == (
        "Head office cannot be reached. Offline Mode is on; orders will be sent when it answers again."
    )
    assert MANUAL.banner.text == (
        "You're in Offline Mode. You can continue billing, data will be synced once you're back online."
    )
    red = after(line=NO_LINE, readiness=Readiness(missing=("products", "payment-modes")))
    assert red.banner.text == "This store cannot sell: product catalogue, payment modes is missing."


def test_s7_turn_off_follows_head_office_while_the_mode_stays():
    down = step(MANUAL, ON, NO_OMS).mode
    assert (down.turn_off, step(down, ON, UP).mode.turn_off) == (False, True)
    assert (down.session_id, down.since) == (A, MANUAL.since)


def test_s5_manual_mode_stays_on_until_it_is_turned_off():
    mode = MANUAL
    for line in (NO_LINE, UP, NO_OMS, UP):
        mode = step(mode, ON, line).mode
        assert (mode.trigger, mode.session_id) == ("manual", A)


def test_s8_turned_off_with_the_line_down_goes_on_as_automatic_in_the_same_session():
    decision = step(MANUAL, TURNED_OFF, NO_LINE)
    assert (decision.mode.trigger, decision.mode.session_id, decision.mode.by) == ("automatic", A, None)
    [entry] = decision.entries
    assert (entry.by, entry.facts["trigger"]) == ("A2", "automatic")


def test_s9_the_ledger_says_who_took_over_and_why():
    [entry] = step(AUTOMATIC, ON, NO_LINE).entries
    assert (entry.kind, entry.by, entry.reason) == ("session_taken_over", "A1", "the line is slow")


def test_s9_an_automatic_session_names_nobody_though_somebody_once_wished():
    decision = step(ONLINE, TURNED_OFF, NO_LINE)
    assert [(e.kind, e.by) for e in decision.entries] == [("session_opened", None)]


def test_b1_old_data_only_warns_in_automatic_mode():
    mode = after(line=NO_LINE, readiness=Readiness(missing=(), stale=("inventory",), too_old=("products",)))
    assert (mode.name, mode.warnings) == ("offline", ("products_too_old", "inventory_stale"))


@pytest.mark.parametrize(
    ("current", "wish", "expected"),
    [
        (ONLINE, OFF, ("online", None)),
        (AUTOMATIC, OFF, ("offline", "automatic")),
        (CANNOT_SELL, OFF, ("offline", "automatic")),
        (ONLINE, ON, ("offline", "manual")),
    ],
)
def test_s6_before_the_first_word_of_the_prober_the_mode_stays_unless_a_person_moves_it(current, wish, expected):
    mode = step(current, wish, None).mode
    assert (mode.name, mode.trigger) == expected
    assert mode.turn_off is False


def test_s6_the_mode_begins_online():
    assert (first(NOW).name, first(NOW).banner) == ("online", banners.NONE)


def test_a_superseded_edge_server_cannot_sell():
    decision = step(MANUAL, ON, SUPERSEDED)
    mode = decision.mode
    assert {entry.by for entry in decision.entries} == {None}
    assert (mode.name, mode.session_id, mode.missing) == ("cannot_sell", None, ("installation",))


@pytest.mark.parametrize("current", [ONLINE, MANUAL, AUTOMATIC, CANNOT_SELL])
@pytest.mark.parametrize("wish", [OFF, ON])
@pytest.mark.parametrize("line", [UP, NO_LINE, NO_OMS, SUPERSEDED, None])
@pytest.mark.parametrize("readiness", [READY, Readiness()])
def test_deciding_twice_changes_nothing(current, wish, line, readiness):
    once = step(current, wish, line, readiness=readiness)
    twice = step(once.mode, wish, line, readiness=readiness, now=NOW + timedelta(hours=1))
    assert twice.mode == once.mode
    assert (twice.entries, twice.opened, twice.closed) == ((), None, None)


def test_s9_nobody_watching_is_noted_and_never_backdated():
    assert gap(None, NOW, None) == ()
    assert gap(NOW - timedelta(seconds=30), NOW, None) == ()
    [entry] = gap(NOW - timedelta(minutes=5), NOW, A)
    assert (entry.kind, entry.at, entry.session_id) == ("gap", NOW, A)
    assert entry.facts == {"from": "2026-04-01T09:55:00+00:00", "to": "2026-04-01T10:00:00+00:00"}
    assert after(line=NO_LINE, now=NOW).since == NOW


def test_the_ledger_holds_what_the_table_was_asked_with():
    [entry] = step(ONLINE, ON, NO_OMS).entries
    assert entry.facts == {
        "mode": "offline",
        "trigger": "manual",
        "wish": True,
        "internet": True,
        "head_office": False,
        "missing": [],
        "warnings": [],
    }


def test_a_mode_knows_since_when_it_stands():
    taken_over = step(AUTOMATIC, ON, NO_LINE).mode
    assert taken_over.since == NOW + timedelta(minutes=1)
    assert step(replace(taken_over, since=NOW), ON, UP).mode.since == NOW
