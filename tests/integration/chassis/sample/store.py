"""Every statement of the sample."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

# the later word on a thing wins; how often there was one shows whether an event had its effect once
NOTE = text("""
    insert into effects as e (thing_id, times, version) values (:thing_id, 1, :version)
    on conflict (thing_id) do update set times = e.times + 1, version = greatest(e.version, excluded.version)
""")


def add(tx: Tx, thing_id: UUID, name: str, count: int) -> None:
    statement = text("insert into things (id, name, count) values (:id, :name, :count)")
    tx.execute(statement, {"id": thing_id, "name": name, "count": count})


def find(tx: Tx, thing_id: UUID) -> Any:
    return tx.execute(text("select id, name, count from things where id = :id"), {"id": thing_id}).first()


def count(tx: Tx) -> int:
    return tx.scalar(text("select count(*) from things")) or 0


def note(tx: Tx, thing_id: str, version: int) -> None:
    tx.execute(NOTE, {"thing_id": thing_id, "version": version})


def sleep(tx: Tx, seconds: float) -> None:
    tx.execute(text("select pg_sleep(:s)"), {"s": seconds})


def tick(tx: Tx, process: int) -> None:
    tx.execute(text("insert into ticks (process) values (:p)"), {"p": process})


def called(tx: Tx, word: str) -> None:
    tx.execute(text("insert into calls (word) values (:w)"), {"w": word})
