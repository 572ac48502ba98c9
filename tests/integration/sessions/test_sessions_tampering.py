"""B3: whatever is changed of the ledger, or of a session beside it, `verify` finds it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sessions_store import Store, sealed, settled
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from services.head_office.port import Head, Heads
from services.sessions import commands
from services.sessions.domain.ledger import link
from services.sessions.domain.mode import Entry
from services.sessions.handlers import verifying
from services.sessions.models import ledger as ledger_table
from services.sessions.models import offline_sessions
from services.sessions.store import ledger

OTHER_HASH = "'" + "e" * 64 + "'"
LEDGER = {
    "sequence": "sequence + 1000",
    "store_id": "'S9'",
    "at": "at + interval '1 second'",
    "kind": "'gap'",
    "session_id": "gen_random_uuid()",
    "facts": "'{}'",
    "personal": '\'{"by": "A9"}\'',
    "salt": "'\\x00'",
    "personal_digest": OTHER_HASH,
    "previous_hash": OTHER_HASH,
    "hash": OTHER_HASH,
}
SESSIONS = {
    "session_id": "gen_random_uuid()",
    "trigger": "'automatic'",
    "started_by": "'A9'",
    "reason": "'another'",
    "started_at": "started_at + interval '1 second'",
    "ended_by": "'A9'",
    "ended_at": "ended_at + interval '1 second'",
    "takeovers": '\'[{"at": "2026-04-15T06:40:00+00:00", "by": "A1", "trigger": "manual"}]\'',
    "confirmed_by": "'A9'",
    "status": "'failed'",
    "orders": "orders + 1",
    "total_minor": "total_minor + 1",
    "currency": "'USD'",
    "by_payment_mode": "'{}'",
    "sealed_at": "sealed_at + interval '1 second'",
    "ledger_head": OTHER_HASH,
}
# which word of a neighbour was the last to be taken
BOOK_KEEPING = {"version", "seal_version"}
CHANGES = [
    *(
        ("ledger", column, value, "kind = 'session_opened' and facts ->> 'trigger' = 'manual'")
        for column, value in LEDGER.items()
    ),
    *(("offline_sessions", column, value, "confirmed_by is not null") for column, value in SESSIONS.items()),
]


def history(store: Store) -> None:
    """A session by hand from old data, taken over, sealed and settled; and one by itself."""
    token = store.token("A1")
    store.synced(inventory="too_old")
    asked = store.turn(token, on=True, reason="bad line", manager_token=store.token("M1"))
    assert asked.status_code in (200, 202), asked.json
    session_id = str(store.mode()["session_id"])
    store.cut()
    store.turn(token, on=False)
    store.clock.advance(60)
    store.line()
    store.take(sealed(session_id, 2, total=900), settled(session_id, "synced", "synced"))
    store.synced()
    store.take(sealed(store.outage(), 0, total=0))


@pytest.fixture
def owner(store: Store, service_database: Any) -> Iterator[Any]:
    """The database's owner, who stops at nothing; nothing of it stays."""
    history(store)
    database = store.as_owner(service_database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("set search_path to sessions")
        connection.exec_driver_sql("alter table ledger disable trigger all")
        connection.exec_driver_sql("alter table offline_sessions drop constraint offline_sessions_open_until_ended")
        yield connection
        connection.rollback()
    database.dispose()


def test_b3_what_nobody_touched_has_no_flaw(owner: Any) -> None:
    assert verifying.verify(owner) == []


def test_b3_each_column_of_ledger_and_list_is_tried() -> None:
    assert set(LEDGER) == set(ledger_table.c.keys())
    assert set(SESSIONS) | BOOK_KEEPING == set(offline_sessions.c.keys())


def test_b3_t24_a_change_of_any_column_is_found(owner: Any) -> None:
    for table, column, value, where in CHANGES:
        with owner.begin_nested() as undone:
            done = owner.exec_driver_sql(f"update {table} set {column} = {value} where {where}")
            assert done.rowcount, column
            assert verifying.verify(owner), column
            undone.rollback()


PUT_IN = f"""
    insert into ledger select 900, store_id, at, kind, session_id, facts, personal, salt, personal_digest,
        {OTHER_HASH}, repeat('d', 64) from ledger where sequence = 3
"""
SWAPPED = """
    with two as (select * from ledger where sequence in (3, 4))
    update ledger l set facts = t.facts, kind = t.kind from two t
    where l.sequence in (3, 4) and t.sequence = 7 - l.sequence
"""
TWICE = """
    insert into offline_sessions select gen_random_uuid(), trigger, started_by, reason, started_at, ended_by, ended_at,
        takeovers, confirmed_by, status, orders, total_minor, currency, by_payment_mode, sealed_at, seal_version,
        version, ledger_head from offline_sessions where confirmed_by is not null
"""
STATEMENTS = {
    "the first is removed": "delete from ledger where sequence = 1",
    "one in the middle is removed": "delete from ledger where sequence = 3",
    "the tail is cut": "delete from ledger where sequence > 5",
    "all are removed": "delete from ledger",
    "a salt is removed": "update ledger set salt = null where sequence = 3",
    "who and why are removed": "update ledger set personal = null, salt = null where kind = 'session_opened'",
    "another took it over": "update offline_sessions set takeovers = jsonb_set(takeovers, '{0,by}', '\"A9\"') "
    "where takeovers <> '[]'",
    "a session is removed": "delete from offline_sessions where confirmed_by is not null",
    "a session is put in": TWICE,
    "two are swapped": SWAPPED,
    "one is put in": PUT_IN,
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_b3_t23_removals_additions_and_swaps_are_found(owner: Any, statement: str) -> None:
    assert owner.exec_driver_sql(statement).rowcount
    assert verifying.verify(owner)


def written_anew(owner: Any) -> None:
    """The owner makes every hash again behind what was changed."""
    links, head = list(ledger.everything(owner)), None
    owner.exec_driver_sql("delete from ledger")
    for one in links:
        made = link(
            head,
            store_id=one.store_id,
            at=one.at,
            kind=one.kind,
            session_id=one.session_id,
            facts=one.facts,
            personal=one.personal,
        )
        said = {"personal": one.personal.said, "salt": one.personal.salt}
        row = {name: getattr(made, name) for name in ledger_table.c.keys() if name not in said}  # noqa: SIM118
        owner.execute(insert(ledger_table).values(row | said))
        head = (made.sequence, made.hash)
    owner.exec_driver_sql(NEWEST_HEAD)


NEWEST_HEAD = "update offline_sessions set ledger_head = (select hash from ledger order by sequence desc limit 1)"
CUT = """
    delete from ledger where sequence > (
        select max(sequence) from ledger where session_id = (select session_id from offline_sessions))
"""


def told(store: Store) -> Heads:
    last = store.told()[-1]
    return Heads(1, (Head("sessions", "1", 1, last["ledger_sequence"], last["ledger_head"]),))


def test_b3_t24_a_ledger_that_was_written_anew_is_found_by_the_head_of_head_office(store: Store, owner: Any) -> None:
    assert verifying.compare(owner, told(store)) == []
    owner.exec_driver_sql("update ledger set store_id = 'S9' where sequence = 3")
    written_anew(owner)
    assert verifying.verify(owner) == []
    [line] = verifying.compare(owner, told(store))
    assert line.endswith("head office was told another hash: the ledger was cut or written anew")


def test_b3_t24_a_tail_that_was_cut_with_all_that_tells_of_it_is_found(store: Store, owner: Any) -> None:
    owner.exec_driver_sql("delete from offline_sessions where confirmed_by is null")
    owner.exec_driver_sql(CUT)
    owner.exec_driver_sql(NEWEST_HEAD)
    assert verifying.verify(owner) == []
    assert verifying.compare(owner, told(store))


def test_b16_what_a_restored_server_lacks_is_a_known_loss(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    history(store)
    [known] = told(store).heads
    monkeypatch.setattr(commands, "heads_of", lambda _: Heads(2, ()))
    with store.app.db.transaction() as tx:
        newest = ledger.head(tx)
        assert newest is not None
        lost = Heads(2, (replace(known, sequence=newest[0] + 1, hash="f" * 64),))
        assert "cut or written anew" in verifying.compare(tx, lost)[0]
        commands.restored(store.app, tx)
        [line] = verifying.losses(tx, lost)
        assert "made after the backup that this server was restored from" in line
        assert verifying.compare(tx, lost) == []
        assert verifying.verify(tx) == []


def test_b3_t24_nothing_is_hidden_behind_a_restore(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    history(store)
    [known] = told(store).heads
    monkeypatch.setattr(commands, "heads_of", lambda _: Heads(2, ()))
    with store.app.db.transaction() as tx:
        newest = ledger.head(tx)
        assert newest is not None
        commands.restored(store.app, tx)
        in_the_backup = Heads(2, (replace(known, sequence=newest[0], hash="f" * 64),))
        of_this_one = Heads(2, (replace(known, epoch=2, sequence=newest[0] + 5, hash="f" * 64),))
        no_new_one = Heads(1, (replace(known, sequence=newest[0] + 1, hash="f" * 64),))
        for heads in (in_the_backup, of_this_one, no_new_one):
            assert verifying.losses(tx, heads) == []
            assert verifying.compare(tx, heads)[0].endswith("the ledger was cut or written anew")


OWN_ACCOUNT = [
    "update offline_sessions set orders = 9 where confirmed_by is not null",
    "update offline_sessions set started_by = 'A9', reason = 'another' where confirmed_by is not null",
    "update offline_sessions set takeovers = jsonb_set(takeovers, '{0,by}', '\"A9\"') where takeovers <> '[]'",
    "delete from offline_sessions where confirmed_by is not null",
]


@pytest.mark.parametrize("statement", OWN_ACCOUNT)
def test_b3_what_the_services_own_account_can_write_is_found(store: Store, statement: str) -> None:
    history(store)
    with store.app.db.engine.connect() as connection:
        assert connection.exec_driver_sql(statement).rowcount
        assert verifying.verify(connection)
        connection.rollback()


def told_again(connection: Any, kind: str) -> Any:
    """The first session told once more behind its end, with another's name on one kind of entry; the session's id."""
    first, *others = [one for one in ledger.everything(connection) if one.session_id]
    mine = [one for one in (first, *others) if one.session_id == first.session_id and one.kind != "session_taken_over"]
    for one in mine:
        said = one.personal.said | ({"by": "A9", "reason": "A9"} if one.kind == kind else {})
        again = Entry(one.kind, one.at, one.session_id, said.get("by"), said.get("reason"), facts=one.facts)
        ledger.append(connection, one.store_id, again)
    return first.session_id


@pytest.mark.parametrize(
    ("kind", "columns"), [("session_opened", ("started_by", "reason")), ("session_closed", ("ended_by",))]
)
def test_b3_a_session_that_is_told_again_behind_its_end_names_nobody_else(
    store: Store, kind: str, columns: tuple[str, ...]
) -> None:
    history(store)
    with store.app.db.engine.connect() as connection:
        session_id = told_again(connection, kind)
        for column in columns:
            connection.exec_driver_sql(f"update offline_sessions set {column} = 'A9' where session_id = '{session_id}'")
        flaws = verifying.verify(connection)
        assert [flaw.split()[2] for flaw in flaws] == list(columns)
        connection.rollback()


FORBIDDEN = [
    *(f"update ledger set {column} = {value}" for column, value in LEDGER.items()),
    "update ledger set personal = null, salt = null",
    "delete from ledger",
    "truncate ledger",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_b3_the_services_own_account_cannot_change_the_ledger(store: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), store.app.db.engine.begin() as tx:
        tx.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", FORBIDDEN[-3:])
def test_b3_not_even_the_owner_changes_the_ledger_by_mistake(
    store: Store, service_database: Any, statement: str
) -> None:
    history(store)
    database = store.as_owner(service_database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("set search_path to sessions")
        with pytest.raises(DBAPIError, match="the ledger is never changed"):
            connection.exec_driver_sql(statement)
    database.dispose()
