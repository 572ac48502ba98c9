"""`python -m tests.bench.memory_case CASE SIZE URL`: does one piece of long work alone; prints how much memory it took.

The peak is the kernel's own figure, of this process from its start on, in kilobytes.
"""
# ruff: noqa: E402  as in every service: what must be green comes before all else

from services.chassis import boot

boot.patch()

import hashlib
import json
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
from sqlalchemy import text

from services.catalog import app as catalog
from services.catalog.handlers import syncing
from services.catalog.settings import Settings as CatalogSettings
from services.chassis.database import Database
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.chassis.sealing import new_key
from services.head_office.feeds import HttpFeed
from services.sessions import exports
from services.sessions.handlers import sessions
from services.sync import app as sync
from services.sync.domain.answers import Accepted
from services.sync.drain import Drain
from services.sync.handlers import taking, watching
from services.sync.settings import Settings as SyncSettings
from tests.integration.sync.sync_fakes import document

NOWHERE, TOKEN, STORE = "http://127.0.0.1:9", "a-token-of-services-0123", "S1"
BATCH = 50
LOOK_S = 0.5


def settings(url: str) -> dict[str, Any]:
    return {
        "id": STORE,
        "database_url": url,
        "metrics_listen": "127.0.0.1:9",
        "service_token": TOKEN,
        "head_office_url": NOWHERE,
        "head_office_token": TOKEN,
    }


class Oms:
    """Takes every order at once, and forgets it."""

    def post(self, document: dict[str, Any], revision: int, _correction: Any) -> Accepted:
        total, number = document["totals"]["total_minor"], document["invoice"]["number"]
        return Accepted(UUID(document["order_id"]), total, number, f"OMS-{number}", datetime.now(UTC), revision)


def intake_and_drain(size: int, url: str) -> None:
    """Orders come in as batches of messages, all of them before the first one is sent."""
    own = {"sessions_url": NOWHERE, "orders_url": NOWHERE, "customer_keys": new_key("1"), "oms_slow_start_seconds": 0}
    built = sync.build(SyncSettings(**settings(url) | own))
    app = replace(built, oms=Oms())  # type: ignore[arg-type]
    inbox = Inbox(app.db, "sync.orders", lambda tx, events: taking.take_orders(app, tx, events), STORE)
    for first in range(0, size, BATCH):
        inbox.take([_message(n) for n in range(first, min(size, first + BATCH))])
    watching.note_sighting(app, watching.Sighting(head_office=True, internet=True))
    drain = Drain(app)
    tasks = [eventlet.spawn(task) for task in (drain.pump, drain.commit)]
    while _count(app.db, "select count(*) from deliveries where state <> 'synced'"):
        eventlet.sleep(LOOK_S)
    for task in tasks:
        task.kill()
    assert _count(app.db, "select count(*) from deliveries where state = 'synced'") == size


def _message(number: int) -> bytes:
    told = document(number)
    event = Event(type="orders.order_placed", aggregate_id=told["order_id"], data=told, id=new_id(), store_id=STORE)
    return encode(replace(event, occurred_at=datetime.now(UTC))).encode()


def feed(size: int, url: str) -> None:
    """A feed of products in full, four sizes each, read, kept aside and swapped in."""
    app = replace(catalog.build(CatalogSettings(**settings(url))), head_office=Office(size))  # type: ignore[arg-type]
    syncing.sync(app, "products")
    assert _count(app.db, "select count(*) from variants") == size


class Office:
    """Has one feed, made as it is read."""

    def __init__(self, variants: int) -> None:
        self._products = variants // 4

    @contextmanager
    def feed(self, name: str, _since: str | None) -> Iterator[HttpFeed]:
        yield HttpFeed(name, self._lines())

    def _lines(self) -> Iterator[bytes]:
        checksum = hashlib.sha256()
        as_of = datetime.now(UTC).isoformat()
        head = {"feed": "products", "full": True, "count": self._products, "as_of": as_of, "currency": "INR"}
        yield _line(head)
        for number in range(self._products):
            line = _line(_product(number))
            checksum.update(line)
            yield line
        yield _line({"end": True, "checksum": checksum.hexdigest(), "next": "products:1"})


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _product(number: int) -> dict[str, Any]:
    since = "2026-01-01T00:00:00Z"
    dated = {
        "prices": [{"valid_from": since, "price_minor": 10_000}],
        "tax_rates": [{"valid_from": since, "rate_bp": 500}],
    }
    variants = [{"sku": f"P{number}-{size}", "size": size, "hsn": "6205"} | dated for size in ("S", "M", "L", "XL")]
    return {"product_id": f"P{number}", "name": f"Shirt {number}", "category": "Shirts", "variants": variants}


FILL = text("""
    insert into offline_sessions (session_id, trigger, started_at, ended_at, status, orders, total_minor, currency,
        ledger_head)
    select gen_random_uuid(), 'automatic', now() - n * interval '1 minute', now() - n * interval '1 minute', 'success',
        n % 1000, n::bigint * 100, 'INR', repeat('0', 64) from generate_series(1, :size) as n
""")


def export(size: int, url: str) -> None:
    """Both files of so many sessions, each to its last byte."""
    db = Database(url, name="export")
    with db.transaction() as tx:
        tx.execute(FILL, {"size": size})
    zone = CatalogSettings(**settings(url)).time_zone
    app: Any = type("App", (), {"db": db, "zone": zone})()
    for write in (exports.as_csv, exports.as_xlsx):
        rows = sessions.every(app, first=None, last=None, statuses=())
        deque(write(rows, zone), maxlen=0)


def _count(db: Database, statement: str) -> int:
    with db.transaction() as tx:
        return int(tx.execute(text(statement)).scalar_one())


def peak_kb() -> int:
    """Not ru_maxrss: a process begins with that of the one that started it."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


CASES: dict[str, tuple[str, Callable[[int, str], None]]] = {
    "intake_and_drain": ("sync", intake_and_drain),
    "feed": ("catalog", feed),
    "export": ("sessions", export),
}

if __name__ == "__main__":
    case, size, url = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        CASES[case][1](int(size), url)
    sys.stdout.write(f"{peak_kb()}\n")
