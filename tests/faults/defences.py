"""Defences that can be switched off, one at a time: a drill that does not notice proves nothing.

Where two defences guard against the same loss (a message is acknowledged after the commit, and whoever told of it asks
whether it was received), the second is switched off as well, for the first would not be missed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# longer than a driver takes to see an answer
SOON_S = 0.5


def commit_before_answer(service: str) -> None:
    """A till is told before its sale is on disk."""
    import eventlet

    from services.chassis.database import Database
    from services.orders.handlers import selling

    plain = Database.transaction

    class Late(Database):
        @contextmanager
        def transaction(self) -> Iterator[Any]:
            opened = plain(self)
            yield opened.__enter__()
            eventlet.spawn_after(SOON_S, opened.__exit__, None, None, None)

    once = selling._once

    def careless(app: Any, *arguments: Any, **named: Any) -> Any:
        app.db.__class__ = Late
        try:
            return once(app, *arguments, **named)
        finally:
            app.db.__class__ = Database

    if service == "orders":
        selling._once = careless


def outbox_in_the_transaction(_service: str) -> None:
    """The fact is told after the commit, in a transaction of its own."""
    from services.chassis import outbox
    from services.orders.handlers import selling
    from services.orders.store import sales

    store_sale, place = sales.store_sale, selling.place
    untold: list[dict[str, Any]] = []

    def store_untold(tx: Any, values: dict[str, Any]) -> None:
        untold.append(values)
        store_sale(tx, values | {"queues": []})

    def tell_later(app: Any, *arguments: Any) -> Any:
        done = place(app, *arguments)
        while untold:
            row = untold.pop()
            event = {"event_id": row["event_id"], "type": row["event_type"], "body": row["event_body"]}
            with app.db.transaction() as tx:
                tx.execute(outbox.INSERT, [event | {"queue": queue} for queue in row["queues"]])
        return done

    sales.store_sale, selling.place = store_untold, tell_later


def asking_what_was_received(_service: str) -> None:
    """What the broker confirmed is believed to have arrived."""
    from services.chassis import relay

    relay.RelayLoop.ask_consumers = lambda *_: None


def acknowledgement_after_commit(service: str) -> None:
    """A message is acknowledged, then taken in."""
    from services.chassis.intake import Intake, _bytes

    def take(self: Intake, channel: Any, arrived: list[Any]) -> None:
        batch = arrived[: self.batch]
        channel.basic_ack(batch[-1].delivery_tag, multiple=True)
        self._inbox.take([_bytes(m) for m in batch], [m.properties.get("user_id") for m in batch])
        del arrived[: len(batch)]

    Intake._take = take
    asking_what_was_received(service)


def mark_after_confirm(service: str) -> None:
    """What was sent is marked as published, whatever the broker says of it, or whether it says anything."""
    from services.chassis.publisher import ConfirmingPublisher, Fate

    publish = ConfirmingPublisher.publish

    def hopeful(self: ConfirmingPublisher, messages: Any, *, timeout: float) -> list[Fate]:
        del timeout
        publish(self, messages, timeout=0.01)
        self._waiting.clear()
        return [Fate.CONFIRMED] * len(messages)

    ConfirmingPublisher.publish = hopeful
    asking_what_was_received(service)


def mandatory(service: str) -> None:
    """A queue that is not there is nobody's business."""
    from services.chassis import relay
    from services.chassis.publisher import Message

    plain = relay._message

    def anywhere(row: Any) -> Message:
        message = plain(row)
        return Message(message.body, message.exchange, message.routing_key, mandatory=False, headers=message.headers)

    relay._message = anywhere
    asking_what_was_received(service)


def fence(_service: str) -> None:
    """Whoever writes last is right."""
    from sqlalchemy import text

    from services.sync.store import deliveries

    deliveries.WRITE = text(str(deliveries.WRITE.text).replace("and d.fence = r.fence", ""))


def one_key_an_order(_service: str) -> None:
    """Each try is sent as an order of its own."""
    from services.chassis.ids import new_id
    from services.head_office.http import HttpHeadOffice

    plain = HttpHeadOffice.send_order

    def under_another_id(self: Any, document: dict[str, Any], *rest: Any) -> Any:
        return plain(self, {**document, "order_id": str(new_id())}, *rest)

    HttpHeadOffice.send_order = under_another_id


def checksum(_service: str) -> None:
    """A feed is believed."""
    from services.head_office.feeds import HttpFeed

    def believe(self: Any, last: dict[str, Any], _checksum: str, _seen: int) -> None:
        self._cursor = last["next"]

    HttpFeed._prove = believe


def delivery_limit(_service: str) -> None:
    """A message is given up on after three deliveries."""
    from services.chassis import topology

    topology.DELIVERY_LIMIT = 3


def hysteresis(_service: str) -> None:
    """Each probe is believed."""
    from services.sync.domain import connectivity

    connectivity.needed = lambda *_, **__: 1


DEFENCES: dict[str, Callable[[str], None]] = {
    "commit before answer": commit_before_answer,
    "outbox in the transaction": outbox_in_the_transaction,
    "asking what was received": asking_what_was_received,
    "acknowledgement after commit": acknowledgement_after_commit,
    "mark after confirm": mark_after_confirm,
    "mandatory": mandatory,
    "fence": fence,
    "one key an order": one_key_an_order,
    "checksum of a feed": checksum,
    "delivery limit": delivery_limit,
    "hysteresis": hysteresis,
}
# switched off where PostgreSQL is started, and not in a service
FSYNC = "fsync"


def switch_off(name: str, service: str) -> None:
    """Switches one defence of this process off; none without a name."""
    if name in DEFENCES:
        DEFENCES[name](service)
