"""Takes events from a queue, batch by batch; what was taken is acknowledged only after it was committed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any
from uuid import UUID

import amqp
import eventlet
from nameko.extensions import Entrypoint
from pydantic import Field

from services.chassis import metrics
from services.chassis.amqp_connection import AWAY, connect, keep_alive
from services.chassis.database import Tx
from services.chassis.errors import Unavailable
from services.chassis.events import Event
from services.chassis.fields import Code
from services.chassis.inbox import Inbox, missing, prune
from services.chassis.logs import get_logger
from services.chassis.provided import Provided, every
from services.chassis.relay import Relay
from services.chassis.rpc import procedure
from services.chassis.topology import Queue, declare, not_as_declared

log = get_logger()

LINGER_S = 0.05
IDLE_S = 1.0
PAUSED_LOOK_S = 0.5
RECONNECT_S = 1.0
RETRY_LOOK_S = 1.0
DEAD_LOOK_S = 5.0
# what the broker gave up on is looked at though messages never cease
BUSY_FOR_S = 60.0
STALLED_AFTER_S = 120
ANSWERS_WITHIN_S = 10.0
DEAF_FOR_S = 20.0
PRUNE_EVERY_S = 3600
AT_ONCE = 500
# as many as a relay asks for in one question, and more
EventIds = Annotated[list[UUID], Field(max_length=10_000)]

ATTRIBUTE = "intake"
DEAF = "deaf"


class Deaf(Exception):
    """A queue that is there and answers nobody: it was declared a moment before its broker lost its power."""

    def __init__(self, queue: str) -> None:
        super().__init__(queue)
        self.queue = queue


class Intake(Entrypoint):
    """A nameko entrypoint for a queue of events.

    `paused` names a method of the service: while it answers true, nothing is taken and the queue stays as it is.
    """

    def __init__(self, queue: Queue, *, batch: int = 50, paused: str | None = None, **kwargs: Any) -> None:
        self.queue = queue
        self.batch = batch
        self.paused = paused
        self._deaf_since: dict[str, float] = {}
        super().__init__(**kwargs)

    def setup(self) -> None:
        app = self.container.config["app"]
        told = app.settings
        self._uri = told.amqp_url.get_secret_value()
        self._inbox = Inbox(app.db, self.queue.name, self._handle, told.id, check_senders=told.check_senders)

    def start(self) -> None:
        for task in (self._run, self._retry):
            self.container.spawn_managed_thread(task, identifier=f"{self.queue.name}{task.__name__}")

    def _service(self) -> Any:
        service = self.container.service_cls()
        service.app = self.container.config["app"]
        return service

    def _handle(self, tx: Tx, events: list[Event]) -> None:
        getattr(self._service(), self.method_name)(tx, events)
        metrics.TAKEN.labels(self.container.service_name, self.queue.name).inc(len(events))

    def _is_paused(self) -> bool:
        return bool(self.paused and getattr(self._service(), self.paused)())

    def _beat(self) -> None:
        metrics.beat(self.container.service_name, self.queue.name, within=STALLED_AFTER_S)

    def _run(self) -> None:
        while True:
            try:
                with connect(self._uri, f"{self.container.service_name}.{self.queue.name}") as connection:
                    self._declare(connection)
                    self._serve(connection)
            except Deaf as error:
                self._heard_nothing(error.queue)
            except amqp.InternalError:
                # a declaration is answered for a deaf queue too, so it is the one that is consumed from
                self._heard_nothing(self.queue.name)
            except AWAY as error:
                # how long a queue was deaf before says nothing of one whose broker comes back
                self._deaf_since.clear()
                log.warning("intake_waits", queue=self.queue.name, reason=type(error).__name__)
            except Exception:
                log.exception("intake_failed", queue=self.queue.name)
            eventlet.sleep(RECONNECT_S)

    def _declare(self, connection: amqp.Connection) -> None:
        """What stands there otherwise, such as without its limit, is made anew; the other queue stays as it is."""
        try:
            declare(connection.channel(), self.queue)
        except amqp.PreconditionFailed as error:
            if name := not_as_declared(error):
                self._make_anew(name, "not_as_declared")
            raise

    def _serve(self, connection: amqp.Connection) -> None:
        dead_due = 0.0
        while True:
            while self._is_paused():
                keep_alive(connection)
                self._beat()
                eventlet.sleep(PAUSED_LOOK_S)
            self._consume(connection)
            if time.monotonic() >= dead_due:
                self._drain_dead(connection)
                dead_due = time.monotonic() + DEAD_LOOK_S

    def _consume(self, connection: amqp.Connection) -> None:
        """Consumes on a channel of its own until paused; closing it gives back what was not taken."""
        channel, arrived = connection.channel(), list[amqp.Message]()
        channel.basic_qos(0, self.batch, False)
        with self._answering(self.queue.name):
            channel.basic_consume(self.queue.name, callback=arrived.append)
        with channel:
            began = time.monotonic()
            until = began + DEAD_LOOK_S
            while time.monotonic() < until and not self._is_paused():
                self._collect(connection, arrived)
                self._beat()
                if arrived:
                    self._take(channel, arrived)
                    until = min(max(until, time.monotonic() + IDLE_S), began + BUSY_FOR_S)

    @contextmanager
    def _answering(self, name: str) -> Iterator[None]:
        """Raises Deaf when the queue does not answer what is asked of it here."""
        try:
            with eventlet.Timeout(ANSWERS_WITHIN_S, Deaf(name)):
                yield
        except amqp.InternalError as error:
            raise Deaf(name) from error
        self._deaf_since.pop(name, None)

    def _heard_nothing(self, name: str) -> None:
        """A queue that stays deaf is made anew: whoever told it something keeps that until the inbox has it."""
        now = time.monotonic()
        since = self._deaf_since.setdefault(name, now)
        log.error("queue_is_deaf", queue=name, seconds=round(now - since))
        if now - since >= DEAF_FOR_S:
            self._make_anew(name, DEAF)

    def _make_anew(self, name: str, why: str) -> None:
        """Deletes a queue that cannot be relied on; it is declared again at once.

        Whoever told it a fact tells that again; a stranger does not, so letters are moved to where a person sees them,
        unless their queue is deaf.
        """
        with suppress(*AWAY), connect(self._uri, "watchdog") as connection:
            if name == self.queue.dead and why != DEAF:
                self._drain_dead(connection)
            connection.channel().queue_delete(name)
            log.error("queue_made_anew", queue=name, why=why)

    def _collect(self, connection: amqp.Connection, arrived: list[amqp.Message]) -> None:
        """Waits for a first message, then takes what follows at once, up to a batch."""
        wait = IDLE_S
        while len(arrived) < self.batch:
            try:
                connection.drain_events(timeout=wait)
            except TimeoutError:
                break
            wait = LINGER_S
        connection.heartbeat_tick()

    def _take(self, channel: amqp.Channel, arrived: list[amqp.Message]) -> None:
        batch = arrived[: self.batch]
        self._inbox.take([_bytes(m) for m in batch], [_sender(m) for m in batch])
        channel.basic_ack(batch[-1].delivery_tag, multiple=True)
        del arrived[: len(batch)]

    def _drain_dead(self, connection: amqp.Connection) -> None:
        """Moves what the broker gave up on to where a person sees it."""
        channel = connection.channel()
        while (message := self._next_letter(channel)) is not None:
            self._inbox.keep_dead(_bytes(message), _sender(message), "given up by the broker")
            channel.basic_ack(message.delivery_tag)
        # after an answer alone: a deaf queue holds up the closing too
        channel.close()

    def _next_letter(self, channel: amqp.Channel) -> amqp.Message | None:
        with self._answering(self.queue.dead):
            return channel.basic_get(self.queue.dead)

    def _retry(self) -> None:
        while True:
            try:
                while self._inbox.retry_one():
                    pass
            except Unavailable as error:
                log.warning("retry_waits", queue=self.queue.name, reason=error.code)
            except Exception:
                log.exception("retry_failed", queue=self.queue.name)
            eventlet.sleep(RETRY_LOOK_S)


def intake(queue: Queue, *, batch: int = 50, paused: str | None = None) -> Callable[..., Any]:
    """Makes a method `(tx, events)` the consumer of a queue; see Intake."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(function, ATTRIBUTE, (queue, paused))
        decorated: Callable[..., Any] = Intake.decorator(queue, batch=batch, paused=paused)(function)
        return decorated

    return decorate


class BaseWorker:
    """What every worker offers: the relay of its outbox, and the proof that events were received."""

    app: Any = Provided()
    relay = Relay()

    @procedure
    def inbox_missing(self, queue: Code, event_ids: EventIds) -> dict[str, Any]:
        """Which of these events the consumer of a queue does not have, and whether it takes any in at present."""
        with self.app.db.transaction() as tx:
            absent = missing(tx, queue, event_ids)
        return {"missing": [str(i) for i in absent], "paused": self._paused(queue)}

    @every(PRUNE_EVERY_S)
    def prune_inbox(self) -> None:
        """In small batches: nobody waits for it."""
        days = self.app.settings.keep_inbox_days
        self.app.db.in_batches(lambda tx: prune(tx, days=days, limit=AT_ONCE))

    def _paused(self, queue: str) -> bool:
        for function in vars(type(self)).values():
            declared, paused = getattr(function, ATTRIBUTE, (None, None))
            if declared and declared.name == queue and paused:
                return bool(getattr(self, paused)())
        return False


def _bytes(message: amqp.Message) -> bytes:
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)


def _sender(message: amqp.Message) -> str | None:
    """The account that sent it: the broker takes no message in another's name."""
    sender: str | None = message.properties.get("user_id")
    return sender
