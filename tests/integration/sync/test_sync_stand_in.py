"""The real processes and the real stand-in for head office, with its dials turned."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import UUID

import pytest
from sync_fakes import document
from sync_processes import Site, process
from sync_store import Store

from deploy.runner.environment import PROJECT, base
from services.chassis.clock import SystemClock
from services.chassis.rpc import call
from services.sync.app import App
from services.sync.handlers import reconciling, recovering
from services.sync.schemas import ReconciliationIn
from tests.support import PATIENCE_S, eventually, free_port

UNKNOWN_SKU = {"code": "unknown_sku", "text": "No such SKU."}


class StandIn:
    """`python -m deploy.head_office serve`, installed for this store."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        listen = self.url.removeprefix("http://")
        words = ["serve", "--listen", listen, "--folder", str(folder), "--store-id", "S1", "--variants", "10"]
        self.popen = subprocess.Popen([sys.executable, "-m", "deploy.head_office", *words], cwd=PROJECT, env=base())
        self._folder = folder
        eventually(self._answers)
        self.token = self.install()

    def install(self) -> str:
        """An edge server installs itself for this store; those before it are replaced."""
        body = {"code": (self._folder / "install-code").read_text().strip()}
        token: str = self._ask("POST", "/v1/store/installations", body)["token"]
        return token

    def dial(self, *dials: dict[str, Any]) -> None:
        self._ask("PUT", "/dials", list(dials))

    def records(self) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", "/records")
        return found

    def stop(self) -> None:
        self.popen.terminate()
        self.popen.wait()

    def _answers(self) -> bool:
        try:
            return bool(self._ask("GET", "/health"))
        except OSError:
            return False

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        token = self._folder / "admin-token"
        headers = {"Content-Type": "application/json"}
        headers |= {"X-Admin-Token": token.read_text().strip()} if token.exists() else {}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, data, headers, method=method), timeout=PATIENCE_S) as answer:
            return json.loads(answer.read())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StandIn]:
    found = StandIn(tmp_path / "office")
    yield found
    found.stop()


@pytest.fixture
def site(service_database: Callable[[str], str], vhost: str, office: StandIn) -> Site:
    found = Site(service_database("sync"), vhost, office.url, {"STORE_HEAD_OFFICE_TOKEN": office.token})
    found.declare()
    return found


@pytest.fixture
def desk_app(site: Site) -> Iterator[App]:
    """What the door of the recovery desk does it with."""
    app = replace(Store(site.database).app, clock=SystemClock())
    yield app
    app.db.dispose()


def wish(site: Site, order: dict[str, Any], kind: str, **fields: Any) -> None:
    """What a person at the recovery desk asks of an order."""
    data = {
        "wish_id": order["order_id"][:-1] + ("a" if kind == "void" else "b"),
        "order_id": order["order_id"],
        "kind": kind,
        "revision": 2,
        "reason": "the desk",
        "asked_by": "M1",
        "approved_by": "M2",
        "asked_at": order["placed_at"],
        "invoice_number": order["invoice"]["number"],
        "business_date": order["business_date"],
        "session_id": None,
        "refund": [],
        "goods_back": True,
        "correction": None,
    }
    site.tell("orders.order_amended", "sync.facts", data | fields)


def test_s23_b10_b13_refused_orders_are_cured_or_voided_and_the_day_then_agrees(
    site: Site, office: StandIn, desk_app: App
) -> None:
    orders = [document(n) for n in range(1, 41)]
    refused = {o["order_id"] for o in orders[:6]}
    office.dial(
        {"kind": "refuse", "value": {"ids": sorted(refused)} | UNKNOWN_SKU, "path": "/v1/orders"},
        {"kind": "lose_reply", "path": "/v1/orders", "every": 9, "count": 3},
        {"kind": "retry_after", "value": 1, "path": "/v1/orders", "every": 13, "count": 2},
        {"kind": "status", "value": 500, "path": "/v1/orders", "every": 17, "count": 1},
    )
    with process(site, "door"), process(site, "worker"):
        ask = partial(call, site.amqp, "sync", timeout=PATIENCE_S)
        site.place(orders)
        eventually(lambda: Counter(site.states()) == {"synced": 34, "pending": 6})
        desk = ask("pending")
        assert {item["order_id"] for item in desk["items"]} == refused
        assert {tuple(item["may_correct"]) for item in desk["items"]} == {("lines",)}
        office.dial()
        for order in orders[:2]:
            wish(site, order, "correct", correction={"lines": [{"line_no": 1, "oms_sku": "HO-1"}]})
        for order in orders[2:4]:
            recovering.retry_one(desk_app, UUID(order["order_id"]), "M1")
        for order in orders[4:6]:
            wish(site, order, "void")
        eventually(lambda: Counter(site.states()) == {"synced": 38, "withdrawn": 2})
        eventually(lambda: len(office.records()["cancellations"]) == 2)
        day = ReconciliationIn(business_date=date(2026, 4, 15))
        asked = str(reconciling.request(desk_app, day, "M1").reconciliation_id)
        eventually(lambda: ask("reconciliation", reconciliation_id=asked)["status"] == "done")
        assert ask("reconciliation", reconciliation_id=asked)["differences"] == []
    there = {o["order_id"]: o for o in office.records()["orders"]}
    assert len(office.records()["orders"]) == len(there) == 38
    for order in orders[:4] + orders[6:]:
        booked = there[order["order_id"]]
        assert (booked["total_minor"], booked["invoice_number"]) == (
            order["totals"]["total_minor"],
            order["invoice"]["number"],
        )
    assert {c["order_id"] for c in office.records()["cancellations"]} == {o["order_id"] for o in orders[4:6]}


def test_s21_the_line_is_cut_and_comes_back(site: Site, office: StandIn) -> None:
    with process(site, "door") as door, process(site, "worker"):
        connectivity = partial(door.get, "/state/connectivity")
        eventually(connectivity)
        eventually(lambda: connectivity()["value"]["head_office"] == "up")
        office.dial({"kind": "down"})
        for hop in ("head_office", "internet"):
            eventually(lambda one=hop: connectivity()["value"][one] == "down")
        orders = [document(n) for n in range(1, 11)]
        site.place(orders)
        office.dial()
        eventually(lambda: Counter(site.states()) == {"synced": 10})
    assert len(office.records()["orders"]) == 10


def test_b21_customers_and_sessions_reach_head_office(site: Site, office: StandIn) -> None:
    customer, session = document()["order_id"], document()["order_id"]
    with process(site, "door"), process(site, "worker"):
        site.tell("orders.customer_saved", "sync.facts", {"customer_id": customer, "name": "R", "revision": 1})
        site.tell("sessions.session_changed", "sync.facts", {"session_id": session, "status": "success"})
        eventually(lambda: office.records()["customers"] and office.records()["sessions"])
    assert office.records()["customers"] == [customer]
    assert [(s["session_id"], s["puts"]) for s in office.records()["sessions"]] == [(session, 1)]


def test_a_box_that_was_replaced_stops_sending(site: Site, office: StandIn) -> None:
    with process(site, "door") as door, process(site, "worker"):
        eventually(lambda: door.get("/state/connectivity"))
        office.install()
        eventually(lambda: door.get("/state/connectivity")["value"]["superseded"])
        site.place([document()])
        eventually(lambda: site.depth("sync.orders") == 1 or site.states() == ["waiting"])
        eventually(
            lambda: call(site.amqp, "sync", "status", timeout=PATIENCE_S)["sending"]["stopped_by"] == "superseded"
        )
    assert office.records()["orders"] == []
