"""Confirms belong to their own message: a late one never confirms another."""

from collections import defaultdict
from typing import Any

from services.chassis.publisher import ConfirmingPublisher, Fate, Message
from services.chassis.relay import Holds


class FakeChannel:
    def __init__(self) -> None:
        self.events: dict[str, set[Any]] = defaultdict(set)
        self.sent: list[Any] = []

    def confirm_select(self) -> None:
        """Confirms are on."""

    def basic_publish(self, message: Any, **options: Any) -> None:
        self.sent.append((message, options))


class FakeConnection:
    """Delivers, at each wait, the next of what the broker says; None: nothing in time."""

    def __init__(self, *said: tuple[str, tuple[Any, ...]] | None) -> None:
        self.the_channel = FakeChannel()
        self._said = list(said)

    def channel(self) -> FakeChannel:
        return self.the_channel

    def drain_events(self, timeout: float) -> None:
        said = self._said.pop(0) if self._said else None
        if said is None:
            raise TimeoutError(timeout)
        name, arguments = said
        for callback in self.the_channel.events[name]:
            callback(*arguments)


def message(body: str = "{}") -> Message:
    return Message(body, "", "sync.orders", mandatory=True, headers={})


def test_a_late_ack_never_confirms_another_message():
    connection = FakeConnection(None, ("basic_ack", (1, False)), None)
    publisher = ConfirmingPublisher(connection)
    assert publisher.publish([message()], timeout=0.01) == [Fate.UNKNOWN]
    assert publisher.publish([message()], timeout=0.01) == [Fate.UNKNOWN]


def test_one_ack_may_confirm_several():
    publisher = ConfirmingPublisher(FakeConnection(("basic_ack", (3, True))))
    assert publisher.publish([message()] * 3, timeout=1) == [Fate.CONFIRMED] * 3


def test_each_message_has_a_fate_of_its_own():
    connection = FakeConnection(("basic_nack", (2, False)), ("basic_ack", (3, False)), ("basic_ack", (1, False)))
    publisher = ConfirmingPublisher(connection)
    assert publisher.publish([message()] * 3, timeout=1) == [Fate.CONFIRMED, Fate.REFUSED, Fate.CONFIRMED]


def test_what_came_back_is_not_confirmed_by_its_ack():
    connection = FakeConnection()
    publisher = ConfirmingPublisher(connection)

    class Returned:
        properties = {"message_id": "1"}  # noqa: RUF012

    connection._said = [("basic_return", (None, "", "sync.orders", Returned())), ("basic_ack", (1, False))]
    assert publisher.publish([message()], timeout=1) == [Fate.UNROUTABLE]


def test_a_queue_that_refuses_is_left_alone_for_a_growing_while_and_others_are_not():
    holds = Holds()
    waits = []
    now = 0.0
    for _ in range(7):
        holds.refuse("full", now)
        start = now
        while "full" in holds.held(now):
            now += 0.5
        waits.append(now - start)
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert holds.held(now) == []
    holds.refuse("full", now)
    holds.accept("full")
    assert holds.held(now) == []
