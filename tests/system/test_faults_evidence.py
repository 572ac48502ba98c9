"""Evidence is read from where it lies: each flaw that is planted in a real store turns exactly its lines red."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import psycopg
import pytest

from deploy.head_office.records import RECORDS
from deploy.runner import supervisor
from deploy.runner.database_roles import DATABASE
from tests.faults import build, forking
from tests.faults.checker import check
from tests.faults.collect import CANARY
from tests.faults.drills import processes
from tests.faults.rounds import Drill, Rounds, evidence_of
from tests.faults.world import World

# triggers and keys stand in the way of most flaws: whoever plants one is the superuser
UNGUARDED = "set session_replication_role = replica"
ONE_OFFLINE = "(select order_id from orders.orders where state = 'synced' and mode = 'offline' order by id limit 1)"
ONE_DELIVERY = "(select order_id from sync.deliveries where state = 'synced' order by order_id limit 1)"
ONE_SESSION = "(select session_id from sessions.offline_sessions where orders > 0 order by started_at limit 1)"
HISTORY = "insert into sync.history (order_id, edge, state, revision, fence, how)"

KEYS = """
    select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = %s::regclass and i.indisprimary
"""
NOT_TOLD = """
    insert into orders.outbox (event_id, queue, type, body)
    values (gen_random_uuid(), 'nowhere.facts', 'orders.nothing.v1', '{}')
"""


@dataclass(frozen=True)
class Flaw:
    """Statements on a table, `head office.` before those of its own file, and the lines that they turn red."""

    table: str
    change: str
    red: frozenset[str]


def _flaw(table: str, change: str, *red: str) -> Flaw:
    return Flaw(table, change, frozenset(red))


FLAWS = {
    "lost at head office": _flaw("head office.orders", "delete from orders where id = 7", "I2"),
    "a paisa at head office": _flaw(
        "head office.orders", "update orders set total_minor = total_minor + 1 where id = 7", "I2"
    ),
    "a word at head office": _flaw(
        "head office.orders", "update orders set document = json_set(document, '$.note', 'other') where id = 7", "I2"
    ),
    "twice at head office": _flaw(
        "head office.orders",
        "insert into orders select null, 'other', oms_id, key, fingerprint, revision, invoice_number, total_minor, "
        "business_date, accepted_at, document from orders where id = 7",
        *("I2", "I3"),
    ),
    "sent in two ways": _flaw(
        "head office.posts",
        "insert into posts select null, order_id, 'other', fingerprint, 409, at from posts where status = 201 limit 1",
        "I24",
    ),
    "a printed word": _flaw(
        "orders.orders",
        "update orders.orders set document = jsonb_set(document, '{till_name}', '\"other\"') "
        f"where order_id = {ONE_OFFLINE}",
        *("I1", "I6"),
    ),
    "stuck": _flaw(
        "orders.orders", f"update orders.orders set state = 'void_asked' where order_id = {ONE_OFFLINE}", "I2", "I12"
    ),
    "a session's money": _flaw(
        "sessions.offline_sessions",
        f"update sessions.offline_sessions set by_payment_mode = '{{}}' where session_id = {ONE_SESSION}",
        *("I6", "I7"),
    ),
    "a payment": _flaw(
        "orders.payments",
        f"update orders.payments set amount_minor = amount_minor + 1 where order_id = {ONE_OFFLINE}",
        *("I6", "I7", "I14"),
    ),
    "a reference that pays twice": _flaw(
        "orders.payments",
        "update orders.payments set reference = 'same', unique_reference = null where order_id in "
        "(select order_id from orders.payments where payment_mode = "
        "(select payment_mode from orders.payments limit 1) limit 2)",
        *("I6", "I23"),
    ),
    "what catalog noted": _flaw(
        "catalog.sale_lines",
        f"update catalog.sale_lines set quantity = quantity + 1 where order_id = {ONE_OFFLINE}",
        "I10",
    ),
    "a day of another year": _flaw(
        "orders.orders",
        f"update orders.orders set business_date = business_date + 365 where order_id = {ONE_OFFLINE}",
        *("I6", "I15"),
    ),
    "stock": _flaw(
        "orders.stock", "update orders.stock set sold = sold + 1 where sku = (select min(sku) from orders.stock)", "I8"
    ),
    "a fact not told": _flaw("orders.outbox", NOT_TOLD, "I9"),
    "accepted twice": _flaw(
        "sync.history",
        f"{HISTORY} select order_id, edge, state, revision, fence, how from sync.history "
        f"where edge = 'accepted' and order_id = {ONE_DELIVERY}",
        "I24",
    ),
    "an older sender": _flaw(
        "sync.history",
        f"{HISTORY} select order_id, 'lost', state, revision, 0, how from sync.history "
        f"where edge = 'accepted' and order_id = {ONE_DELIVERY}",
        "I24",
    ),
    "a pause that counted": _flaw(
        "sync.deliveries", f"update sync.deliveries set attempts = 3 where order_id = {ONE_DELIVERY}", "I13"
    ),
}  # fmt: skip


def _sold(world: World) -> bool:
    with world.outage():
        world.sell(30)
    return True


DRILL = Drill("none", "an outage", _sold, 60)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A store that sold through an outage, at rest."""
    pause = supervisor.LONGEST_PAUSE_S
    with tempfile.TemporaryDirectory(prefix="store-evidence-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        try:
            with World.opened(Path(folder) / "run", seed=5, load=1) as world:
                row = Rounds(world).play(DRILL)
                assert (row.wrong, row.lacks, row.acked >= 50) == ({}, 0, True)
                yield world
        finally:
            supervisor.LONGEST_PAUSE_S = pause


def red(world: World) -> set[str]:
    return check(evidence_of(world, DRILL.at(world.pace.over(0)))).red - {"I22"}


@pytest.mark.parametrize("planted", FLAWS)
def test_what_is_planted_in_the_files_turns_exactly_its_lines_red(world: World, planted: str) -> None:
    flaw = FLAWS[planted]
    at = _at_head_office if flaw.table.startswith("head office.") else _in_the_database
    with at(world, flaw.table.removeprefix("head office."), flaw.change):
        assert red(world) == flaw.red


def test_a_name_in_a_file_turns_its_line_red(world: World) -> None:
    file = world.system.plan.folder / "left-behind.txt"
    file.write_text(f"{CANARY} 7")
    try:
        assert red(world) == {"I19"}
    finally:
        file.unlink()


def test_a_fact_that_is_told_while_evidence_is_read_does_not_wait(world: World) -> None:
    url = world.system.plan.postgres.url(database=DATABASE)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(NOT_TOLD)
        telling = Timer(1, db.execute, ["delete from orders.outbox where queue = 'nowhere.facts'"])
        telling.start()
        assert set(world.collector.unsent().values()) == {0}
        telling.join()


def test_a_store_that_was_put_right_is_as_it_was(world: World) -> None:
    assert red(world) == set()


def _die(world: World) -> None:
    """One that was started from nothing, then one that was forked."""
    with world.started_at_once():
        for program in (build, forking):
            pid = world.system.pid("orders.door") or 0
            assert program.__name__ in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            assert os.getsid(pid) == pid
            world.strike_at(f"{processes.SALE}.after_commit")
            world.until("another one", lambda dead=pid: world.system.pid("orders.door") not in (None, dead), within=60)
            world.sell(20)


def test_a_process_that_is_forked_works_and_is_struck_like_one_that_is_started(world: World) -> None:
    row = Rounds(world).play(Drill("forked", "two die", _die, 60, most_wait=10, sells=40))
    assert (row.wrong, row.lacks, row.lost) == ({}, 0, 0)


@contextmanager
def _in_the_database(world: World, table: str, change: str) -> Iterator[None]:
    """Only rows that were planted are put right: the store goes on changing others."""
    url = world.system.plan.postgres.url(database=DATABASE)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(UNGUARDED)
        with db.transaction():
            db.execute(f"lock table {table} in share row exclusive mode".encode())
            db.execute(f"create temp table kept as table {table}".encode())
            assert db.execute(change.encode()).rowcount > 0
            db.execute(f"create temp table planted as (table {table} except table kept)".encode())
            db.execute(f"create temp table gone as (table kept except table {table})".encode())
        try:
            yield
        finally:
            with db.transaction():
                # by their keys: the store may have tried to do something with them
                same = " and ".join(f"t.{name} = p.{name}" for [name] in db.execute(KEYS, [table]))
                db.execute(f"delete from {table} t using planted p where {same}".encode())
                db.execute(f"insert into {table} overriding system value select * from gone".encode())


@contextmanager
def _at_head_office(world: World, table: str, change: str) -> Iterator[None]:
    with sqlite3.connect(world.system.plan.stand_in_folder / RECORDS, isolation_level=None) as db:
        db.execute(f"create temp table kept as select * from {table}")
        assert db.execute(change).rowcount > 0
        try:
            yield
        finally:
            db.execute("begin")
            db.execute(f"delete from {table}")
            db.execute(f"insert into {table} select * from kept")
            db.execute("commit")
