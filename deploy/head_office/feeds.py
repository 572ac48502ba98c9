"""Feeds as NDJSON: a first line that announces, a record a line, a last line that proves."""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from deploy.head_office.demo_data import CURRENCY
from deploy.head_office.dials import Dials
from deploy.head_office.records import KEYS, Records, now


class UnknownCursor(Exception):
    """The cursor is none of this feed's: start again in full."""


def version_of(name: str, cursor: str | None, newest: int) -> int:
    """The version after which a delta begins, 0 for the whole. Raises UnknownCursor."""
    if cursor is None:
        return 0
    feed, _, version = cursor.partition(":")
    if feed != name or not version.isdigit() or int(version) > newest:
        raise UnknownCursor
    return int(version)


def lines(records: Records, name: str, cursor: str | None, dials: Dials) -> Iterator[bytes]:
    """The feed after a cursor; what a dial spoils, is spoilt here. Raises UnknownCursor at once."""
    newest = _number(records, name)
    since = version_of(name, cursor, newest)
    return _lines(records, name, since, newest, dials)


def _lines(records: Records, name: str, since: int, newest: int, dials: Dials) -> Iterator[bytes]:
    path = f"/v1/feeds/{name}"
    rows = _rows(records, name, since, _last_lost(records, name) if dials.strike("mass_delete", path) else "")
    count = len(rows) + (1 if dials.strike("wrong_count", path) else 0)
    first = {"feed": name, "full": since == 0, "count": count, "as_of": now()}
    yield _line(first | ({"currency": CURRENCY} if name == "products" else {}))
    checksum = hashlib.sha256()
    half = dials.strike("half_feed", path)
    for n, row in enumerate(rows):
        if half and n >= len(rows) // 2:
            return
        record: Any = {KEYS[name]: row["key"], "deleted": True} if row["deleted"] else json.loads(row["record"])
        line = _line(record)
        checksum.update(line)
        yield line
    told = "0" * 64 if dials.strike("wrong_checksum", path) else checksum.hexdigest()
    yield _line({"end": True, "checksum": told, "next": f"{name}:{newest}"})


def _rows(records: Records, name: str, since: int, lost: str) -> list[sqlite3.Row]:
    """What a feed tells; records up to the key `lost` are told as gone."""
    if since == 0:
        whole = "select * from feed where name = ? and deleted = 0 and key > ? order by key"
        return records.all(whole, name, lost)
    delta = """
        select key, deleted or key <= ? as deleted, record from feed
        where name = ? and (version > ? or key <= ?) order by key
    """
    return records.all(delta, lost, name, since, lost)


def _last_lost(records: Records, name: str) -> str:
    """The key up to which a mass deletion goes: three in ten of all records."""
    live = records.all("select key from feed where name = ? and deleted = 0 order by key", name)
    return str(live[len(live) * 3 // 10]["key"]) if live else ""


def _number(records: Records, name: str) -> int:
    row = records.one("select coalesce(max(version), 0) as newest from feed where name = ?", name)
    return int(row["newest"]) if row else 0


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


async def batched(lines: Any, size: int = 200) -> Any:
    """Lines in chunks, so that a large feed is not a write a line."""
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield b"".join(batch)
            batch = []
            await asyncio.sleep(0)
    yield b"".join(batch)
