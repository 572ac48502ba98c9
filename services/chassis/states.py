"""States: who needs one pulls it from its owner's door and keeps a copy; the higher number wins."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import httpx2
from sqlalchemy import text

from services.chassis.database import Database, Tx
from services.chassis.logs import get_logger

log = get_logger()

TIMEOUT_S = 5.0
MAX_PAGES = 1_000

READ = text("select number, value, heard_at from states where name = :name")
HEARD = text("update states set heard_at = now() where name = :name")
HIGHER = text("""
    insert into states as s (name, number, value) values (:name, :number, cast(:value as jsonb))
    on conflict (name) do update set number = excluded.number, value = excluded.value, heard_at = now()
    where s.number < excluded.number returning 1
""")


class State(NamedTuple):
    """A state as last heard."""

    number: int
    value: Any
    heard_at: datetime


Apply = Callable[[Tx, int, Any], None]


@dataclass(frozen=True)
class Pull:
    """A state to be pulled: from which door, and what to do with a newer value.

    A `paged` one comes in pages of what changed ({items, more}); its value is not kept, for `apply` keeps it.
    """

    name: str
    url: str
    apply: Apply | None = None
    paged: bool = False


class Puller:
    """Pulls the states of other services' doors into this service's own tables."""

    def __init__(self, db: Database, token: str, pulls: Iterable[Pull], *, client: httpx2.Client | None = None) -> None:
        self._db = db
        self._pulls = tuple(pulls)
        self._client = client or httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._silent: set[str] = set()

    def pull_all(self) -> None:
        """Pulls every state once; one whose owner does not answer keeps its last value."""
        for pull in self._pulls:
            self.pull(pull)

    def pull(self, pull: Pull) -> bool:
        """Pulls one state to its newest number; False when its owner did not answer."""
        try:
            for _ in range(MAX_PAGES if pull.paged else 1):
                if not self._pull_once(pull):
                    break
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            self._note_silence(pull.name, type(error).__name__)
            return False
        if pull.name in self._silent:
            self._silent.discard(pull.name)
            log.info("pulled_again", state=pull.name)
        return True

    def _note_silence(self, name: str, error: str) -> None:
        """Once: an owner may be away for a day, and is asked every second."""
        if name not in self._silent:
            self._silent.add(name)
            log.warning("pull_failed", state=name, error=error)

    def value(self, tx: Tx, name: str) -> State | None:
        """The state as last heard."""
        return read(tx, name)

    def _pull_once(self, pull: Pull) -> bool:
        """Whether there may be another page."""
        with self._db.transaction() as tx:
            known = read(tx, pull.name)
        since = known.number if known else 0
        answer = self._client.get(f"{pull.url}/state/{pull.name}", params={"since": since}, headers=self._headers)
        if answer.status_code == httpx2.codes.NO_CONTENT:
            with self._db.transaction() as tx:
                tx.execute(HEARD, {"name": pull.name})
            return False
        answer.raise_for_status()
        body = answer.json()
        self._store(pull, int(body["number"]), body["value"])
        return bool(pull.paged and body["value"]["more"])

    def _store(self, pull: Pull, number: int, value: Any) -> None:
        with self._db.transaction() as tx:
            if keep(tx, pull.name, number, None if pull.paged else value) and pull.apply:
                pull.apply(tx, number, value)


def read(tx: Tx, name: str) -> State | None:
    """A state as last heard, None before the first word."""
    row = tx.execute(READ, {"name": name}).first()
    return State(*row) if row else None


def keep(tx: Tx, name: str, number: int, value: Any) -> bool:
    """Keeps a state if its number is higher than the one known; whether it was."""
    parameters = {"name": name, "number": number, "value": json.dumps(value)}
    return tx.execute(HIGHER, parameters).first() is not None
