"""Who may work here: PINs, one-time codes, lock-outs, shifts and what ends them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sessions_store import PINS, TILL, Store

from services.chassis.errors import Busy
from services.chassis.tokens import Principal
from services.sessions.errors import TooManyTries
from services.sessions.handlers import guessing, people, revoking
from services.sessions.store import modes
from tests.support import eventually

WRONG = "999111"


def shown(answer):
    return answer.status_code, {k: v for k, v in answer.json.items() if k != "instance"}


def issue(store, staff_code, by="M1"):
    answer = store.post("/api/sessions/codes", store.token(by), staff_code=staff_code)
    assert answer.status_code == 200, answer.json
    return answer.json["code"]


def set_pin(store, staff_code, code, pin, **more):
    return store.post("/api/sessions/pin", staff_code=staff_code, code=code, pin=pin, **more)


def guess(store, count, staff_code="A1", **more):
    """Guesses, as far apart as a person in a hurry makes them."""
    answers = []
    for _ in range(count):
        store.clock.advance(3)
        answers.append(store.sign_in(staff_code, WRONG, **more).json["code"])
    return answers


def test_b18_a_shift_token_says_who_where_and_until_when(store):
    me = store.get("/api/sessions/me", store.token("A1")).json
    assert (me["staff_code"], me["role"], me["till_id"]) == ("A1", "associate", TILL)
    assert me["permissions"] == ["offline_mode"]
    assert me["expires_at"][:16] == (store.clock.now() + timedelta(hours=16)).isoformat()[:16]


def test_b18_a_shift_ends_with_the_persons_last_day(store):
    last = store.clock.now() + timedelta(hours=2)
    store.staffed(A1={"valid_until": last.isoformat()})
    me = store.get("/api/sessions/me", store.token("A1")).json
    assert me["expires_at"][:16] == last.isoformat()[:16]
    store.clock.advance(3 * 3600)
    assert store.sign_in("A1").status_code == 401


def test_b18_every_refusal_to_sign_in_reads_the_same(store):
    store.post("/api/sessions/codes", store.token("M1"), staff_code="A1")
    store.put("/api/sessions/staff/A2/block", store.token("M1"), reason="left in anger")
    unknown = store.sign_in("X9", WRONG, till_id=None, till_key=None)
    wrong = store.sign_in("A1", WRONG)
    blocked = store.sign_in("A2")
    left = store.sign_in("L1", WRONG, till_id=None, till_key=None)
    assert shown(unknown) == shown(wrong) == shown(blocked) == shown(left)
    assert wrong.json["code"] == "sign_in_refused"


@pytest.mark.one_step
def test_b18_the_device_waits_first_and_another_device_still_lets_the_person_in(store):
    assert guess(store, 6) == ["sign_in_refused"] * 5 + ["too_many_tries"]
    waiting = store.sign_in("A2")
    assert (waiting.status_code, waiting.json["code"]) == (429, "too_many_tries")
    assert int(waiting.headers["Retry-After"]) == 27
    store.clock.advance(5)
    elsewhere = store.sign_in("M1", till_id=None, till_key=None)
    assert elsewhere.status_code == 200


@pytest.mark.one_step
def test_b18_a_person_is_locked_after_ten_failures_on_however_many_devices(store):
    for n in range(10):
        store.clock.advance(64)
        answer = store.post("/api/sessions/sign-in", address=f"10.0.0.{n}", staff_code="M1", pin=WRONG)
        assert answer.json["code"] == "sign_in_refused"
    right = {"staff_code": "M1", "pin": PINS["M1"]}
    locked = store.post("/api/sessions/sign-in", address="10.0.9.9", **right)
    assert (locked.json["code"], locked.headers["Retry-After"]) == ("too_many_tries", "1800")
    store.clock.advance(1800)
    assert store.post("/api/sessions/sign-in", address="10.0.9.9", **right).status_code == 200


@pytest.mark.one_step
def test_b18_neither_restarts_nor_the_clock_nor_a_reboot_end_a_wait(store, tmp_path):
    guess(store, 5)
    store.clock.set(store.clock.now() + timedelta(days=365))
    assert store.sign_in("A2").status_code == 429
    store.clock.advance(29)
    rebooted = Store(replace(store.app, boot="boot-2"), store.numbers)
    assert rebooted.sign_in("A2").headers["Retry-After"] == "30"


@pytest.mark.one_step
def test_b18_signing_in_oneself_in_between_does_not_forgive_a_devices_guesses(store):
    for _ in range(4):
        guess(store, 1, "M2")
        store.token("A1")
    guess(store, 1, "M2")
    assert store.sign_in("A1").status_code == 429


@pytest.mark.one_step
def test_b18_nobody_waits_once_more_for_what_failed_before_a_right_pin(store):
    guess(store, 5)
    store.clock.advance(30)
    for _ in range(3):
        store.token("A1")
    assert guess(store, 2) == ["sign_in_refused", "too_many_tries"]
    store.clock.advance(60)
    store.token("A1")
    # as old as the last one that failed, whoever signed in since
    store.clock.advance(1740)
    assert guess(store, 6) == ["sign_in_refused"] * 5 + ["too_many_tries"]


@pytest.mark.one_step
def test_b18_a_try_that_broke_off_told_nobody_anything_and_is_not_counted(store, monkeypatch):
    """Else who has the right PIN would wait for half an hour after the database has been away."""
    code = issue(store, "A1")

    def breaks_off(*_):
        raise Busy

    with monkeypatch.context() as trouble:
        for slow_part in ("verify", "hash"):
            trouble.setattr(store.app.hasher, slow_part, breaks_off)
        for _ in range(6):
            assert store.sign_in("A1").json["code"] == "busy"
            assert set_pin(store, "A1", code, "975310").json["code"] == "busy"
    assert set_pin(store, "A1", code, "975310").status_code == 204
    assert store.sign_in("A1", "975310").status_code == 200
    assert guess(store, 6) == ["sign_in_refused"] * 5 + ["too_many_tries"]


@pytest.mark.one_step
def test_b18_guesses_at_once_count_each(store):
    def one(_n):
        try:
            guessing.count_a_try(store.app, "A1", "10.0.0.7")
        except TooManyTries:
            return "waits"
        return "may try"

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(one, range(12)))
    assert (answers.count("may try"), answers.count("waits")) == (4, 8)


@pytest.mark.parametrize(
    ("till", "code"),
    [
        ({"till_key": "other"}, "till_unknown"),
        ({"till_key": None}, "till_unknown"),
        ({"till_id": "0190a000-0000-7000-8000-000000000002"}, "till_unknown"),
        ({"till_id": None, "till_key": None}, "till_needed"),
    ],
)
def test_b18_b19_an_associate_works_on_a_paired_till_only(store, till, code):
    answer = store.sign_in("A1", **till)
    assert (answer.status_code, answer.json["code"]) == (403, code)


def test_b19_a_manager_may_sign_in_without_a_till_to_pair_one(store):
    assert store.sign_in("M1", till_id=None, till_key=None).json["till_id"] is None


@pytest.mark.one_step
def test_b18_a_pin_is_set_with_a_one_time_code_that_works_once(store):
    code = issue(store, "A2")
    assert set_pin(store, "A2", code.lower().replace("-", " "), "602214").status_code == 204
    assert store.sign_in("A2", "602214").status_code == 200
    assert store.sign_in("A2").status_code == 401
    assert set_pin(store, "A2", code, "602215").json["code"] == "code_refused"


def test_b18_a_weak_pin_is_refused_in_words_and_leaves_the_code_good(store):
    code = issue(store, "A2")
    weak = set_pin(store, "A2", code, "111111")
    assert (weak.status_code, weak.json["code"]) == (409, "pin_too_weak")
    assert weak.json["details"] == {"why": "it repeats the same digits", "field": "pin"}
    assert set_pin(store, "A2", code, "12345").json["code"] == "invalid_input"
    assert set_pin(store, "A2", code, "602214").status_code == 204


@pytest.mark.parametrize("staff_code", ["A1", "X9", "L1"])
def test_b18_a_code_is_good_for_whom_it_was_issued_only(store, staff_code):
    code = issue(store, "A2")
    assert set_pin(store, staff_code, code, "602214").json["code"] == "code_refused"


def test_b18_codes_run_out_are_replaced_and_cannot_be_guessed(store):
    old, new = issue(store, "A2"), issue(store, "A2")
    assert set_pin(store, "A2", old, "602214").json["code"] == "code_refused"
    store.clock.advance(24 * 3600)
    assert set_pin(store, "A2", new, "602214").json["code"] == "code_refused"
    guesses = [set_pin(store, "A2", "0000-0000", "602214").json["code"] for _ in range(4)]
    assert guesses[-1] == "too_many_tries"


def test_b18_setting_a_pin_ends_the_shifts_before_it(store):
    before, code = store.token("A2"), issue(store, "A2")
    set_pin(store, "A2", code, "602214")
    assert store.get("/api/sessions/me", before).status_code == 401
    after = store.sign_in("A2", "602214").json["token"]
    assert store.get("/api/sessions/me", after).status_code == 200


def test_b18_a_new_code_lets_a_locked_person_in_again(store):
    for n in range(10):
        store.clock.advance(64)
        store.post("/api/sessions/sign-in", address=f"10.0.0.{n}", staff_code="A2", pin=WRONG)
    code = issue(store, "A2")
    assert set_pin(store, "A2", code, "602214").status_code == 204
    assert store.sign_in("A2", "602214").status_code == 200


@pytest.mark.parametrize("path", ["/api/sessions/codes", "/api/sessions/staff/A2/block"])
def test_b18_associates_neither_issue_codes_nor_block(store, path):
    body = {"staff_code": "A2"} if path.endswith("codes") else {"reason": "x"}
    call = store.post if path.endswith("codes") else store.put
    assert call(path, store.token("A1"), **body).json["code"] == "forbidden"


def test_b18_nobody_unknown_is_issued_a_code_or_blocked(store):
    token = store.token("M1")
    assert store.post("/api/sessions/codes", token, staff_code="X9").json["code"] == "staff_unknown"
    assert store.post("/api/sessions/codes", token, staff_code="L1").json["code"] == "staff_unknown"
    assert store.put("/api/sessions/staff/X9/block", token, reason="x").json["code"] == "staff_unknown"


def test_b18_a_manager_blocks_a_person_at_once_and_twice_is_once(store):
    theirs, mine = store.token("A2"), store.token("M1")
    for _ in range(2):
        assert store.put("/api/sessions/staff/A2/block", mine, reason="till short").status_code == 204
    assert store.get("/api/sessions/me", theirs).status_code == 401
    assert store.ledger().count("staff_blocked") == 1
    for _ in range(2):
        unblocked = store.http.delete("/api/sessions/staff/A2/block", headers={"Authorization": f"Bearer {mine}"})
        assert unblocked.status_code == 204
    assert store.get("/api/sessions/me", store.token("A2")).status_code == 200
    assert store.ledger().count("staff_unblocked") == 1


def test_b18_nobody_blocks_themselves(store):
    answer = store.put("/api/sessions/staff/M1/block", store.token("M1"), reason="x")
    assert answer.json["code"] == "not_yourself"


def test_b18_who_leaves_loses_the_shift_and_cannot_begin_another(store):
    token = store.token("A2")
    store.staffed(A2={"active": False})
    assert store.get("/api/sessions/me", token).status_code == 401
    assert store.sign_in("A2").status_code == 401
    store.staffed()
    assert store.sign_in("A2").status_code == 200


@pytest.mark.parametrize("change", [{"role": "manager"}, {"permissions": []}])
def test_b18_who_may_do_something_else_by_now_signs_in_anew(store, change):
    token, other = store.token("A1"), store.token("A2")
    store.staffed(A1=change)
    assert store.get("/api/sessions/me", token).status_code == 401
    assert store.get("/api/sessions/me", other).status_code == 200
    assert store.get("/api/sessions/me", store.token("A1")).json["role"] == change.get("role", "associate")


def test_b18_an_unknown_staff_code_costs_as_much_as_a_wrong_pin(store, monkeypatch):
    reckoned = []
    matches = store.app.hasher._matches
    monkeypatch.setattr(store.app.hasher, "_matches", lambda *given: reckoned.append(given) or matches(*given))
    store.sign_in("X9", WRONG)
    store.sign_in("A1", WRONG)
    store.sign_in("L1", WRONG)
    assert len(reckoned) == 3
    assert len({hashed.rsplit("$", 2)[0] for hashed, _ in reckoned}) == 1


def test_b19_a_replaced_till_loses_its_shifts(store):
    token = store.token("A2")
    store.paired(active=False)
    assert store.get("/api/sessions/me", token).status_code == 401
    assert store.sign_in("A2").json["code"] == "till_unknown"


def test_b18_signing_out_ends_the_token_in_every_door(store):
    token = store.token("A1")
    assert store.post("/api/sessions/sign-out", token).json == {"waiting": 0, "warning": None}
    assert store.get("/api/sessions/me", token).status_code == 401
    state = store.get("/state/revocations", "service-token-of-tests").json
    assert len(state["value"]["tokens"]) == 1
    again = store.get("/state/revocations", "service-token-of-tests", since=state["number"])
    assert again.status_code == 204


def test_b18_revocations_are_forgotten_when_no_token_is_left_that_they_could_refuse(store):
    store.post("/api/sessions/sign-out", store.token("A1"))
    store.clock.advance(3 * 24 * 3600)
    store.staffed(A2={"active": False})
    store.put("/api/sessions/staff/A2/block", store.token("M1"), reason="x")
    value = store.get("/state/revocations", "service-token-of-tests").json["value"]
    assert (value["tokens"], [row["staff_code"] for row in value["staff"]]) == ([], ["A2"])


def test_b18_the_first_manager_gets_a_code_while_no_manager_has_a_pin(store):
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql("delete from credentials")
    first, second = people.first_manager(store.app), people.first_manager(store.app)
    assert first.staff_code == second.staff_code == "M1"
    assert set_pin(store, "M1", first.code, "602214").json["code"] == "code_refused"
    assert set_pin(store, "M1", second.code, "602214").status_code == 204
    assert people.first_manager(store.app) is None


def test_b18_no_answer_holds_a_hash_and_the_database_no_pin(store):
    staff = store.get("/api/sessions/staff", store.token("M1"))
    assert "argon2" not in staff.text
    assert {m["staff_code"]: m["pin_set"] for m in staff.json["items"]}["L1"] is False
    with store.app.db.transaction() as tx:
        hashes = list(tx.exec_driver_sql("select pin_hash from credentials").scalars())
    assert all(h.startswith("$argon2id$") for h in hashes)


def test_s15_everybody_who_works_here_may_be_named_on_an_order(store):
    store.put("/api/sessions/staff/A2/block", store.token("M1"), reason="x")
    named = store.get("/api/sessions/sales-employees", store.token("A1")).json["items"]
    assert [(one["staff_code"], one["name"]) for one in named] == [("A1", "Asha"), ("M1", "Meera"), ("M2", "Mohan")]


def test_b18_a_hash_is_useless_without_the_pepper(store):
    from services.sessions.pins import PinHasher

    hashed = store.app.hasher.hash("271828")
    other = PinHasher("another-pepper-of-16", time_cost=1, memory_kib=64)
    assert (store.app.hasher.verify(hashed, "271828"), other.verify(hashed, "271828")) == (True, False)
    assert store.app.hasher.verify("$unknown$", "271828") is False


def test_b18_who_is_blocked_while_signing_in_gets_no_token(store, monkeypatch):
    verify, manager = store.app.hasher.verify, Principal("M1", "Meera", "manager")

    def blocked_meanwhile(hashed, pin):
        people.block(store.app, manager, "A1", "left in anger")
        return verify(hashed, pin)

    monkeypatch.setattr(store.app.hasher, "verify", blocked_meanwhile)
    assert store.sign_in("A1").json["code"] == "sign_in_refused"


@pytest.mark.one_step
def test_b18_a_pin_that_was_changed_while_signing_in_is_the_old_one(store, monkeypatch):
    verify, code = store.app.hasher.verify, issue(store, "A1")

    def changed_meanwhile(hashed, pin):
        assert set_pin(store, "A1", code, "975310").status_code == 204
        return verify(hashed, pin)

    monkeypatch.setattr(store.app.hasher, "verify", changed_meanwhile)
    assert store.sign_in("A1").json["code"] == "sign_in_refused"


def test_b19_a_till_that_is_replaced_while_signing_in_gets_no_token(store, monkeypatch):
    verify = store.app.hasher.verify

    def replaced_meanwhile(hashed, pin):
        store.paired(active=False)
        return verify(hashed, pin)

    monkeypatch.setattr(store.app.hasher, "verify", replaced_meanwhile)
    assert store.sign_in("A1").json["code"] == "till_unknown"


def test_b18_two_who_are_refused_at_once_are_both_refused_in_every_door(store):
    now, second = store.clock.now(), ThreadPoolExecutor(1)

    def refuse(staff_code):
        with store.app.db.transaction() as tx:
            revoking.revoke_person(tx, staff_code, now)

    with store.app.db.transaction() as tx:
        revoking.revoke_person(tx, "A1", now)
        other = second.submit(refuse, "A2")
        eventually(lambda: waits_for_a_lock(tx) or other.done())
    other.result(30)
    with store.app.db.transaction() as tx:
        told = modes.state(tx, modes.REVOCATIONS).value["staff"]
    assert [one["staff_code"] for one in told] == ["A1", "A2"]


def waits_for_a_lock(tx):
    waiting = "select exists (select from pg_locks where not granted and pid <> pg_backend_pid())"
    return tx.exec_driver_sql(waiting).scalar()
