"""A store's catalog without processes: its tables, its handlers, feeds in memory."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from werkzeug.test import Client

from services.catalog.app import App
from services.catalog.domain.barcodes import has_check_digit
from services.catalog.domain.datasets import Dataset
from services.catalog.handlers import facts, standing, syncing
from services.catalog.routes import Door
from services.catalog.settings import Settings
from services.chassis.database import Database
from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.chassis.outbox import Outbox
from services.chassis.states import Puller
from services.chassis.testing import FakeClock, client
from services.chassis.tokens import SERVICE_PRINCIPAL, Principal
from services.head_office.port import FeedFailed, FeedRecord, StartAgain

TOKEN = "a-token-of-services-0123"


class Authenticator:
    """Takes whoever is named."""

    def authenticate(self, header: str) -> Principal:
        role = header.removeprefix("Bearer ")
        return SERVICE_PRINCIPAL if role == "service" else Principal(f"{role}-1", "Asha", role)


@dataclass
class FakeFeed:
    """A feed in memory; `breaks_after` so many records it ends without its last line."""

    items: list[FeedRecord]
    as_of: datetime
    full: bool = True
    currency: str | None = "INR"
    cursor: str = "c1"
    count: int = field(init=False)
    breaks_after: int | None = None

    def __post_init__(self) -> None:
        self.count = len(self.items)

    def records(self) -> Iterator[FeedRecord]:
        for number, item in enumerate(self.items):
            if number == self.breaks_after:
                break
            yield item
        if self.breaks_after is not None:
            raise FeedFailed("broke_off", "It ended without its last line.")


class FakeFeeds:
    """Feeds by data set; an exception in place of one is raised when it is asked for."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.next: dict[Dataset, FakeFeed | Exception] = {}
        self.asked: list[tuple[Dataset, str | None]] = []
        self.known_cursors: set[str] | None = None

    def offer(self, dataset: Dataset, *items: Any, gone: tuple[str, ...] = (), **more: Any) -> FakeFeed:
        records = [FeedRecord(item) for item in items] + [FeedRecord({}, key) for key in gone]
        feed = FakeFeed(records, **({"as_of": self.clock.now()} | more))
        self.next[dataset] = feed
        return feed

    @contextmanager
    def feed(self, dataset: Dataset, since: str | None) -> Iterator[FakeFeed]:
        self.asked.append((dataset, since))
        if since is not None and self.known_cursors is not None and since not in self.known_cursors:
            raise StartAgain
        found = self.next.get(dataset, FeedFailed("unreachable", "Head office cannot be reached."))
        if isinstance(found, Exception):
            raise found
        yield found


def product(number: int, *sizes: str, name: str = "Check Shirt", price: int = 100_00, **more: Any) -> dict[str, Any]:
    """A product P<number> with a variant P<number>-<size> for each size."""
    return {
        "product_id": f"P{number}",
        "name": name,
        "category": more.pop("category", "Shirts"),
        "variants": [variant(number, size, position, price, **more) for position, size in enumerate(sizes or ("M",))],
    }


def ean(number: int) -> str:
    """The twelve digits with the check digit that makes an EAN-13 of them."""
    return next(code for digit in range(10) if has_check_digit(code := f"{number}{digit}"))


def variant(number: int, size: str, position: int, price: int, **more: Any) -> dict[str, Any]:
    return {
        "sku": f"P{number}-{size}",
        "size": size,
        "barcode": ean(8_900_000_000_00 + 10 * number + position),
        "hsn": "6205",
        "prices": [{"valid_from": "2026-01-01T00:00:00Z", "price_minor": price}],
        "tax_rates": [{"valid_from": "2026-01-01T00:00:00Z", "rate_bp": 500}],
    } | more


def figure(sku: str, quantity: int) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity}


MODES = [
    {"code": "CASH", "name": "Cash at Store", "kind": "cash", "offline": True},
    {"code": "WEB", "name": "Pay online", "kind": "online", "offline": False},
]
PEOPLE = [
    {"staff_code": "M1", "name": "Meera", "role": "manager"},
    {"staff_code": "A1", "name": "Asha", "role": "associate", "permissions": ["offline_mode"]},
]


class Store:
    """Offers feeds, syncs, hands facts in, and looks at what is shown."""

    def __init__(self, url: str) -> None:
        self._client: tuple[App, Client] | None = None
        self.settings = Settings(
            id="S1",
            database_url=url,
            metrics_listen="127.0.0.1:9",
            service_token=TOKEN,
            head_office_url="http://127.0.0.1:9",
        )
        self.db = Database(url, name="catalog.tests")
        self.clock = FakeClock()
        self.feeds = FakeFeeds(self.clock)
        self.app = App(
            settings=self.settings,
            db=self.db,
            clock=self.clock,
            outbox=Outbox("S1", self.clock),
            puller=Puller(self.db, TOKEN, ()),
            authenticator=Authenticator(),  # type: ignore[arg-type]
            head_office=self.feeds,  # type: ignore[arg-type]
            started_at=self.clock.now(),
        )

    @property
    def http(self) -> Client:
        if self._client is None or self._client[0] is not self.app:
            self._client = self.app, client(Door, self.app)
        return self._client[1]

    def configured(self, **more: Any) -> None:
        """Other settings than the default."""
        self.settings = self.settings.model_copy(update=more)
        self.app = replace(self.app, settings=self.settings)

    def sync(self, dataset: Dataset, *items: Any, **more: Any) -> dict[str, Any]:
        """Syncs a feed that head office offers, and says how the data set stands then."""
        self.feeds.offer(dataset, *items, **more)
        syncing.sync(self.app, dataset)
        return self.status(dataset)

    def sync_all(self, *products: dict[str, Any]) -> None:
        """A first sync of everything; ten pieces of each variant."""
        products = products or (product(1, "S", "M"), product(2, "L", name="Blue Jeans", category="Jeans"))
        self.sync("products", *products)
        skus = [v["sku"] for p in products for v in p["variants"]]
        self.sync("inventory", *(figure(sku, 10) for sku in skus))
        self.sync("payment-modes", *MODES)
        self.sync("staff", *PEOPLE)

    def status(self, dataset: Dataset) -> dict[str, Any]:
        found = {row["dataset"]: row for row in self.get("/api/catalog/data-sync")["datasets"]}
        return found[dataset]

    def get(self, path: str, role: str = "associate", **query: Any) -> Any:
        answer = self.http.get(path, query_string=query, headers={"Authorization": f"Bearer {role}"})
        assert answer.status_code == 200, answer.text
        return answer.json

    def refused(self, path: str, role: str = "associate", **query: Any) -> tuple[int, str]:
        answer = self.http.get(path, query_string=query, headers={"Authorization": f"Bearer {role}"})
        return answer.status_code, answer.json["code"]

    def post(self, path: str, role: str = "associate", **body: Any) -> Any:
        return self.http.post(path, json=body, headers={"Authorization": f"Bearer {role}"})

    def state(self, name: str, **query: Any) -> Any:
        """A state as other services pull it; None when there is nothing newer."""
        answer = self.http.get(f"/state/{name}", query_string=query, headers={"Authorization": "Bearer service"})
        assert answer.status_code in {200, 204}, answer.text
        return answer.json if answer.status_code == 200 else None

    def everything(self) -> str:
        """A digest of all that is held."""
        kept = []
        with self.db.transaction() as tx:
            for table in ("products", "variants", "stock", "payment_modes", "staff"):
                kept += [table, *(str(row) for row in tx.execute(text(f"select t from {table} t order by 1")))]
            kept += [
                str(row) for row in tx.execute(text("select dataset, version, records, as_of from datasets order by 1"))
            ]
        return hashlib.sha256("\n".join(kept).encode()).hexdigest()

    def hear(self, *events: Event) -> None:
        """Facts of others, as the queue brings them."""
        Inbox(self.db, "catalog.facts", facts.take, "S1").take([body(e) for e in events])

    def left(self, sku: str) -> int:
        return int(self.get("/api/catalog/lookup", code=sku)["left"])

    def failures(self) -> int:
        with self.db.transaction() as tx:
            return int(tx.scalar(text("select count(*) from inbox_failures")) or 0)

    def told(self) -> list[dict[str, Any]]:
        """The data of what catalog told, in order."""
        with self.db.transaction() as tx:
            return [json.loads(row)["data"] for row in tx.scalars(text("select body from outbox order by id"))]

    def later(self, **time: float) -> None:
        self.clock.advance(timedelta(**time).total_seconds())
        standing.refresh(self.app)


def body(event: Event) -> bytes:
    envelope = {
        "id": str(event.id or new_id()),
        "type": event.type,
        "version": event.version,
        "store_id": "S1",
        "occurred_at": "2026-04-15T06:40:00+00:00",
        "aggregate_id": event.aggregate_id,
        "aggregate_version": event.aggregate_version,
        "data": event.data,
    }
    return json.dumps(envelope).encode()
