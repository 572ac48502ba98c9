"""The worker of catalog: what was sold, and questions by other services."""

from typing import Annotated

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
    ) -> of.SearchPage:
        """Products by words, category and size."""
        asked = of.Search(q=q, category=category, size=size, cursor=cursor, limit=limit)
        return browsing.search(self.app, asked)

    @procedure
    def lookup(self, code: of.Scanned) -> of.Found:
        """The variant with a barcode or SKU."""
        return browsing.lookup(self.app, code)

    @procedure
    def changes(self, since: Number = 0, limit: PageSize = 2000) -> of.ChangesPage:
        """Variants that changed after a number."""
        return browsing.changes(self.app, since, limit)

    @procedure
    def status(self) -> of.DataSync:
        """How the data sets stand."""
        return standing.data_sync(self.app)
