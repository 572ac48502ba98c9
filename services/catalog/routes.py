"""The door of catalog: routes and the timers that need no broker."""

from services.catalog import schemas as of
from services.catalog.app import App
from services.catalog.domain.datasets import Dataset
from services.catalog.errors import CodeMisread, CodeUnknown, NothingToAgreeTo, ProductUnknown
from services.catalog.handlers import browsing, facts, standing, syncing
from services.catalog.store import datasets, lists
from services.chassis.fields import Code, Since
from services.chassis.http import route
from services.chassis.provided import Provided, every
from services.chassis.replies import Reply, state_reply
from services.chassis.routes import SERVICE
from services.chassis.tokens import Principal

ANYONE = ("associate",)
MANAGERS = ("manager",)


class Door:
    name = "catalog"
    app: App = Provided()

    @route(
        "GET",
        "/api/catalog/products",
        roles=ANYONE,
        summary="Search by words, category and size; without any, all products by name",
    )
    def search(self, query: of.Search) -> of.SearchPage:
        return browsing.search(self.app, query)

    @route(
        "GET",
        "/api/catalog/products/{product_id}",
        roles=ANYONE,
        errors=(ProductUnknown,),
        summary="A product with its sizes and what is left of each",
    )
    def product(self, product_id: Code) -> of.Product:
        return browsing.product(self.app, product_id)

    @route(
        "GET",
        "/api/catalog/lookup",
        roles=ANYONE,
        errors=(CodeUnknown, CodeMisread),
        summary="What a scanned or typed barcode or SKU stands for",
    )
    def lookup(self, query: of.Lookup) -> of.Found:
        return browsing.lookup(self.app, query.code)

    @route("GET", "/api/catalog/categories", roles=ANYONE, summary="Categories with how many products each has")
    def categories(self) -> of.Categories:
        return browsing.categories(self.app)

    @route("GET", "/api/catalog/changes", roles=ANYONE, summary="A page of what changed after a number")
    def changes(self, query: of.Changes) -> of.ChangesPage:
        return browsing.changes(self.app, query.since, query.limit)

    @route(
        "GET",
        "/api/catalog/data-sync",
        roles=ANYONE,
        summary="Each data set with progress, count, time, error and freshness; what is missing",
    )
    def data_sync(self) -> of.DataSync:
        return standing.data_sync(self.app)

    @route(
        "POST",
        "/api/catalog/data-sync",
        roles=ANYONE,
        status=202,
        summary="Sync data sets, or all of them, at once",
    )
    def sync_now(self, body: of.SyncNow) -> of.DataSync:
        standing.sync_now(self.app, body.datasets)
        return standing.data_sync(self.app)

    @route(
        "POST",
        "/api/catalog/data-sync/{dataset}/agreement",
        roles=MANAGERS,
        status=202,
        errors=(NothingToAgreeTo,),
        summary="Agree to the deletions for which a feed was refused, and sync it again",
    )
    def agree(self, who: Principal, dataset: Dataset, body: of.Agreement) -> of.DataSync:
        standing.agree(self.app, who, dataset, body.deletes)
        return standing.data_sync(self.app)

    @route("GET", "/state/readiness", roles=SERVICE, summary="Whether all four data sets are there, and how old")
    def readiness_state(self, query: Since) -> Reply:
        with self.app.db.transaction() as tx:
            found = datasets.readiness(tx)
        return state_reply(query.since, *found) if found else Reply(None, status=204)

    @route("GET", "/state/price-book", roles=SERVICE, summary="Variants that changed, in pages")
    def price_book_state(self, query: Since) -> Reply:
        page = browsing.changes(self.app, query.since, query.limit)
        return state_reply(query.since, page.number, {"items": page.items, "more": page.more})

    @route("GET", "/state/payment-modes", roles=SERVICE, summary="Payment modes")
    def payment_modes_state(self, query: Since) -> Reply:
        with self.app.db.snapshot() as tx:
            return state_reply(query.since, *lists.modes(tx))

    @route("GET", "/state/staff", roles=SERVICE, summary="Staff")
    def staff_state(self, query: Since) -> Reply:
        with self.app.db.snapshot() as tx:
            return state_reply(query.since, *lists.people(tx))

    @every(1, single="catalog.products")
    def sync_products(self) -> None:
        syncing.sync_if_due(self.app, "products")

    @every(1, single="catalog.inventory")
    def sync_inventory(self) -> None:
        syncing.sync_if_due(self.app, "inventory")

    @every(1, single="catalog.payment-modes")
    def sync_payment_modes(self) -> None:
        syncing.sync_if_due(self.app, "payment-modes")

    @every(1, single="catalog.staff")
    def sync_staff(self) -> None:
        syncing.sync_if_due(self.app, "staff")

    @every(5)
    def refresh(self) -> None:
        standing.refresh(self.app)

    @every(3600, single="catalog.sales")
    def forget_sales(self) -> None:
        facts.forget(self.app)

    @every(1)
    def pull_states(self) -> None:
        self.app.puller.pull_all()
