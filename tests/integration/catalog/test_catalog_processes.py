"""The real processes, a real broker, and SIGKILL."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from catalog_head_office import StandIn, stand_in
from catalog_processes import Running, Site, ask, process
from catalog_store import Store, body, figure, product

from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.rpc import RpcError, call
from tests.support import PATIENCE_S, eventually


@pytest.fixture
def office(tmp_path) -> Iterator[StandIn]:
    with stand_in(tmp_path, variants=5000) as running:
        yield running


def ready(door: Running) -> bool:
    told = door.state("readiness")
    return told is not None and not told["value"]["missing"]


def pulled(door: Running) -> dict[str, dict]:
    """The price book as others pull it, page by page."""
    items, since = {}, 0
    while page := door.state("price-book", since):
        items |= {item["sku"]: item for item in page["value"]["items"]}
        since = page["number"]
    return items


def test_s1_s2_a_door_alone_syncs_by_itself_at_once_and_serves_states(store: Store, office: StandIn) -> None:
    with process(Site(store.settings.database_url.get_secret_value(), office.url), "door") as door:
        eventually(lambda: ready(door))
        book = pulled(door)
        assert len(book) == door.state("readiness")["value"]["datasets"]["products"]["count"] >= 5000
        assert all(item["stock_as_of"] for item in book.values())
        assert [mode["code"] for mode in door.state("payment-modes")["value"]] == ["CARD", "CASH", "LINK", "UPI"]
        assert len(door.state("staff")["value"]) == 20
        figures = ask(f"{door.metrics}/metrics")
        assert 'store_catalog_feeds_total{dataset="products",outcome="taken"} 1.0' in figures


def test_i13_a_door_that_is_killed_in_mid_feed_leaves_the_old_snapshot(store: Store, office: StandIn) -> None:
    store.sync_all()
    before = store.everything()
    site = Site(store.settings.database_url.get_secret_value(), office.url)
    # longer than it takes to see that it syncs, and to kill it
    office.wrong("delay_ms", 3_000)
    with process(site, "door") as door:
        eventually(lambda: store.status("products")["state"] == "syncing")
        door.kill()
    assert store.everything() == before
    assert store.get("/api/catalog/data-sync")["ready"] is True


@pytest.fixture
def worker(synced: Store, vhost: str) -> Iterator[Site]:
    site = Site(synced.settings.database_url.get_secret_value(), broker=vhost)
    site.declare()
    with process(site, "worker"):
        yield site


def placed(sku: str, quantity: int) -> Event:
    order_id = str(new_id())
    data = {"order_id": order_id, "lines": [{"sku": sku, "quantity": quantity}]}
    return Event(type="orders.order_placed", aggregate_id=order_id, data=data)


def test_b15_other_services_ask_over_rpc(synced: Store, worker: Site) -> None:
    def asked(method: str, **given: Any) -> Any:
        return call(worker.broker, "catalog", method, timeout=PATIENCE_S, **given)

    eventually(lambda: answers(asked))
    assert {row["dataset"]: row["count"] for row in asked("status")["datasets"]}["products"] == 3
    assert asked("lookup", code="P1-S") == synced.get("/api/catalog/lookup", code="P1-S")
    assert asked("search", q="jeans") == synced.get("/api/catalog/products", q="jeans")
    assert asked("changes", since=1, limit=1) == synced.get("/api/catalog/changes", since=1, limit=1)
    for method, given, code in (
        ("lookup", {"code": "NOTHING"}, "code_unknown"),
        ("lookup", {"code": ""}, "invalid_input"),
        ("lookup", {}, "invalid_input"),
        ("search", {"q": "x" * 201}, "invalid_input"),
        ("search", {"cursor": "x" * 501}, "invalid_input"),
        ("changes", {"since": -1}, "invalid_input"),
        ("changes", {"limit": 10**9}, "invalid_input"),
        ("status", {"who": "me"}, "invalid_input"),
    ):
        with pytest.raises(RpcError) as refused:
            asked(method, **given)
        assert refused.value.code == code


def answers(asked: Callable) -> bool:
    try:
        return bool(asked("status"))
    except Exception:  # noqa: BLE001  not yet
        return False


def test_s13_what_is_sold_is_heard_over_the_broker_and_poison_harms_nobody(synced: Store, worker: Site) -> None:
    sold = body(placed("P1-S", 3))
    worker.tell(sold, b"no json", b'{"id": 1}', sold, body(placed("P1-M", 1)))
    eventually(lambda: (synced.left("P1-S"), synced.left("P1-M")) == (7, 9))
    eventually(lambda: synced.failures() == 2)
    synced.sync("products", product(1, "S", "M"), product(2, "L", name="Blue Jeans", category="Jeans"))
    synced.sync("inventory", figure("P1-S", 5), full=False)
    assert synced.left("P1-S") == 2
