"""The worker of the sample."""

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.events import Event
from services.chassis.intake import BaseWorker, intake
from services.chassis.rpc import procedure
from tests.integration.chassis.sample import store
from tests.integration.chassis.sample.events import THINGS

BROKEN = "broken"


class Worker(BaseWorker):
    name = "sample"

    @intake(THINGS)
    def take_things(self, tx: Tx, events: list[Event]) -> None:
        for event in events:
            if event.data["name"] == BROKEN:
                raise ValueError("words that nobody outside may read")
            store.note(tx, event.aggregate_id, event.aggregate_version)

    @procedure
    def echo(self, word: str, times: int = 1) -> dict[str, str]:
        if word == "unknown":
            raise NotFound(what="word")
        if word == "defect":
            raise RuntimeError("words that nobody outside may read")
        return {"word": word * times}

    @procedure
    def call(self, word: str, seconds: float = 0) -> None:
        """Takes its time, then notes that it was called."""
        with self.app.db.transaction() as tx:
            store.sleep(tx, seconds)
            store.called(tx, word)
