"""Which messages a consumer may take in: those of its own store, from the service that they are called after."""

from dataclasses import dataclass

from services.chassis.events import Event, Unreadable, decode


@dataclass(frozen=True)
class Admission:
    """The rule of one store; it holds for a message that arrives as for one that was kept.

    `check_senders`: whether a fact is taken only from the account that its type is called after.
    """

    store_id: str
    check_senders: bool = False

    def read(self, body: bytes, sender: str | None) -> Event:
        """The event in a message. Raises Unreadable for one that may never be taken in.

        `sender`: the account that sent it, as the broker has checked it; None where none is noted.
        """
        event = decode(body)
        if event.store_id != self.store_id:
            raise Unreadable("another store")
        if self.check_senders:
            _check_sender(event, sender)
        return event


def _check_sender(event: Event, sender: str | None) -> None:
    # failures kept before senders were noted have none: nobody can tell them from forgeries any more
    if sender is None:
        raise Unreadable("no sender is noted")
    if event.type.partition(".")[0] != sender:
        raise Unreadable("sent by another than it says")
