"""States: who needs one pulls it from its owner's door and keeps a copy; the higher number wins."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import httpx2
from pydantic import Field
from sqlalchemy import exc, text

from services.chassis.codec import loads
from services.chassis.database import Database, Tx
from services.chassis.events import Fact
from services.chassis.logs import get_logger

log = get_logger()

# of each wait, and of a whole answer
TIMEOUT_S = 5.0
WHOLE_S = 20.0
MAX_BYTES = 64 * 1024 * 1024
MAX_PAGES = 1_000
MAX_NUMBER = 2**62

# of a door that answers with what no state can be, or no table can hold: it is as good as silent
NONSENSE = (httpx2.HTTPError, ValueError, KeyError, TypeError, RecursionError, exc.DataError, exc.IntegrityError)

T = TypeVar("T")

READ = text("select number, value, heard_at from states where name = :name")
NUMBERS = text("select name, number from states where name = any(:names)")
HEARD = text("update states set heard_at = now() where name = any(:names)")
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
    """A state to be pulled: from which door, what its value has to be, and what to do with a newer one.

    `kind` is what is read of it: a value that does not fit is not taken, and the last one stays. A `paged` one comes in
    pages of what changed ({items, more}); its value is not kept, for `apply` keeps it.
    """

    name: str
    url: str
    kind: Any = Any
    apply: Apply | None = None
    paged: bool = False


class Told(Fact, Generic[T]):
    """The answer of a door, with what is read of its value."""

    number: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    value: T


@cache
def _client() -> httpx2.Client:
    """One for all pullers of a process: making one reads every authority that the machine trusts."""
    return httpx2.Client(
        timeout=TIMEOUT_S, follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"}
    )


class Puller:
    """Pulls the states of other services' doors into this service's own tables."""

    def __init__(self, db: Database, token: str, pulls: Iterable[Pull]) -> None:
        self._db = db
        self._pulls = tuple(pulls)
        self._client = _client()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._silent: set[str] = set()

    def pull_all(self) -> None:
        """Pulls every state once; one whose owner does not answer keeps its last value."""
        known = self._numbers()
        unchanged = [pull.name for pull in self._pulls if self._pull(pull, known.get(pull.name, 0))]
        if unchanged:
            with self._db.transaction() as tx:
                tx.execute(HEARD, {"names": unchanged})

    def _numbers(self) -> dict[str, int]:
        with self._db.transaction() as tx:
            found = tx.execute(NUMBERS, {"names": [pull.name for pull in self._pulls]})
            return {row.name: row.number for row in found}

    def _pull(self, pull: Pull, number: int) -> bool:
        """Pulls one state to its newest number; whether its owner said that it has nothing newer than `number`."""
        try:
            unchanged = self._follow(pull, number)
        except NONSENSE as error:
            self._note_silence(pull.name, type(error).__name__)
            return False
        if pull.name in self._silent:
            self._silent.discard(pull.name)
            log.info("pulled_again", state=pull.name)
        return unchanged

    def _follow(self, pull: Pull, number: int) -> bool:
        for _ in range(MAX_PAGES):
            answer = self._ask(pull, number)
            if answer is None:
                return True
            newer, value = answer
            if newer <= number:
                raise ValueError("number does not rise")
            number = newer
            self._store(pull, number, value)
            if not (pull.paged and value["more"]):
                break
        return False

    def _ask(self, pull: Pull, number: int) -> tuple[int, Any] | None:
        """Number and value of what is newer than `number`; None for nothing."""
        asked = f"{pull.url}/state/{pull.name}"
        with self._client.stream("GET", asked, params={"since": number}, headers=self._headers) as answer:
            # to its end, or the connection could not be used again
            content = _content(answer)
        if answer.status_code == httpx2.codes.NO_CONTENT:
            return None
        answer.raise_for_status()
        return told(content, pull.kind)

    def _note_silence(self, name: str, error: str) -> None:
        """Once: an owner may be away for a day, and is asked every second."""
        if name not in self._silent:
            self._silent.add(name)
            log.warning("pull_failed", state=name, error=error)

    def _store(self, pull: Pull, number: int, value: Any) -> None:
        with self._db.transaction() as tx:
            if keep(tx, pull.name, number, None if pull.paged else value) and pull.apply:
                pull.apply(tx, number, value)


def _content(answer: httpx2.Response) -> bytes:
    """The bytes of an answer. Raises ValueError for more, or slower ones, than any state has."""
    content, until = bytearray(), time.monotonic() + WHOLE_S
    for part in answer.iter_raw():
        content += part
        if len(content) > MAX_BYTES or time.monotonic() > until:
            raise ValueError("too large or too slow")
    return bytes(content)


def told(content: bytes, kind: Any) -> tuple[int, Any]:
    """The number and the whole value in an answer. Raises ValueError, or RecursionError, for what is none of a kind."""
    answer = loads(content)
    number = Told[kind].model_validate_json(content).number
    return number, answer["value"]


def read(tx: Tx, name: str) -> State | None:
    """A state as last heard, None before the first word."""
    row = tx.execute(READ, {"name": name}).first()
    return State(*row) if row else None


def keep(tx: Tx, name: str, number: int, value: Any) -> bool:
    """Keeps a state if its number is higher than the one known; whether it was."""
    parameters = {"name": name, "number": number, "value": json.dumps(value)}
    return tx.execute(HIGHER, parameters).first() is not None
