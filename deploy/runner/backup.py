"""A backup: one moment of the store's one database, and the few secrets without which it is worth nothing."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from deploy.runner.database_roles import DATABASE
from deploy.runner.environment import CUSTOMER_KEYS, OWN_SECRETS
from deploy.runner.errors import RunnerError
from deploy.runner.files import write
from deploy.runner.postgres import SUPERUSER, programs
from deploy.runner.state import running

VERSION = 1
DUMP, MANIFEST, UNFINISHED = "database.dump", "backup.json", ".unfinished"
SECRETS, AUTHORITY = "secrets", "ca"
# what cannot be made anew; a restored store's other secrets are new, so that those of a lost server are worth nothing
KEPT_SECRETS = (*(f"{service}-{name}" for service, names in OWN_SECRETS.items() for name in names), CUSTOMER_KEYS)
FIGURES = "select (select count(*) from orders.orders), (select max(placed_at) from orders.orders)"


@dataclass(frozen=True)
class Backup:
    """A backup that is whole: where it is, and what is in it."""

    place: Path
    store_id: str
    taken_at: datetime
    orders: int
    newest_order: datetime | None
    size: int


def back_up(folder: Path, store_id: str, to: Path) -> Backup:
    """Backs the store of a folder up into a new folder below `to`, while it sells. Raises RunnerError."""
    if running(folder) is None:
        raise RunnerError(f"No store runs in {folder}: start it with `make run`, then back it up.")
    taken_at = datetime.now(UTC)
    place = to / f"{store_id}-{taken_at:%Y%m%dT%H%M%SZ}"
    draft = to / f"{place.name}{UNFINISHED}"
    try:
        draft.mkdir(parents=True, mode=0o700)
        _must_keep_private(draft)
        _copy(folder / SECRETS, draft / SECRETS, KEPT_SECRETS)
        _copy(folder / AUTHORITY, draft / AUTHORITY, _authority_files(folder / AUTHORITY))
        orders, newest = _dump(folder, draft / DUMP)
        told = {"store_id": store_id, "taken_at": taken_at.isoformat(), "orders": orders}
        told |= {"newest_order": newest and newest.isoformat(), "files": dict(_digests(draft))}
        write(draft / MANIFEST, json.dumps({"version": VERSION} | told, indent=1) + "\n", mode=0o600)
        draft.rename(place)
        _flush(to)
    except OSError as error:
        raise RunnerError(f"The backup could not be written to {to}: {error.strerror}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return read(place)


def read(place: Path) -> Backup:
    """The backup of a folder, once every file proved to be as it was written. Raises RunnerError."""
    try:
        told: dict[str, Any] = json.loads((place / MANIFEST).read_text())
        if told["version"] != VERSION:
            raise RunnerError(f"{place} was made by a newer version of this program: restore it with that one.")
        if dict(_digests(place)) != told["files"]:
            raise RunnerError(f"{place} is damaged: its files are not those that were written. Take another backup.")
        newest = told["newest_order"] and datetime.fromisoformat(told["newest_order"])
        size = sum((place / name).stat().st_size for name in told["files"])
        taken_at = datetime.fromisoformat(told["taken_at"])
        return Backup(place, str(told["store_id"]), taken_at, int(told["orders"]), newest, size)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunnerError(f"{place} is no backup of a store, or not a whole one.") from error


def _dump(folder: Path, file: Path) -> tuple[int, datetime | None]:
    """Dumps one moment of the database; how many orders were in it, and when the newest was placed."""
    port = json.loads((folder / "ports.json").read_text())["postgres"]
    password = (folder / SECRETS / "postgres").read_text().strip()
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{port}/{DATABASE}"
    with psycopg.connect(url, password=password) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        moment = connection.execute("select pg_export_snapshot()").fetchone()
        assert moment is not None
        version = str(connection.info.server_version // 10_000)
        words = [str(programs(version) / "pg_dump"), "--format=custom", f"--snapshot={moment[0]}", f"--dbname={url}"]
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            done = subprocess.run(
                words,
                stdout=out,
                stderr=subprocess.PIPE,
                env={"PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
                check=False,
            )
            os.fsync(out.fileno())
        if done.returncode != 0:
            raise RunnerError(f"pg_dump failed: {done.stderr.decode(errors='replace').strip()}")
        figures = connection.execute(FIGURES).fetchone()
        assert figures is not None
        return figures[0], figures[1]


def _authority_files(place: Path) -> tuple[str, ...]:
    """The authority, and its key unless that is kept elsewhere."""
    return ("ca.crt", "ca.key") if (place / "ca.key").exists() else ("ca.crt",)


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    target.mkdir(mode=0o700)
    for name in names:
        write(target / name, (source / name).read_text(), mode=0o600)


def _must_keep_private(place: Path) -> None:
    """A stick that knows no owners would show every customer to whoever finds it."""
    probe = place / "probe"
    write(probe, "", mode=0o600)
    open_to_others = (probe.stat().st_mode | place.stat().st_mode) & 0o077
    probe.unlink()
    if open_to_others:
        raise RunnerError(
            f"{place.parent} cannot keep files from other people's eyes. Choose a folder on another disk."
        )


def _digests(place: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(place.rglob("*")):
        if file.is_file() and file.name != MANIFEST:
            with file.open("rb") as content:
                yield str(file.relative_to(place)), hashlib.file_digest(content, "sha256").hexdigest()


def _flush(place: Path) -> None:
    """A name outlives a power cut once its folder was flushed."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
