"""The door of the sample."""

import os
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.chassis.errors import NotFound, ServiceError
from services.chassis.fields import JsonInt, Line, Note, Since, Strict
from services.chassis.http import route
from services.chassis.ids import new_id
from services.chassis.provided import Provided, every
from services.chassis.replies import Reply, state_reply
from services.chassis.routes import PUBLIC, SERVICE
from services.chassis.tokens import Principal
from tests.integration.chassis.sample import store
from tests.integration.chassis.sample.events import THINGS, thing_added

QueueName = Annotated[str, Field(pattern=r"^sample\.[a-z]{1,20}$")]


class Taken(ServiceError):
    """The name {name} is taken."""

    code = "name_taken"
    status = 409


class ThingIn(Strict):
    name: Line
    count: Annotated[JsonInt, Field(ge=0, le=2**31 - 1)] = 1
    note: Note = ""
    to: list[QueueName] = Field(default=[THINGS.name], max_length=5)


class Wait(Strict):
    seconds: Annotated[float, Field(ge=0, le=60)] = 0


@dataclass
class Thing:
    id: UUID
    name: str
    count: int


class Door:
    name = "sample"
    app = Provided()

    @route("POST", "/api/sample/things", roles=PUBLIC, status=201, errors=(Taken,), summary="Add a thing")
    def add(self, body: ThingIn) -> Thing:
        if body.name == "taken":
            raise Taken(name=body.name)
        thing_id = new_id()
        with self.app.db.transaction() as tx:
            store.add(tx, thing_id, body.name, body.count)
            self.app.outbox.record(tx, thing_added(thing_id, body.name), to=body.to)
        return Thing(thing_id, body.name, body.count)

    @route("GET", "/api/sample/things/{thing_id}", roles=("associate",), summary="One thing")
    def one(self, who: Principal, thing_id: UUID) -> Thing:
        assert who.has("associate")
        with self.app.db.transaction() as tx:
            row = store.find(tx, thing_id)
        if row is None:
            raise NotFound(what="thing")
        return Thing(*row)

    @route("GET", "/api/sample/nothing", roles=PUBLIC, summary="An answer that costs nothing")
    def nothing(self) -> Thing:
        return Thing(UUID(int=0), "nothing", 0)

    @route("GET", "/api/sample/slow", roles=SERVICE, summary="An answer that takes its time")
    def slow(self, query: Wait) -> Thing:
        with self.app.db.transaction() as tx:
            store.sleep(tx, query.seconds)
        return Thing(UUID(int=0), "slow", 0)

    @route("GET", "/api/sample/broken", roles=SERVICE, summary="A defect")
    def broken(self) -> Thing:
        raise RuntimeError("words that nobody outside may read")

    @route("GET", "/state/things", roles=SERVICE)
    def state(self, query: Since) -> Reply:
        with self.app.db.transaction() as tx:
            number = store.count(tx)
        return state_reply(query.since, number, {"count": number})

    @every(1)
    def pull_states(self) -> None:
        self.app.puller.pull_all()

    @every("tick_seconds", single="sample.ticker")
    def tick(self) -> None:
        with self.app.db.transaction() as tx:
            store.tick(tx, os.getpid())
