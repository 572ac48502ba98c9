"""Offline sessions: sealed, settled, listed, exported, and their ledger."""

import csv
import gc
import io
import tempfile
from datetime import timedelta

import openpyxl
import pytest
from pydantic import ValidationError
from sessions_store import sealed, settled
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis.errors import Busy
from services.sessions import exports
from services.sessions.domain.cells import MAX_CELL
from services.sessions.handlers import people, sessions, verifying
from services.sessions.store import ledger
from tests.support import eventually

LIST = "/api/sessions/offline-sessions"
EXPORT = "/api/sessions/exports/offline-sessions"


def status(store, session_id):
    return next(s["status"] for s in store.sessions(store.token("A1")) if s["session_id"] == session_id)


def test_s10_a_session_without_orders_is_a_success_once_it_is_sealed(store):
    session_id = store.outage()
    assert status(store, session_id) == "syncing"
    store.take(sealed(session_id, 0, total=0))
    assert status(store, session_id) == "success"


def test_s10_a_session_fails_when_an_order_needs_a_person_and_succeeds_when_it_is_cured(store):
    session_id = store.outage()
    store.take(sealed(session_id, 2), settled(session_id, "synced", "pending"))
    assert status(store, session_id) == "failed"
    store.take(settled(session_id, "waiting", version=2, first=2))
    assert status(store, session_id) == "syncing"
    store.take(settled(session_id, "synced", version=3, first=2))
    assert status(store, session_id) == "success"
    assert [t["status"] for t in store.told()] == ["open", "syncing", "failed", "syncing", "success"]
    detail = store.get(f"{LIST}/{session_id}", store.token("A1")).json
    assert (detail["label"], detail["settled"], detail["waiting"]) == ("Success", 2, 0)


def test_s10_a_session_fails_when_head_office_holds_an_order_otherwise_than_it_was_sent(store):
    session_id = store.outage()
    too_late = settled(session_id, "too_late")
    too_late.data["outcomes"][0]["reason"] = {"code": "does_not_match", "text": "another amount"}
    store.take(sealed(session_id, 1), too_late)
    assert status(store, session_id) == "failed"


def test_s10_an_open_session_has_no_outcome_whatever_is_settled(store):
    store.cut()
    session_id = store.mode()["session_id"]
    store.take(settled(session_id, "pending"))
    assert status(store, session_id) == "open"


SPOILT_SEALS = [
    {"session_id": "x"},
    *({"orders": bad} for bad in (-1, 2**70, "2", True, None)),
    *({"total_minor": bad} for bad in (-1, 2**70, "2", 1.5)),
    *({"sealed_at": bad} for bad in ("soon", 5, "2026-04-15T10:00:00")),
    *({"currency": bad} for bad in ("\0", 7, None)),
    *({"by_payment_mode": bad} for bad in ([], {"CASH": "1"}, {"CASH": -1}, {"\0": 1})),
]
SPOILT_OUTCOMES = [
    {"order_id": "x"},
    {"session_id": 7},
    {"state": "lost"},
    {"reason": "none"},
    *({"delivery_version": bad} for bad in ("1", True, 0, -1, 2**70, None)),
]


@pytest.mark.parametrize("spoilt", SPOILT_SEALS)
def test_b15_a_seal_that_cannot_be_read_changes_nothing(store, spoilt):
    session_id = store.outage()
    seal = sealed(session_id, 1)
    seal.data.update(spoilt)
    with pytest.raises(ValidationError):
        store.apply(seal)
    assert status(store, session_id) == "syncing"


@pytest.mark.parametrize("spoilt", SPOILT_OUTCOMES)
def test_b15_an_outcome_that_cannot_be_read_changes_nothing(store, spoilt):
    session_id = store.outage()
    store.take(sealed(session_id, 1))
    outcome = settled(session_id, "synced")
    outcome.data["outcomes"][0].update(spoilt)
    with pytest.raises(ValidationError):
        store.apply(outcome)
    assert status(store, session_id) == "syncing"


def test_settled_before_sealed_comes_to_the_same(store):
    session_id = store.outage()
    store.take(settled(session_id, "synced", "synced"))
    assert status(store, session_id) == "syncing"
    store.take(sealed(session_id, 2))
    assert status(store, session_id) == "success"


def test_an_event_taken_twice_changes_nothing(store):
    session_id = store.outage()
    events = [sealed(session_id, 2), settled(session_id, "synced", "pending")]
    store.take(*events)
    before = (store.sessions(store.token("A1")), store.ledger(), store.told())
    store.take(*events)
    store.take(*reversed(events))
    assert (store.sessions(store.token("A1")), store.ledger(), store.told()) == before


def test_an_older_word_on_a_session_or_an_order_changes_nothing(store):
    session_id = store.outage()
    store.take(sealed(session_id, 2, version=2, total=900), settled(session_id, "synced", "synced", version=5))
    store.take(sealed(session_id, 7, version=1, total=100), settled(session_id, "pending", "waiting", version=4))
    [session] = store.sessions(store.token("A1"))
    assert (session["status"], session["orders"], session["total_minor"]) == ("success", 2, 900)


def test_orders_sold_online_are_none_of_its_business(store):
    event = settled("00000000-0000-0000-0000-000000000000", "synced")
    event.data["outcomes"][0]["session_id"] = None
    store.take(event)
    with store.app.db.transaction() as tx:
        assert tx.exec_driver_sql("select count(*) from deliveries").scalar() == 0


@pytest.mark.parametrize("spoil", [{"orders": -1}, {"session_id": "x"}, {"sealed_at": None}])
def test_a_fact_that_cannot_be_read_is_kept_for_a_person_and_stops_no_other(store, spoil):
    session_id = store.outage()
    bad = sealed(session_id, 0)
    bad.data.update(spoil)
    store.take(bad, sealed(session_id, 0, total=0))
    assert status(store, session_id) == "success"
    with store.app.db.transaction() as tx:
        assert tx.exec_driver_sql("select count(*) from inbox_failures").scalar() == 1


def test_a_seal_of_a_session_that_was_never_opened_is_kept_for_a_person(store):
    store.take(sealed("0190a000-0000-7000-8000-00000000dead", 1))
    with store.app.db.transaction() as tx:
        assert tx.exec_driver_sql("select error from inbox_failures").scalar() == "UnknownSession"


def test_s9_figures_of_a_sealed_session_are_those_of_the_seal(store):
    session_id = store.outage()
    store.take(sealed(session_id, 2, total=900))
    store.hear_figures(session_id, 9, 9999)
    [session] = store.sessions(store.token("A1"))
    assert (session["orders"], session["total_minor"], session["currency"]) == (2, 900, "INR")
    assert session["by_payment_mode"] == {"cash": 900}


def test_s11_sessions_are_filtered_by_status(store):
    good, open_ = store.outage(), store.outage()
    store.take(sealed(good, 0, total=0))
    token = store.token("A1")
    assert [s["session_id"] for s in store.sessions(token, status="success")] == [good]
    assert [s["session_id"] for s in store.sessions(token, status="in_progress")] == [open_]
    assert store.sessions(token, status="failed") == []
    assert store.get(LIST, token, status="good").status_code == 422


def test_s11_sessions_are_filtered_by_the_stores_days(store):
    began = store.clock.now()
    day = began.astimezone(store.app.zone).date()
    first = store.outage()
    # to the second, or the last ones of a day would be followed by the first ones of the day after the next
    store.clock.advance((began + timedelta(days=1) - store.clock.now()).total_seconds())
    second = store.outage()
    token = store.token("A1")

    def found(**query):
        return [s["session_id"] for s in store.sessions(token, **query)]

    next_day = day + timedelta(days=1)
    assert found(**{"from": day, "to": day}) == [first]
    assert found(**{"from": next_day}) == [second]
    assert found(to=next_day) == [second, first]
    assert found(**{"from": next_day, "to": day}) == []


@pytest.mark.parametrize(
    "query", [{"from": "2026-02-30"}, {"to": "yesterday"}, {"to": "0"}, {"limit": 0}, {"limit": 201}, {"x": 1}]
)
def test_s11_a_filter_that_makes_no_sense_is_refused(store, query):
    assert store.get(LIST, store.token("A1"), **query).json["code"] == "invalid_input"


def test_s11_pages_follow_one_another_while_new_sessions_begin(store):
    old = [store.outage() for _ in range(5)][::-1]
    token = store.token("A1")
    page = store.get(LIST, token, limit=2).json
    store.outage()
    found = [s["session_id"] for s in page["items"]]
    while page["cursor"]:
        page = store.get(LIST, token, limit=2, cursor=page["cursor"]).json
        found += [s["session_id"] for s in page["items"]]
    assert found == old


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "MjAyNi0wNC0xNXx4", "2026|x", "é", "MjAyNi0wNC0xNVQwMDowMDowMHwx", "=" * 9]
)
def test_s11_a_cursor_that_this_list_did_not_give_is_refused(store, cursor):
    answer = store.get(LIST, store.token("A1"), cursor=cursor)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def with_reason(store, reason):
    token = store.token("A1")
    store.turn(token, on=True, reason=reason)
    store.clock.advance(60)
    store.turn(token, on=False)


def test_s11_the_csv_export_holds_every_session_and_no_formula(store):
    with_reason(store, '=HYPERLINK("http://x")')
    answer = store.get(f"{EXPORT}.csv", store.token("M1"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="offline-sessions.csv"'
    [header, row] = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert tuple(header) == exports.HEADER
    found = dict(zip(header, row, strict=True))
    assert found["Total"] == "0.00"
    assert (found["Reason"], found["Triggered by"], found["Status"]) == (
        '\'=HYPERLINK("http://x")',
        "A1",
        "In progress",
    )
    assert found["Start"].endswith("+05:30")


def test_s11_the_xlsx_export_holds_text_and_numbers_and_no_formula(store):
    with_reason(store, "=1+1")
    session_id = store.sessions(store.token("A1"))[0]["session_id"]
    store.take(sealed(session_id, 2, total=123456))
    answer = store.get(f"{EXPORT}.xlsx", store.token("M1"), status="syncing")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    header, row = sheet.iter_rows()
    found = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (found["Reason"].value, found["Reason"].data_type) == ("'=1+1", "s")
    assert (found["Total"].value, found["Total"].data_type, found["Orders"].data_type) == (1234.56, "n", "n")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_t37_an_export_holds_no_customer_even_if_one_is_told_with_a_session(store, suffix):
    """Its columns are named one by one: what else comes with a session or an order goes into none."""
    told = {"name": "Exportius", "phone": "9845055224"}
    session_id = store.outage()
    seal, outcome = sealed(session_id, 1), settled(session_id, "synced")
    seal.data["customer"] = outcome.data["customer"] = outcome.data["outcomes"][0]["customer"] = told
    store.take(seal, outcome)
    assert status(store, session_id) == "success"
    rows = read_back(store.get(f"{EXPORT}.{suffix}", store.token("M1")).data, suffix)
    assert [row[:2] for row in rows[1:]] == [[session_id, "Success"]]
    assert "xportius" not in str(rows)
    assert "55224" not in str(rows)


def read_back(data, suffix):
    """The rows of an export, as a spreadsheet reads them."""
    if suffix == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("length", [MAX_CELL - 1, MAX_CELL, MAX_CELL + 1, 2 * MAX_CELL])
@pytest.mark.parametrize("begins", ["x", "=x", "ä", "&<"])
def test_d_s11_a_cell_as_long_as_a_spreadsheet_takes_is_read_back_whole(store, suffix, length, begins):
    """Longer than anybody may type: a reason in the database, however it came there."""
    reason = (begins + "y" * length)[:length]
    store.outage()
    with store.app.db.transaction() as tx:
        tx.execute(text("update offline_sessions set reason = :reason"), {"reason": reason})
    header, row = read_back(store.get(f"{EXPORT}.{suffix}", store.token("M1")).data, suffix)
    written = f"'{reason}" if begins == "=x" else reason
    assert dict(zip(header, row, strict=True))["Reason"] == written[:MAX_CELL]


def test_s11_exports_are_for_managers_and_take_the_same_filters(store):
    store.outage()
    assert store.get(f"{EXPORT}.csv", store.token("A1")).status_code == 403
    empty = store.get(f"{EXPORT}.csv", store.token("M1"), status="failed")
    assert len(empty.data.splitlines()) == 1


def test_s11_an_export_that_breaks_off_leaves_nothing_on_the_disk(store, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store.outage()
    before = set(tmp_path.iterdir())

    def breaking():
        yield from sessions.every(store.app, first=None, last=None, statuses=())
        raise Busy

    with pytest.raises(Busy):
        list(exports.as_xlsx(breaking(), store.app.zone))
    gc.collect()
    assert set(tmp_path.iterdir()) == before


def many_sessions(store, count):
    store.outage()
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql(f"""
            insert into offline_sessions (session_id, trigger, started_at, ended_at, status, ledger_head)
            select gen_random_uuid(), 'automatic', now() - n * interval '1 hour', now(), 'success', ''
            from generate_series(1, {count - 1}) n
        """)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_s11_an_export_passes_portions_and_sheets(store, suffix, monkeypatch):
    many_sessions(store, 1203)
    monkeypatch.setattr(exports, "ROWS_A_SHEET", 1000)
    data = store.get(f"{EXPORT}.{suffix}", store.token("M1")).data
    if suffix == "csv":
        ids = [row[0] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))][1:]
    else:
        sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
        assert [sheet.cell(1, 1).value for sheet in sheets] == ["Session ID"] * 2
        ids = [row[0].value for sheet in sheets for row in list(sheet.iter_rows())[1:]]
    assert (len(ids), len(set(ids))) == (1203, 1203)


def flaws(store):
    with store.app.db.transaction() as tx:
        return verifying.verify(tx)


def test_b3_the_ledger_is_unbroken_and_its_head_goes_with_the_session(store):
    session_id = store.outage()
    store.take(sealed(session_id, 0, total=0))
    assert flaws(store) == []
    with store.app.db.transaction() as tx:
        newest = ledger.head_hash(tx)
        count = len(list(ledger.everything(tx)))
    assert (store.told()[-1]["ledger_head"], store.told()[-1]["ledger_sequence"]) == (newest, count)


@pytest.mark.parametrize(
    "change",
    [
        "update ledger set facts = '{}'",
        "update ledger set personal = '{}'",
        "update ledger set personal = null, salt = null",
        "delete from ledger",
        "truncate ledger",
    ],
)
def test_b3_the_service_itself_cannot_change_the_ledger(store, change):
    store.outage()
    with pytest.raises(DBAPIError), store.app.db.engine.begin() as tx:
        tx.exec_driver_sql(change)


def test_an_unknown_session_is_not_found(store):
    token = store.token("A1")
    assert store.get(f"{LIST}/0190a000-0000-7000-8000-00000000dead", token).status_code == 404
    assert store.get(f"{LIST}/not-an-id", token).json["code"] == "invalid_input"


def test_what_changed_is_told_to_pages(store):
    heard = []
    notes = store.app.db.listen("changes", timeout=1)
    next(notes)
    store.cut()

    def mode_and_sessions():
        heard.append(next(notes))
        return {"mode", "sessions"} <= {note["what"] for note in heard if note}

    eventually(mode_and_sessions)
    notes.close()


def test_b22_the_exception_report_says_who_turned_offline_mode_on_by_hand_and_why(store):
    store.turn(store.token("A1"), on=True, reason="slow line")
    store.turn(store.token("A1"), on=False)
    store.cut()
    taken_over = store.turn(store.token("A1"), on=True, reason="it will not come back today").json["session_id"]
    rows = store.get("/api/sessions/reports/by-hand", store.token("M1")).json["items"]
    assert [(row["staff_code"], row["times"]) for row in rows] == [("A1", 2)]
    assert [turn["reason"] for turn in rows[0]["turns"]] == ["slow line", "it will not come back today"]
    assert rows[0]["turns"][1]["session_id"] == taken_over


def test_b22_the_report_of_other_days_and_of_others_is_empty_and_no_associate_reads_it(store):
    store.outage()
    store.turn(store.token("M1"), on=True, reason="drill")
    report = "/api/sessions/reports/by-hand"
    tomorrow = (store.clock.now() + timedelta(days=2)).date().isoformat()
    assert store.get(report, store.token("M1"), **{"from": tomorrow}).json["items"] == []
    assert len(store.get(report, store.token("M1")).json["items"]) == 1
    assert store.get(report, store.token("A1")).status_code == 403


def test_b22_t16_the_exception_report_says_who_issued_codes_for_other_managers_and_whether_they_were_used(store):
    report, token = "/api/sessions/reports/codes", store.token("M1")
    assert store.get(report, token).json["items"] == []
    codes = [
        store.post("/api/sessions/codes", token, staff_code=staff_code).json["code"]
        for staff_code in ("M1", "A1", "M2", "M2")
    ]
    people.set_pin(store.app, staff_code="M2", code=codes[-1], pin="730915", device="d")
    items = store.get(report, token).json["items"]
    assert [(i["issued_by"], i["staff_code"], i["pin_set_at"] is not None) for i in items] == [
        ("M1", "M2", True),
        ("M1", "M2", False),
    ]
    tomorrow = (store.clock.now() + timedelta(days=2)).date().isoformat()
    assert store.get(report, token, **{"from": tomorrow}).json["items"] == []
    assert store.get(report, store.token("A1")).status_code == 403


def test_b16_orders_that_came_back_seal_a_session_again_and_bring_back_none_that_the_backup_lacks(store):
    session_id = store.outage()
    store.take(sealed(session_id, 1, total=500))
    again = sealed(session_id, 2, version=3, total=900)
    again.data["recovered"] = True
    unknown = sealed("0190a000-0000-7000-8000-00000000dead", 1)
    unknown.data["recovered"] = True
    store.take(again, unknown)
    [session] = store.sessions(store.token("A1"))
    assert (session["orders"], session["total_minor"]) == (2, 900)
    assert flaws(store) == []
    with store.app.db.transaction() as tx:
        assert tx.exec_driver_sql("select count(*) from inbox_failures").scalar() == 0
