"""The store's facts by a real broker: the relay's own batches out, the intake's own batches in."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import amqp

from services.chassis.amqp_connection import BROKER_ERRORS, connect
from services.chassis.publisher import ConfirmingPublisher
from services.chassis.relay import RelayLoop
from services.chassis.topology import Queue, declare, declare_exchange
from services.orders.events import OUTCOMES
from services.sessions.events import FACTS as SESSIONS
from services.sync.events import FACTS, ORDERS
from tests.model.shop import SERVICES, Shop

TAKEN = (ORDERS, FACTS, OUTCOMES, SESSIONS)
# nobody here takes from it
CATALOG = Queue("catalog.facts")
BATCH = 20


class Broker:
    """Carries what lies in the outboxes of a shop; `wrap` may put something between relay and publisher."""

    def __init__(self, shop: Shop, uri: str, wrap: Callable[[ConfirmingPublisher], Any]) -> None:
        self._shop, self._uri, self._wrap = shop, uri, wrap
        with connect(uri, "tests") as connection:
            channel = connection.channel()
            declare_exchange(channel)
            for queue in (*TAKEN, CATALOG):
                declare(channel, queue)

    def publish(self, service: str) -> None:
        """What is due of one outbox goes out; a line that broke off is made anew, as the relay does."""
        self._shop.sql(service, "update outbox set due_at = now() where published_at is null")
        relay = RelayLoop(self._shop.app(service).db, service)
        try:
            with connect(self._uri, service) as connection:
                publisher = self._wrap(ConfirmingPublisher(connection))
                while relay.publish_due(publisher):
                    continue
        except BROKER_ERRORS:
            return

    def take(self, queue: Queue) -> int:
        """A batch of a queue is taken in, then acknowledged; how many. Raises Unavailable: then they come again."""
        with ExitStack() as stack:
            connection = stack.enter_context(connect(self._uri, "intake"))
            channel = connection.channel()
            messages = [m for m in (channel.basic_get(queue.name) for _ in range(BATCH)) if m is not None]
            if messages:
                self._shop.take_in(queue.name, [_body(message) for message in messages])
                channel.basic_ack(messages[-1].delivery_tag, multiple=True)
        return len(messages)

    def carry(self) -> bool:
        """Everything that waits goes out and is taken in; whether there was anything."""
        for service in SERVICES:
            self.publish(service)
        return sum(self.take(queue) for queue in TAKEN) > 0

    def is_empty(self) -> bool:
        """Nothing waits in an outbox or in a queue that somebody takes from."""
        unsent = "select 1 from outbox where published_at is null"
        if any(self._shop.rows(service, unsent) for service in SERVICES):
            return False
        with connect(self._uri, "looking") as connection:
            channel = connection.channel()
            return not any(_depth(channel, queue) for queue in TAKEN)


def _body(message: amqp.Message) -> bytes:
    return message.body.encode() if isinstance(message.body, str) else bytes(message.body)


def _depth(channel: amqp.Channel, queue: Queue) -> int:
    return int(channel.queue_declare(queue.name, passive=True).message_count)
