"""A backup: one moment of the store's one database, and the few secrets without which it is worth nothing.

Under a passphrase every file of it is sealed but its manifest, which has figures and no secret.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import psycopg

from deploy.runner.database_roles import DATABASE
from deploy.runner.environment import CUSTOMER_KEYS, OWN_SECRETS
from deploy.runner.errors import RunnerError
from deploy.runner.files import write
from deploy.runner.postgres import SUPERUSER, programs
from deploy.runner.sealed import PIECE, Seal
from deploy.runner.settings import RunSettings
from deploy.runner.state import running

# 1 knew no seal; how a seal is made (sealed.py) is part of the version
VERSION = 2
DUMP, MANIFEST, UNFINISHED = "database.dump", "backup.json", ".unfinished"
SECRETS, AUTHORITY = "secrets", "ca"
# what cannot be made anew; a restored store's other secrets are new, so that those of a lost server are worth nothing
KEPT_SECRETS = (*(f"{service}-{name}" for service, names in OWN_SECRETS.items() for name in names), CUSTOMER_KEYS)
# what every version put into a backup
NEEDED = {DUMP, f"{SECRETS}/orders-chain_salt"}
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
    salt: bytes | None = None

    def seal(self, passphrase: str | None) -> Seal | None:
        """What opens its files; None where they are not sealed. Raises RunnerError."""
        if self.salt is None and passphrase is not None:
            raise RunnerError(
                "The backup is not sealed, so anybody could have changed it. If it is yours, of before there was a"
                " passphrase, restore it without EDGE_BACKUP_PASSPHRASE."
            )
        if self.salt is None:
            return None
        if passphrase is None:
            raise RunnerError("The backup is sealed: set EDGE_BACKUP_PASSPHRASE to the one that it was made with.")
        return Seal(passphrase, self.salt)

    def pieces(self, name: str, seal: Seal | None) -> Iterator[bytes]:
        """What a file of it holds. Raises RunnerError, at the latest after the last piece."""
        file = self.place / name
        yield from seal.opened(file, name) if seal else _read(file)


def passphrase_of(settings: RunSettings) -> str | None:
    """What a store's backups are sealed with; only a store that nobody buys in goes without. Raises RunnerError."""
    if settings.backup_passphrase:
        return settings.backup_passphrase.get_secret_value()
    if settings.environment == "production":
        raise RunnerError(
            "EDGE_BACKUP_PASSPHRASE is missing: a backup holds customers and the keys to them. Set it in .env, twenty"
            " characters or more, and keep it where this machine is not: without it nobody opens the backup."
        )
    return None


def back_up(folder: Path, store_id: str, to: Path, passphrase: str | None = None) -> Backup:
    """Backs the store of a folder up into a new folder below `to`, while it sells. Raises RunnerError."""
    if running(folder) is None:
        raise RunnerError(f"No store runs in {folder}: start it with `make run`, then back it up.")
    taken_at = datetime.now(UTC)
    place = to / f"{store_id}-{taken_at:%Y%m%dT%H%M%SZ}"
    draft = to / f"{place.name}{UNFINISHED}"
    seal = Seal.fresh(passphrase) if passphrase else None
    try:
        draft.mkdir(parents=True, mode=0o700)
        _must_keep_private(draft)
        _copy(folder, draft, SECRETS, KEPT_SECRETS, seal)
        _copy(folder, draft, AUTHORITY, _authority_files(folder / AUTHORITY), seal)
        orders, newest = _dump(folder, draft, seal)
        told = {"store_id": store_id, "taken_at": taken_at.isoformat(), "orders": orders}
        told |= {"newest_order": newest and newest.isoformat(), "files": dict(_digests(draft))}
        told |= {"salt": seal and seal.salt.hex()}
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
        if told["version"] > VERSION:
            raise RunnerError(f"{place} was made by a newer version of this program: restore it with that one.")
        if not NEEDED.issubset(told["files"]) or dict(_digests(place)) != told["files"]:
            raise RunnerError(f"{place} is damaged: its files are not those that were written. Take another backup.")
        newest = told["newest_order"] and datetime.fromisoformat(told["newest_order"])
        size = sum((place / name).stat().st_size for name in told["files"])
        taken_at = datetime.fromisoformat(told["taken_at"])
        salt = bytes.fromhex(told["salt"]) if told.get("salt") else None
        return Backup(place, str(told["store_id"]), taken_at, int(told["orders"]), newest, size, salt)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunnerError(f"{place} is no backup of a store, or not a whole one.") from error


def _dump(folder: Path, draft: Path, seal: Seal | None) -> tuple[int, datetime | None]:
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
        with closing(_said(words, password)) as dump:
            _put(draft, DUMP, dump, seal)
        figures = connection.execute(FIGURES).fetchone()
        assert figures is not None
        return figures[0], figures[1]


def _said(words: list[str], password: str) -> Generator[bytes]:
    """What pg_dump writes, a piece at a time. Raises RunnerError."""
    environment = {"PGPASSWORD": password, "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as trouble:
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=trouble, env=environment) as dump:
            assert dump.stdout is not None
            yield from iter(partial(dump.stdout.read, PIECE), b"")
        must_have_ended_well(dump, "pg_dump", trouble)


def must_have_ended_well(program: subprocess.Popen[bytes], name: str, trouble: IO[bytes]) -> None:
    """Raises RunnerError with what a program noted of its trouble."""
    if program.returncode != 0:
        trouble.seek(0)
        raise RunnerError(f"{name} failed: {trouble.read().decode(errors='replace').strip()}")


def _put(draft: Path, name: str, pieces: Iterable[bytes], seal: Seal | None) -> None:
    """A file of the backup, for its owner alone, and on the disk when this is done."""
    with os.fdopen(os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.writelines(seal.sealed(pieces, name) if seal else pieces)
        out.flush()
        os.fsync(out.fileno())


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        yield from iter(partial(source.read, PIECE), b"")


def _authority_files(place: Path) -> tuple[str, ...]:
    """The authority, and its key unless that is kept elsewhere."""
    return ("ca.crt", "ca.key") if (place / "ca.key").exists() else ("ca.crt",)


def _copy(source: Path, draft: Path, part: str, names: tuple[str, ...], seal: Seal | None) -> None:
    (draft / part).mkdir(mode=0o700)
    for name in names:
        _put(draft, f"{part}/{name}", _read(source / part / name), seal)


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
