"""The relay: publishes what the outbox holds, and proves that it was received.

A row is claimed with SKIP LOCKED, published, confirmed by its own delivery tag and only then marked: a crash in between
sends it twice, never zero times. Confirmed is not received: every minute the relay asks each consumer which of the
events it misses, and publishes those again.
"""

import time
from typing import Any
from uuid import UUID

import eventlet
from nameko.extensions import DependencyProvider

from services.chassis import metrics, outbox
from services.chassis.amqp_connection import AWAY, BROKER_ERRORS, account, connect, keep_alive
from services.chassis.database import Database, Tx
from services.chassis.errors import ServiceError, Unavailable
from services.chassis.logs import get_logger
from services.chassis.publisher import ConfirmingPublisher, Fate, Message
from services.chassis.rpc import RpcTimeout, RpcUnavailable, call
from services.chassis.topology import TOPIC_EXCHANGE, declare_exchange

log = get_logger()

BATCH = 100
CONFIRM_TIMEOUT_S = 5.0
LOOK_EVERY_S = 2.0
GATHER_S = 0.2
NONE_FOR_S = 1.0
ASK_EVERY_S = 60.0
PROVEN_AFTER_S = 120.0
HOLD_FIRST_S = 1.0
HOLD_MOST_S = 30.0
RECONNECT_S = 1.0


class Holds:
    """Queues that take nothing at present, each left alone for a growing while: the others go on."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._delay: dict[str, float] = {}

    def refuse(self, queue: str, now: float) -> None:
        """Notes a refusal; nothing more is tried there for 1 s, then 2, 4 … 30 s."""
        if self._until.get(queue, 0) > now:
            return
        self._delay[queue] = min(HOLD_MOST_S, self._delay.get(queue, HOLD_FIRST_S / 2) * 2)
        self._until[queue] = now + self._delay[queue]

    def accept(self, queue: str) -> None:
        self._delay.pop(queue, None)
        self._until.pop(queue, None)

    def held(self, now: float) -> list[str]:
        return [queue for queue, until in self._until.items() if until > now]


class RelayLoop:
    """Moves rows of one service's outbox to the broker, batch by batch."""

    def __init__(self, db: Database, service: str, *, proven_after: float = PROVEN_AFTER_S) -> None:
        self._db = db
        self._service = service
        self._holds = Holds()
        self._proven_after = proven_after
        self._again = 1
        self._failed_turn = True
        self._none_until = {True: 0.0, False: 0.0}

    def publish_due(self, publisher: ConfirmingPublisher) -> bool:
        """Publishes one batch; whether there may be more that is due.

        Raises ConnectionError when the broker gave no word on a message: its channel must not be used again.
        """
        with self._db.transaction() as tx:
            rows = self._claim(tx)
            if not rows:
                return False
            fates = self._publish(publisher, rows)
            confirmed = [row for row, fate in zip(rows, fates, strict=True) if fate is Fate.CONFIRMED]
            put_off = {r.id: f.value for r, f in zip(rows, fates, strict=True) if f is not Fate.CONFIRMED}
            outbox.mark(tx, confirmed=confirmed, put_off=put_off)
        self._note(rows, fates)
        if Fate.UNKNOWN in fates:
            raise ConnectionError("no confirm in time")
        return True

    def ask_consumers(self, amqp_uri: str) -> None:
        """Asks each consumer what it misses of what was published a while ago, and makes that due again."""
        while unproven := self._unproven():
            for queue, rows in unproven.items():
                self._ask(amqp_uri, queue, rows)

    def _unproven(self) -> dict[str, dict[UUID, int]]:
        with self._db.transaction() as tx:
            return outbox.unproven(tx, older_than=self._proven_after)

    def _claim(self, tx: Tx) -> list[Any]:
        """Rows to publish in one batch: fresh ones, and by turns those that failed before.

        One that has failed goes alone, so that it spoils no other's; as those get through, twice as many go together
        each time: after an hour in which the broker took nothing, all have failed.
        """
        self._failed_turn = failed = not self._failed_turn
        if time.monotonic() < self._none_until[failed]:
            failed = not failed
        rows = self._claim_kind(tx, failed=failed)
        if not rows and (rows := self._claim_kind(tx, failed=not failed)):
            # to find none among many costs as much as a batch
            self._none_until[failed] = time.monotonic() + NONE_FOR_S
        return rows

    def _claim_kind(self, tx: Tx, *, failed: bool) -> list[Any]:
        limit = self._again if failed else BATCH
        return outbox.claim(tx, failed=failed, held=self._holds.held(time.monotonic()), limit=limit)

    def _ask(self, amqp_uri: str, queue: str, rows: dict[UUID, int]) -> None:
        consumer = queue.partition(".")[0]
        try:
            answer = call(amqp_uri, consumer, "inbox_missing", queue=queue, event_ids=[str(i) for i in rows])
        except (RpcTimeout, RpcUnavailable, ServiceError) as error:
            log.warning("consumer_not_asked", queue=queue, reason=type(error).__name__)
            self._ask_later(queue)
            return
        missing = {rows[UUID(i)] for i in answer["missing"]}
        with self._db.transaction() as tx:
            outbox.settle(tx, received=[i for i in rows.values() if i not in missing], missing=[])
            if answer["paused"]:
                outbox.ask_later(tx, queue)
            else:
                outbox.settle(tx, received=[], missing=sorted(missing))
                metrics.REPUBLISHED.labels(self._service).inc(len(missing))

    def _ask_later(self, queue: str) -> None:
        """Behind the rows of others, which would not be asked about while the oldest are those of a silent consumer."""
        with self._db.transaction() as tx:
            outbox.ask_later(tx, queue)

    def _publish(self, publisher: ConfirmingPublisher, rows: list[Any]) -> list[Fate]:
        try:
            return publisher.publish([_message(row) for row in rows], timeout=CONFIRM_TIMEOUT_S)
        except BROKER_ERRORS as error:
            log.warning("publish_failed", service=self._service, error=type(error).__name__)
            return [Fate.UNKNOWN] * len(rows)

    def _note(self, rows: list[Any], fates: list[Fate]) -> None:
        now, some_were_heard = time.monotonic(), Fate.CONFIRMED in fates
        self._again = min(BATCH, 2 * self._again) if set(fates) == {Fate.CONFIRMED} else 1
        for row, fate in zip(rows, fates, strict=True):
            metrics.PUBLISHED.labels(self._service, fate.value).inc()
            if row.queue and (fate in (Fate.REFUSED, Fate.UNROUTABLE) or (fate is Fate.UNKNOWN and some_were_heard)):
                self._holds.refuse(row.queue, now)
            elif row.queue and fate is Fate.CONFIRMED:
                self._holds.accept(row.queue)


def _message(row: Any) -> Message:
    headers = {"event_id": str(row.event_id)}
    if row.queue is None:
        return Message(row.body, TOPIC_EXCHANGE, row.type, mandatory=False, headers=headers)
    return Message(row.body, "", row.queue, mandatory=True, headers=headers)


class Relay(DependencyProvider):
    """Runs the relay beside a worker's other work, and comes back by itself when broker or database were away."""

    def setup(self) -> None:
        app = self.container.config["app"]
        self._service = self.container.service_name
        self._db: Database = app.db
        self._uri = app.settings.amqp_url.get_secret_value()
        self._loop = RelayLoop(app.db, self._service)
        self._woken = eventlet.event.Event()

    def start(self) -> None:
        for task in (self._run, self._listen, self._ask):
            self.container.spawn_managed_thread(task, identifier=f"relay{task.__name__}")

    def _run(self) -> None:
        while True:
            try:
                with connect(self._uri, f"{self._service}.relay") as connection:
                    declare_exchange(connection.channel())
                    self._serve(connection)
            except AWAY as error:
                log.warning("relay_waits", reason=type(error).__name__)
            except Exception:
                log.exception("relay_failed")
            eventlet.sleep(RECONNECT_S)

    def _serve(self, connection: Any) -> None:
        publisher = ConfirmingPublisher(connection, account(self._uri))
        while True:
            while self._loop.publish_due(publisher):
                metrics.beat(self._service, "relay", within=60)
                # the first goes at once, those that follow on its heels go together
                eventlet.sleep(GATHER_S)
            keep_alive(connection)
            metrics.beat(self._service, "relay", within=60)
            self._rest()

    def _rest(self) -> None:
        """Until a commit wakes the relay, or for a short while: what fell due in between is found by looking."""
        with eventlet.Timeout(LOOK_EVERY_S, exception=False):
            self._woken.wait()
        if self._woken.ready():
            self._woken = eventlet.event.Event()

    def _listen(self) -> None:
        while True:
            try:
                for note in self._db.listen(f"outbox.{self._service}", timeout=30):
                    if note is not None and not self._woken.ready():
                        self._woken.send()
            except Unavailable:
                eventlet.sleep(RECONNECT_S)

    def _ask(self) -> None:
        while True:
            eventlet.sleep(ASK_EVERY_S)
            try:
                self._loop.ask_consumers(self._uri)
            except AWAY as error:
                log.warning("relay_cannot_ask", reason=type(error).__name__)
            except Exception:
                log.exception("relay_ask_failed")
