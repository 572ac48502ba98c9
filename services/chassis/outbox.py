"""Facts leave with the transaction that made them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.clock import Clock
from services.chassis.database import Tx
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.chassis.publisher import Fate

CHANNEL = "outbox"


class Outbox:
    """Writes events beside the change that they tell of; the relay publishes them after the commit."""

    def __init__(self, store_id: str, clock: Clock) -> None:
        self._store_id = store_id
        self._clock = clock

    def record(self, tx: Tx, event: Event, *, to: Sequence[str]) -> Event:
        """Stores the event once for each queue in `to`, and once for the topic exchange; returns it with its id."""
        rows, complete = self.rows(event, to=to)
        tx.execute(INSERT, rows)
        tx.execute(WAKE)
        return complete

    def rows(self, event: Event, *, to: Sequence[str]) -> tuple[list[dict[str, Any]], Event]:
        """The rows that `record` would write, for a caller that writes them in a statement of its own."""
        complete = replace(
            event,
            id=event.id or new_id(),
            store_id=self._store_id,
            occurred_at=event.occurred_at or self._clock.now(),
        )
        body = encode(complete)
        queues: Iterable[str | None] = (*to, None)
        return [
            {"event_id": complete.id, "queue": q, "type": _routing_key(complete), "body": body} for q in queues
        ], complete


def _routing_key(event: Event) -> str:
    return f"{event.type}.v{event.version}"


INSERT = text("insert into outbox (event_id, queue, type, body) values (:event_id, :queue, :type, :body)")
WAKE = text("select pg_notify('outbox.' || current_schema(), '')")

CLAIM = text("""
    select id, event_id, queue, type, body, attempts from outbox
    where published_at is null and due_at <= now() and (queue is null or queue <> all(:held))
        and (attempts > 0) = :failed
    order by due_at, id limit :limit for update skip locked
""")
PUBLISHED = text("update outbox set published_at = now(), error = null where id = any(:ids) and queue is not null")
DONE = text("delete from outbox where id = any(:ids)")
# seconds at most until the next try; a broker that gives no word at all does so soon after its alarm is over
MOST_PUT_OFF, MOST_UNKNOWN = 60, 8
PUT_OFF = text("""
    update outbox set attempts = attempts + 1, error = :error,
        due_at = now() + make_interval(secs => least(:most, 2 ^ least(attempts, 6)))
    where id = any(:ids)
""")
# after five minutes: a listener whose queue has no room must not fill our disk
MOST_OFFERS = 10
GIVEN_UP = text("delete from outbox where id = any(:ids) and queue is null and attempts >= :most")
UNPROVEN = text("""
    select id, event_id, queue from outbox
    where published_at < now() - make_interval(secs => :age) order by published_at limit :limit
""")
AGAIN = text("update outbox set published_at = null, due_at = now() where id = any(:ids)")
ASK_LATER = text("update outbox set published_at = now() where queue = :queue and published_at is not null")
ALL_AGAIN = text("update outbox set published_at = null, due_at = now(), attempts = 0")
DEPTH = text("""
    select count(*) filter (where published_at is null), count(*) filter (where published_at is not null),
        coalesce(extract(epoch from now() - min(created_at) filter (where published_at is null)), 0)
    from outbox
""")


def claim(tx: Tx, *, failed: bool, held: list[str], limit: int) -> list[Any]:
    """Rows that are due, locked to the end of the transaction: those that failed before, or those that did not.

    None of a queue in `held`.
    """
    return list(tx.execute(CLAIM, {"failed": failed, "held": held, "limit": limit}))


def mark(tx: Tx, *, confirmed: list[Any], put_off: dict[int, str]) -> None:
    """Notes what became of rows: confirmed ones wait for the consumer's word, copies are done, others are put off.

    A copy that a listener's queue has refused again and again is given up; a fact never is.
    """
    if confirmed:
        ids = [row.id for row in confirmed]
        tx.execute(PUBLISHED, {"ids": ids})
        tx.execute(DONE, {"ids": [row.id for row in confirmed if row.queue is None]})
    for error in set(put_off.values()):
        most = MOST_UNKNOWN if error == Fate.UNKNOWN.value else MOST_PUT_OFF
        ids = [i for i, e in put_off.items() if e == error]
        tx.execute(PUT_OFF, {"ids": ids, "error": error, "most": most})
        if error == Fate.REFUSED.value:
            tx.execute(GIVEN_UP, {"ids": ids, "most": MOST_OFFERS})


def unproven(tx: Tx, *, older_than: float, limit: int = 1000) -> dict[str, dict[UUID, int]]:
    """Row ids by queue and event id: published more than `older_than` seconds ago, and not yet known to be received."""
    found: dict[str, dict[UUID, int]] = {}
    for row in tx.execute(UNPROVEN, {"age": older_than, "limit": limit}):
        found.setdefault(row.queue, {})[row.event_id] = row.id
    return found


def settle(tx: Tx, *, received: list[int], missing: list[int]) -> None:
    """Forgets rows that their consumer has, and makes those due again that it misses."""
    tx.execute(DONE, {"ids": received})
    tx.execute(AGAIN, {"ids": missing})


def ask_later(tx: Tx, queue: str) -> None:
    """Puts off the question for all rows of a queue whose consumer takes nothing in at present, or is silent."""
    tx.execute(ASK_LATER, {"queue": queue})


def publish_again(tx: Tx) -> None:
    """Makes everything due again that is not known to be received: the broker that had it is gone."""
    tx.execute(ALL_AGAIN)


def depth(tx: Tx) -> tuple[int, int, float]:
    """Rows to be published, rows published and unproven, age of the oldest of the first in seconds."""
    waiting, unreceived, age = tx.execute(DEPTH).one()
    return waiting, unreceived, float(age)
