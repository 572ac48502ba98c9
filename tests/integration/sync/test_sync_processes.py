"""The real processes, a real broker, and SIGKILL."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sync_fakes import document
from sync_oms_server import OmsServer
from sync_processes import Site, process, start

from services.chassis.rpc import RpcUnavailable, call
from tests.support import PATIENCE_S, eventually


@pytest.fixture
def oms() -> Iterator[OmsServer]:
    server = OmsServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(service_database: Callable[[str], str], vhost: str, oms: OmsServer) -> Site:
    found = Site(service_database("sync"), vhost, oms.url)
    found.declare()
    return found


def place(site: Site, count: int, **fields: Any) -> set[str]:
    documents = [document(n, **fields) for n in range(1, count + 1)]
    site.place(documents)
    return {d["order_id"] for d in documents}


def synced(site: Site, count: int) -> Callable[[], bool]:
    return lambda: Counter(site.states()) == {"synced": count}


def test_s21_s22_orders_go_from_the_queue_to_head_office_and_their_outcome_back(site: Site, oms: OmsServer) -> None:
    with process(site, "door") as door, process(site, "worker"):
        placed = place(site, 30)
        eventually(synced(site, 30))
        eventually(lambda: not site.rows("select 1 from outbox where published_at is null"))
        told = site.outcomes()
        assert door.get("/state/connectivity")["value"]["head_office"] == "up"
    assert oms.orders.keys() == placed
    assert {o["order_id"] for o in told} == placed
    assert {(o["state"], o["session_id"], o["attempts"]) for o in told} == {("synced", None, 0)}
    assert site.depth("sessions.facts") >= 1


def test_s21_while_head_office_is_down_the_queue_is_the_backlog(site: Site, oms: OmsServer) -> None:
    oms.healthy = False
    with process(site, "door") as door, process(site, "worker"):
        eventually(lambda: door.get("/state/connectivity"))
        place(site, 20)
        eventually(lambda: site.rows("select queued from drainer where queued = 20"))
        assert site.states() == []
        oms.healthy = True
        eventually(synced(site, 20))
    assert max(oms.posts.values()) == 1


def test_s6_the_door_watches_the_line_without_a_broker(site: Site, oms: OmsServer) -> None:
    with process(site, "door", STORE_AMQP_URL="amqp://nobody:nothing@127.0.0.1:9/") as door:
        eventually(lambda: door.get("/state/connectivity"))
        oms.healthy = False
        eventually(lambda: door.get("/state/connectivity")["value"]["head_office"] == "down")
        oms.healthy = True
        eventually(lambda: door.get("/state/connectivity")["value"]["head_office"] == "up")


def test_b15_other_services_ask_by_rpc(site: Site) -> None:
    with process(site, "door"), process(site, "worker"):
        place(site, 1)
        eventually(synced(site, 1))
        ask = partial(call, site.amqp, "sync", timeout=PATIENCE_S)
        # the depth of the queue is looked at now and then
        eventually(lambda: ask("status")["backlog"]["nothing_waits"])
        assert ask("status")["sending"]["on"] is True
        [item] = ask("deliveries", state="synced")["items"]
        assert ask("delivery", order_id=item["order_id"])["oms_id"] == item["oms_id"]
        with pytest.raises(RpcUnavailable):
            ask("set_auto_sync", on=False, by="M1")
        assert ask("status")["auto_sync"]["on"] is True


def test_b9_f7_a_worker_killed_again_and_again_loses_and_doubles_nothing(site: Site, oms: OmsServer) -> None:
    """Whatever it was doing: taking in, claiming, sending, writing down, telling."""
    oms.latency = 0.05
    with process(site, "door"):
        placed = place(site, 400)
        for lives in (1.6, 2.2, 2.9):
            worker = start(site, "worker")
            began = len(oms.orders)
            eventually(lambda seen=began: len(oms.orders) > seen or len(oms.orders) == 400)
            eventually_done(lives, oms)
            worker.kill()
        with process(site, "worker"):
            eventually(synced(site, 400))
            eventually(lambda: not site.rows("select 1 from outbox where published_at is null"))
            told = site.outcomes()
    assert oms.orders.keys() == placed
    assert {len(keys) for keys in oms.keys.values()} == {1}
    assert {o["order_id"] for o in told if o["state"] == "synced"} == placed


def eventually_done(lives: float, oms: OmsServer) -> None:
    """Lets a worker send some more orders before it dies."""
    more = len(oms.orders) + int(lives * 15)
    eventually(lambda: len(oms.orders) >= min(more, 400))


def test_f11_when_the_worker_that_sends_dies_another_goes_on(site: Site, oms: OmsServer) -> None:
    oms.latency = 0.1
    with process(site, "door"), process(site, "worker") as first, process(site, "worker"):
        placed = place(site, 200)
        eventually(lambda: len(oms.orders) > 20)
        first.kill()
        eventually(synced(site, 200))
    assert oms.orders.keys() == placed


def test_f48_a_head_office_that_stores_and_then_cuts_the_line(site: Site, oms: OmsServer) -> None:
    cut: Counter[str] = Counter()

    def after(handler: Any, order_id: str) -> bool:
        cut[order_id] += 1
        return cut[order_id] == 1 and handler.cut()

    oms.after = after
    with process(site, "door"), process(site, "worker"):
        place(site, 20)
        eventually(synced(site, 20))
    assert set(oms.posts.values()) == {1}
    assert min(oms.gets.values()) >= 1
