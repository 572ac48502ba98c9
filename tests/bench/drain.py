"""The drain of 2,000 orders to an OMS that takes 50 ms, 32 in flight, beside Dramatiq with the same OMS."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from deploy.demo.people import People
from deploy.demo.store import HeadOfficeDials, Store
from deploy.runner.environment import PROJECT
from deploy.runner.vault import HEAD_OFFICE_TOKEN
from services.chassis.ids import new_id

IN_FLIGHT = 32
SLOW = {"kind": "delay_ms", "value": 50, "path": "/v1/orders"}
LOOK_S = 0.1
WITHIN_S = 300.0
OPEN = ("waiting", "sending", "unknown")


class Booked:
    """Head office's own file of orders."""

    def __init__(self, store: Store) -> None:
        file = store.folder / "head_office" / "records.sqlite"
        self._db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)

    def count(self) -> int:
        return int(self._db.execute("select count(*) from orders").fetchone()[0])

    def documents(self, count: int) -> list[dict[str, Any]]:
        """The last ones."""
        found = self._db.execute("select document from orders order by id desc limit ?", (count,))
        return [json.loads(document) for (document,) in found]


def ours(store: Store, people: People) -> float:
    """Orders in a second, from the first that head office has to the last outcome that is written down here."""
    booked, office = Booked(store), HeadOfficeDials(store)
    before = booked.count()
    office.set(SLOW)
    _until(lambda: booked.count() > before)
    began = time.monotonic()
    _until(lambda: _all_written(people))
    return (booked.count() - before) / (time.monotonic() - began)


def _all_written(people: People) -> bool:
    """Looked up, for the backlog that people see is counted now and then."""
    query = "/api/sync/deliveries"
    return not any(people.manager.get(query, state=state, limit=1)["items"] for state in OPEN)


def dramatiq(store: Store, amqp_url: str, documents: list[dict[str, Any]]) -> float:
    """The same of Dramatiq, which keeps no record of its own."""
    booked = Booked(store)
    before = booked.count()
    HeadOfficeDials(store).set(SLOW)
    os.environ |= _told(store, amqp_url)
    _enqueue(documents)
    with _worker():
        _until(lambda: booked.count() > before)
        began = time.monotonic()
        _until(lambda: booked.count() >= before + len(documents))
        return len(documents) / (time.monotonic() - began)


def anew(document: dict[str, Any]) -> dict[str, Any]:
    """An order that head office has not had."""
    order_id = str(new_id())
    return document | {"order_id": order_id, "invoice": document["invoice"] | {"number": f"B{order_id[-12:].upper()}"}}


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the orders did not come through")
        time.sleep(LOOK_S)


def _told(store: Store, amqp_url: str) -> dict[str, str]:
    token = (store.folder / "secrets" / HEAD_OFFICE_TOKEN).read_text().strip()
    return {"AMQP_URL": amqp_url, "OMS_URL": store.state["addresses"]["head_office"], "OMS_TOKEN": token}


def _enqueue(documents: list[dict[str, Any]]) -> None:
    from tests.bench.dramatiq_drain import send_order

    for document in documents:
        send_order.send(document)


@contextmanager
def _worker() -> Iterator[None]:
    words = [sys.executable, "-m", "dramatiq", "tests.bench.dramatiq_drain", "--processes", "1"]
    worker = subprocess.Popen([*words, "--threads", str(IN_FLIGHT)], cwd=PROJECT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)
