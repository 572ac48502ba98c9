"""Each event has its effect once, however often it is delivered.

What fails is tried again later, then kept for a person.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.admission import Admission
from services.chassis.database import Database, Tx, translate
from services.chassis.errors import Unavailable
from services.chassis.events import Event, Unreadable
from services.chassis.logs import get_logger

log = get_logger()

RETRY_AFTER_S = (1, 5, 30, 120, 600)

Handler = Callable[[Tx, list[Event]], None]

NOTE = text("""
    insert into inbox (consumer, event_id) select :consumer, unnest(cast(:ids as uuid[]))
    on conflict do nothing returning event_id
""")
FAILED = text("""
    insert into inbox_failures as f (consumer, event_id, body, sender, attempts, error, due_at, dead)
    values (:consumer, :event_id, :body, :sender, :attempts, :error, now() + make_interval(secs => :delay), false)
    on conflict (consumer, event_id) where event_id is not null do nothing
""")
DEAD = text("""
    insert into inbox_failures (consumer, event_id, body, sender, attempts, error, due_at, dead)
    values (:consumer, :event_id, :body, :sender, 0, :error, null, true)
    on conflict (consumer, event_id) where event_id is not null do nothing
""")
DUE = text("""
    select id, body, sender, attempts from inbox_failures where consumer = :consumer and not dead and due_at <= now()
    order by due_at limit 1 for update skip locked
""")
PUT_OFF = text("""
    update inbox_failures set attempts = :attempts, error = :error, dead = :dead,
        due_at = case when :dead then null else now() + make_interval(secs => :delay) end
    where id = :id
""")
REFUSE = text("update inbox_failures set dead = true, due_at = null, error = :error where id = :id")
FORGET = text("delete from inbox_failures where id = :id")
MISSING = text("""
    select asked.id from unnest(cast(:ids as uuid[])) as asked (id)
    where not exists (select 1 from inbox i where i.consumer = :consumer and i.event_id = asked.id)
      and not exists (select 1 from inbox_failures f where f.consumer = :consumer and f.event_id = asked.id)
""")
LETTERS = text("""
    select id, consumer, event_id, sender, attempts, error, failed_at, octet_length(body) as size from inbox_failures
    where dead order by id limit :limit
""")
DEAD_IDS = text("""
    select id from inbox_failures where dead and (cast(:id as bigint) is null or id = :id) order by id for update
""")
KEPT = text("select body, sender from inbox_failures where id = :id")
REPLAY = text("update inbox_failures set dead = false, due_at = now(), attempts = 0 where id = :id")
# kept with its reason: whoever sent it goes on believing that it arrived
PUT_ASIDE = text("""
    update inbox_failures set dead = false, due_at = 'infinity', error = 'put aside: ' || cast(:reason as text)
    where dead and id = :id returning id
""")
PRUNE = text("""
    delete from inbox where (consumer, event_id) in (
        select consumer, event_id from inbox where received_at < now() - make_interval(days => :days) limit :limit
        for update skip locked)
""")
COUNT = text("select count(*) filter (where dead), count(*) filter (where due_at < 'infinity') from inbox_failures")


class Inbox:
    """What one consumer has taken in."""

    def __init__(
        self, db: Database, consumer: str, handler: Handler, store_id: str, *, check_senders: bool = False
    ) -> None:
        """With `check_senders` an event is taken only from the account that its type is called after."""
        self._admission = Admission(store_id, check_senders)
        self._db = db
        self._consumer = consumer
        self._handler = handler

    def take(self, bodies: Sequence[bytes], senders: Sequence[str | None] = ()) -> None:
        """Takes a batch in; when it returns, every message has had its effect or is kept as a failure.

        `senders`: the account that sent each, as the broker has checked it; None where none is named.

        Raises Unavailable when the database is away: then nothing was taken, and the messages must be delivered again.
        """
        sent = zip_longest(bodies, senders)
        readable = [(body, by, event) for body, by in sent if (event := self._read(body, by)) is not None]
        try:
            with self._db.transaction() as tx:
                self._apply(tx, [event for _, _, event in readable])
        except Unavailable:
            raise
        except Exception:
            log.exception("intake_batch_failed", consumer=self._consumer, size=len(readable))
            for body, by, event in readable:
                self._take_alone(body, by, event)

    def retry_one(self) -> bool:
        """Tries the failure that has been due the longest again; False when none is due."""
        with self._db.transaction() as tx:
            row = tx.execute(DUE, {"consumer": self._consumer}).first()
            if row is None:
                return False
            self._retry(tx, row)
        return True

    def keep_dead(self, body: bytes, sender: str | None, reason: str) -> None:
        """Keeps a message that nobody could take in as a dead letter, with the account that sent it."""
        values = {"consumer": self._consumer, "event_id": self._letter_id(body, sender), "body": body}
        with self._db.transaction() as tx:
            tx.execute(DEAD, values | {"sender": sender, "error": reason})
        log.error("dead_letter", consumer=self._consumer, sender=sender, reason=reason)

    def _read(self, body: bytes, sender: str | None) -> Event | None:
        try:
            return self._admission.read(body, sender)
        except Unreadable as error:
            self.keep_dead(body, sender, _never(error))
            return None

    def _letter_id(self, body: bytes, sender: str | None) -> UUID | None:
        """An id of its own for what may not be taken in: with the id that it claims it would stand in for a fact."""
        try:
            return self._admission.read(body, sender).id
        except Unreadable:
            return UUID(bytes=hashlib.sha256(body).digest()[:16])

    def _apply(self, tx: Tx, events: list[Event]) -> None:
        if not events:
            return
        ids = sorted({e.id for e in events if e.id})
        fresh = set(tx.scalars(NOTE, {"consumer": self._consumer, "ids": ids}))
        first = {e.id: e for e in reversed(events) if e.id in fresh}
        if first:
            self._handler(tx, [e for e in events if first.get(e.id) is e])

    def _take_alone(self, body: bytes, sender: str | None, event: Event) -> None:
        try:
            with self._db.transaction() as tx:
                self._apply(tx, [event])
        except Unavailable:
            raise
        except Exception as error:
            log.exception("event_failed", consumer=self._consumer, event_id=str(event.id), type=event.type)
            values = {"consumer": self._consumer, "event_id": event.id, "body": body, "sender": sender, "attempts": 1}
            with self._db.transaction() as tx:
                tx.execute(FAILED, values | {"error": _describe(error), "delay": RETRY_AFTER_S[0]})

    def _retry(self, tx: Tx, row: Any) -> None:
        try:
            event = self._admission.read(bytes(row.body), row.sender)
        except Unreadable as error:
            log.error("dead_letter", consumer=self._consumer, sender=row.sender, reason=_never(error))  # noqa: TRY400
            tx.execute(REFUSE, {"id": row.id, "error": _never(error)})
        else:
            self._apply_again(tx, row, event)

    def _apply_again(self, tx: Tx, row: Any, event: Event) -> None:
        try:
            with tx.begin_nested():
                self._apply(tx, [event])
        except Exception as error:
            if tx.invalidated:
                # the line is lost: it is no fault of the fact, and nothing can be noted
                raise
            # whoever had to wait too long for a lock says nothing of the fact either
            attempts = row.attempts if isinstance(translate(error), Unavailable) else row.attempts + 1
            log.exception("event_failed_again", consumer=self._consumer, failure=row.id, attempts=attempts)
            dead = attempts > len(RETRY_AFTER_S)
            delay = RETRY_AFTER_S[min(row.attempts, len(RETRY_AFTER_S) - 1)]
            values = {"id": row.id, "attempts": attempts, "error": _describe(error), "dead": dead}
            tx.execute(PUT_OFF, values | {"delay": delay})
        else:
            tx.execute(FORGET, {"id": row.id})


def missing(tx: Tx, consumer: str, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the event ids that the consumer has neither taken in nor kept as failures."""
    return list(tx.scalars(MISSING, {"consumer": consumer, "ids": list(ids)}))


def dead_letters(tx: Tx, *, limit: int = 200) -> list[Any]:
    """Dead letters, the oldest first: id, consumer, event_id, sender, attempts, error, failed_at, size in bytes."""
    return list(tx.execute(LETTERS, {"limit": limit}))


@dataclass
class Replayed:
    """How many letters are due again, and why others may never be taken in, by their number."""

    due: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def replay(tx: Tx, admission: Admission, letter: int | None) -> Replayed:
    """Makes one dead letter, or all, due again; those that may never be taken in stay, with the reason."""
    done = Replayed()
    for found in list(tx.scalars(DEAD_IDS, {"id": letter})):
        _replay_one(tx, admission, found, done)
    return done


def _replay_one(tx: Tx, admission: Admission, letter: int, done: Replayed) -> None:
    kept = tx.execute(KEPT, {"id": letter}).one()
    try:
        admission.read(bytes(kept.body), kept.sender)
    except Unreadable as error:
        done.refused[letter] = str(error)
        tx.execute(REFUSE, {"id": letter, "error": _never(error)})
    else:
        done.due += 1
        tx.execute(REPLAY, {"id": letter})


def put_aside(tx: Tx, letter: int, reason: str) -> bool:
    """Leaves a dead letter for good, kept with the reason; False where there is none of that number."""
    return tx.execute(PUT_ASIDE, {"id": letter, "reason": reason}).first() is not None


def prune(tx: Tx, *, days: int, limit: int) -> int:
    """Forgets at most `limit` events that were taken in so long ago that nobody tells them again; how many."""
    return tx.execute(PRUNE, {"days": days, "limit": limit}).rowcount


def count_failures(tx: Tx) -> tuple[int, int]:
    """Dead letters, and failures that will be tried again."""
    dead, due = tx.execute(COUNT).one()
    return dead, due


def _describe(error: Exception) -> str:
    """The kind of an error; its text could hold personal data."""
    return type(error).__name__


def _never(reason: Unreadable) -> str:
    """What is noted of a message that may never be taken in."""
    return f"unreadable: {reason}"
