"""Publishing with confirms that belong to their own message.

py-amqp, kombu and nameko take any acknowledgement for the one they wait for: after a time-out a late one confirms
another message. Here each message is confirmed by its delivery tag, on a channel of its own.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import amqp

PERSISTENT = 2


class Fate(Enum):
    """What became of a message."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"  # the queue is full, or its leader changes
    UNROUTABLE = "unroutable"  # there is no such queue
    UNKNOWN = "unknown"  # no word in time: it may be there or not


@dataclass(frozen=True)
class Message:
    """A message for one queue, by the default exchange, or for a topic exchange."""

    body: str
    exchange: str
    routing_key: str
    mandatory: bool
    headers: dict[str, Any]


class ConfirmingPublisher:
    """Publishes batches on one channel; after any error the channel must be thrown away."""

    def __init__(self, connection: amqp.Connection, sender: str | None = None) -> None:
        """`sender`: the connection's account, which the broker checks and the consumer reads."""
        self._sender = {"user_id": sender} if sender else {}
        self._connection = connection
        self._channel = connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._next_tag = 1
        self._waiting: set[int] = set()
        self._returned: set[int] = set()
        self._fates: dict[int, Fate] = {}

    def publish(self, messages: Sequence[Message], *, timeout: float) -> list[Fate]:
        """Publishes all, then waits at most `timeout` seconds for all; a fate a message, in order."""
        tags = [self._send(message, timeout) for message in messages]
        deadline = time.monotonic() + timeout
        while self._waiting and (left := deadline - time.monotonic()) > 0:
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                break
        return [self._fates.pop(tag, Fate.UNKNOWN) for tag in tags]

    def _send(self, message: Message, timeout: float) -> int:
        tag = self._next_tag
        self._next_tag += 1
        self._waiting.add(tag)
        properties: dict[str, Any] = {
            "content_type": "application/json",
            "delivery_mode": PERSISTENT,
            "message_id": str(tag),
        } | self._sender
        self._channel.basic_publish(
            amqp.Message(message.body, application_headers=message.headers, **properties),
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=message.mandatory,
            timeout=timeout,
        )
        return tag

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for settled in self._settled(tag, multiple):
            self._fates[settled] = Fate.UNROUTABLE if settled in self._returned else Fate.CONFIRMED
            self._returned.discard(settled)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for settled in self._settled(tag, multiple):
            self._fates[settled] = Fate.REFUSED

    def _on_return(self, _error: Exception, _exchange: str, _routing_key: str, message: amqp.Message) -> None:
        self._returned.add(int(message.properties["message_id"]))

    def _settled(self, tag: int, multiple: bool) -> list[int]:
        settled = [t for t in self._waiting if t == tag or (multiple and t < tag)]
        self._waiting.difference_update(settled)
        return settled
