"""The worker of catalog: what was sold, and questions by other services."""

from typing import Annotated, Any

from pydantic import Field

from services.catalog import schemas as of
from services.catalog.events import FACTS
from services.catalog.handlers import browsing, facts, standing
from services.chassis.database import Tx
from services.chassis.events import Event
from services.chassis.intake import BaseWorker, intake
from services.chassis.rpc import procedure

Number = Annotated[int, Field(ge=0, le=2**62)]
PageSize = Annotated[int, Field(ge=1, le=10_000)]


class Worker(BaseWorker):
    name = "catalog"

    @intake(FACTS, batch=200)
    def take_facts(self, tx: Tx, events: list[Event]) -> None:
        facts.take(tx, events)

    @procedure
    def search(
        self,
        q: of.Sought = "",
        category: of.Category | None = None,
        size: of.Size | None = None,
        cursor: of.Cursor | None = None,
        limit: of.Limit = 24,
    ) -> dict[str, Any]:
        """Products by words, category and size: SearchPage."""
        asked = of.Search(q=q, category=category, size=size, cursor=cursor, limit=limit)
        return browsing.search(self.app, asked).model_dump(mode="json")

    @procedure
    def lookup(self, code: of.Scanned) -> dict[str, Any]:
        """The variant with a barcode or SKU: Found."""
        return browsing.lookup(self.app, code).model_dump(mode="json")

    @procedure
    def changes(self, since: Number = 0, limit: PageSize = 2000) -> dict[str, Any]:
        """Variants that changed after a number: ChangesPage."""
        return browsing.changes(self.app, since, limit).model_dump(mode="json")

    @procedure
    def status(self) -> dict[str, Any]:
        """How the data sets stand: DataSync."""
        return standing.data_sync(self.app).model_dump(mode="json")
