"""What is known of the line and of head office."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.domain.connectivity import Line
from services.sync.domain.gate import Situation

NAME = "connectivity"

LOCK = text("select number, value from published where name = :name for update")
READ = text("select number, value from published where name = :name")
PUBLISH = text("""
    update published set number = number + 1, value = cast(:value as jsonb), changed_at = now() where name = :name
""")
LINES = text("select name, up, changed_at, good, streak, counted_at, breaks from lines")
KEEP = text("""
    update lines set up = :up, changed_at = :changed_at, good = :good, streak = :streak, counted_at = :counted_at,
        breaks = cast(:breaks as jsonb)
    where name = :name
""")
SITUATION = text("""
    select (select value from published where name = 'connectivity') as connectivity,
        (select value from states where name = 'mode') as mode, auto_sync, released_before
    from switches
""")


def locked(tx: Tx) -> tuple[int, dict[str, Any]]:
    """Number and value of the state, locked to the end of the transaction; number 0 before the first word."""
    number, value = tx.execute(LOCK, {"name": NAME}).one()
    return number, value


def read(tx: Tx) -> tuple[int, dict[str, Any]]:
    """Number and value of the state."""
    number, value = tx.execute(READ, {"name": NAME}).one()
    return number, value


def publish(tx: Tx, value: dict[str, Any]) -> None:
    """Gives the state a new value under the next number."""
    tx.execute(PUBLISH, {"name": NAME, "value": json.dumps(value)})


def lines(tx: Tx) -> dict[str, Line]:
    """Each hop as it is known."""
    return {
        row.name: Line(
            row.up,
            row.changed_at,
            row.good,
            row.streak,
            row.counted_at,
            tuple(datetime.fromisoformat(b) for b in row.breaks),
        )
        for row in tx.execute(LINES)
    }


def keep(tx: Tx, name: str, line: Line) -> None:
    """Stores what is known of a hop."""
    values = {"name": name, **line.__dict__, "breaks": json.dumps([b.isoformat() for b in line.breaks])}
    tx.execute(KEEP, values)


def situation(tx: Tx) -> tuple[Situation, bool, datetime | None]:
    """What decides on sending: the situation, Auto-Sync, and up to when orders were released by hand."""
    row = tx.execute(SITUATION).one()
    known, mode = row.connectivity or {}, row.mode or {}
    head_office = known["head_office"] == "up" if "head_office" in known else None
    now = Situation(head_office, bool(known.get("superseded")), mode.get("mode"), mode.get("trigger"))
    return now, row.auto_sync, row.released_before
