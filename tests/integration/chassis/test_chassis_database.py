"""What the database does to a service: falls silent, is restarted, is not safe."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg.waiting
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError

from services.chassis import green
from services.chassis.database import Database, Tx, patience
from services.chassis.errors import DatabaseUnavailable
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.chassis.main import _refuse_unsafe
from services.chassis.settings import SettingsError
from tests.support import eventually


@pytest.fixture
def db(monkeypatch: pytest.MonkeyPatch, service_database: Callable[[str], str]):
    """One connection, which waits as a service's do."""
    opened = Database(service_database("sync"), name="tests", pool_size=1)
    opened.ping()
    monkeypatch.setattr(psycopg.waiting, "wait", green.wait)
    yield opened
    opened.dispose()


def backend(db: Database) -> int:
    with db.transaction() as tx:
        return int(tx.scalar(text("select pg_backend_pid()")))


def test_f_a_database_that_is_frozen_is_unavailable_and_then_there_again(db: Database):
    frozen = backend(db)
    os.kill(frozen, signal.SIGSTOP)
    try:
        with patience(1.0), pytest.raises(DatabaseUnavailable):
            backend(db)
        assert backend(db) != frozen, "its connection is not used again"
    finally:
        os.kill(frozen, signal.SIGCONT)


def test_f59_work_that_takes_long_is_waited_for_where_it_is_expected(db: Database):
    with patience(1.0), db.transaction() as tx, patience(30.0):
        tx.execute(text("select pg_sleep(1.5)"))


def test_f_a_connection_that_the_server_closed_is_replaced_before_it_is_used(db: Database):
    closed = backend(db)
    os.kill(closed, signal.SIGTERM)
    eventually(lambda: not Path(f"/proc/{closed}").exists())
    assert backend(db) != closed


def test_f_a_server_that_closes_each_connection_at_once_is_away_and_no_defect_of_ours(db: Database):
    def closed(*_: object) -> None:
        raise DisconnectionError

    event.listen(db.engine, "checkout", closed)
    with pytest.raises(DatabaseUnavailable):
        backend(db)


@pytest.mark.one_step
def test_f_a_line_that_is_lost_while_a_fact_is_tried_again_is_no_try_of_that_fact(db: Database):
    """Its handler did nothing wrong: it is as due as before, and whoever tries waits for the database."""
    inbox = with_a_failure(db, [cut])
    with db.transaction() as tx:
        tx.execute(text("update inbox_failures set due_at = now()"))
    with pytest.raises(DatabaseUnavailable):
        inbox.retry_one()
    with db.transaction() as tx:
        assert tx.scalar(text("select attempts from inbox_failures where due_at <= now()")) == 1
    assert (inbox.retry_one(), inbox.retry_one()) == (True, False)


@pytest.mark.one_step
def test_f_a_fact_that_waited_too_long_for_a_lock_is_put_off_and_no_dead_letter(db: Database):
    """However often: whoever holds the lock is to blame."""
    troubles: list[Callable[[Tx], None]] = [locked] * 9
    inbox = with_a_failure(db, troubles)
    for _ in range(10):
        with db.transaction() as tx:
            assert [tuple(row) for row in tx.execute(text("select attempts, dead from inbox_failures"))] == [(1, False)]
            tx.execute(text("update inbox_failures set due_at = now()"))
        assert inbox.retry_one()
    assert troubles == []
    with db.transaction() as tx:
        assert tx.scalar(text("select count(*) from inbox_failures")) == 0


def with_a_failure(db: Database, troubles: list[Callable[[Tx], None]]) -> Inbox:
    """An inbox whose one fact failed, with others and alone, and meets these troubles when it is tried again."""
    ahead = [broken, broken]

    def handle(tx: Tx, _: list[Event]) -> None:
        if trouble := ahead or troubles:
            trouble.pop(0)(tx)

    inbox = Inbox(db, "sync.facts", handle, "S1")
    fact = Event(id=new_id(), type="t", aggregate_id="x", data={}, store_id="S1", occurred_at=datetime.now(UTC))
    inbox.take([encode(fact).encode()])
    return inbox


def locked(tx: Tx) -> None:
    tx.execute(text("do $$ begin raise lock_not_available; end $$"))


def broken(_: Tx) -> None:
    raise ValueError


def cut(tx: Tx) -> None:
    os.kill(tx.scalar(text("select pg_backend_pid()")), signal.SIGTERM)
    tx.execute(text("select pg_sleep(1)"))


class Settings:
    def __init__(self, environment: str) -> None:
        self.environment = environment


class App:
    def __init__(self, db: Database) -> None:
        self.db = db


def test_f_a_database_that_would_lose_sales_in_a_power_cut_is_refused_in_production(db: Database):
    _refuse_unsafe(Settings("development"), App(db))
    with pytest.raises(SettingsError, match="fsync must be on"):
        _refuse_unsafe(Settings("production"), App(db))
