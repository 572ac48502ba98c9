"""Every queue and exchange, declared the same way from one place."""

import re
from dataclasses import dataclass
from typing import Any

import amqp
from amqp import Channel

TOPIC_EXCHANGE = "store.events"
DEAD_SUFFIX = ".dead"
DEFAULT_MAX_LENGTH = 50_000
# -1 makes RabbitMQ 3.10 drop a message at its consumer's first death, and the default of 4.x drops after 20
DELIVERY_LIMIT = 1_000_000
# how a broker of any version names the queue that stands there otherwise
INEQUIVALENT = re.compile("inequivalent arg '[^']+' for queue '([^']+)'")


@dataclass(frozen=True)
class Queue:
    """A queue that must survive; full, it rejects what is published to it."""

    name: str
    max_length: int = DEFAULT_MAX_LENGTH

    @property
    def dead(self) -> str:
        """The queue that takes what the broker gives up on."""
        return self.name + DEAD_SUFFIX

    def arguments(self) -> dict[str, Any]:
        return {
            "x-queue-type": "quorum",
            "x-max-length": self.max_length,
            "x-overflow": "reject-publish",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.dead,
            "x-dead-letter-strategy": "at-least-once",
        }


def declare(channel: Channel, queue: Queue) -> None:
    """Declares a queue and its dead-letter queue; both are there afterwards."""
    channel.queue_declare(queue.dead, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=queue.arguments())


def not_as_declared(error: amqp.PreconditionFailed) -> str | None:
    """The queue that stands there with other arguments; None where the broker refused something else.

    It has the same error for a consumer that took too long and for an acknowledgement that it does not expect.
    """
    found = INEQUIVALENT.search(error.reply_text or "")
    return found and found[1]


def declare_exchange(channel: Channel) -> None:
    """Declares the exchange from which anyone may take copies of events."""
    channel.exchange_declare(TOPIC_EXCHANGE, "topic", durable=True, auto_delete=False)
