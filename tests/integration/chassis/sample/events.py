"""The fact that the sample tells itself."""

from uuid import UUID

from services.chassis.events import Event
from services.chassis.topology import Queue

THINGS = Queue("sample.things")
QUEUES = (THINGS,)
THING_ADDED = "sample.thing_added"


def thing_added(thing_id: UUID, name: str, version: int = 1) -> Event:
    return Event(type=THING_ADDED, aggregate_id=str(thing_id), aggregate_version=version, data={"name": name})
