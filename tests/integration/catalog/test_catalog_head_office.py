"""Feeds over the line, from a head office that may go wrong in every way that its dials know."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from catalog_head_office import StandIn, stand_in
from catalog_store import Store

from services.catalog.domain.datasets import DATASETS
from services.catalog.handlers import syncing
from services.chassis.clock import SystemClock
from services.head_office.http import HttpHeadOffice

FEED = "/v1/feeds/products"


@pytest.fixture
def office(tmp_path) -> Iterator[StandIn]:
    with stand_in(tmp_path) as running:
        yield running


@pytest.fixture
def online(store: Store, office: StandIn) -> Iterator[Store]:
    """A store whose line to head office is up, by the clock on the wall."""
    line = office.client()
    store.app = replace(store.app, head_office=line, clock=SystemClock())
    yield store
    line._client.close()


def sync_all(store: Store) -> None:
    for dataset in DATASETS:
        syncing.sync(store.app, dataset)


def test_s1_s2_everything_syncs_over_the_line_and_deltas_follow(online, office):
    sync_all(online)
    told = online.get("/api/catalog/data-sync")
    assert (told["ready"], [row["count"] for row in told["datasets"]]) == (True, [200, 200, 4, 20])
    assert online.state("readiness")["value"]["currency"] == "INR"

    number = online.state("price-book", limit=10_000)["number"]
    office.records.put_record("inventory", {"sku": "SHI00001-S", "quantity": 3})
    sync_all(online)
    [changed] = online.state("price-book", since=number)["value"]["items"]
    assert (changed["sku"], changed["stock"]) == ("SHI00001-S", 3)
    found = online.get("/api/catalog/lookup", code=changed["barcode"])
    assert (found["sku"], found["left"]) == ("SHI00001-S", 3)
    assert found["product_id"] in {p["product_id"] for p in online.get("/api/catalog/products", q="shirt")["items"]}


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("half_feed", None, "no_end"),
        ("wrong_count", None, "wrong_count"),
        ("wrong_checksum", None, "wrong_checksum"),
        ("portal", None, "captive_portal"),
        ("status", 500, "http_500"),
        ("retry_after", 5, "http_429"),
        ("unauthorised", None, "http_401"),
        ("redirect", "http://127.0.0.1:9/", "captive_portal"),
        ("down", None, "broke_off"),
    ],
)
def test_s1_whatever_goes_wrong_on_the_line_changes_nothing_and_is_told(online, office, kind, value, code):
    sync_all(online)
    before = online.everything()
    office.records.put_record("products", office_product(office) | {"name": "Another name"})
    office.wrong(kind, value, path=FEED)
    syncing.sync(online.app, "products")
    told = online.status("products")
    assert (told["state"], told["error"]["code"]) == ("failed", code)
    assert told["error"]["reason"]
    assert online.everything() == before
    office.right()
    syncing.sync(online.app, "products")
    assert online.status("products")["error"] is None
    assert online.get("/api/catalog/products", q="another")["items"]


def test_s1_a_first_sync_that_breaks_off_leaves_the_store_unready(online, office):
    office.wrong("half_feed", path=FEED)
    sync_all(online)
    told = online.get("/api/catalog/data-sync")
    assert (told["ready"], told["missing"]) == (False, ["products"])
    assert online.get("/api/catalog/products")["items"] == []


def test_s1_a_cursor_of_another_head_office_starts_again_in_full(online, office):
    sync_all(online)
    with online.db.transaction() as tx:
        tx.exec_driver_sql("update datasets set cursor = 'products:999' where dataset = 'products'")
    syncing.sync(online.app, "products")
    assert (online.status("products")["error"], online.status("products")["total"] > 20) == (None, True)


def test_s1_a_head_office_that_is_not_there_is_told(online):
    online.app = replace(online.app, head_office=HttpHeadOffice("http://127.0.0.1:9", "x"))
    sync_all(online)
    assert {row["error"]["code"] for row in online.get("/api/catalog/data-sync")["datasets"]} == {"broke_off"}


def office_product(office: StandIn) -> dict:

    row = office.records.one("select record from feed where name = 'products' order by key")
    return json.loads(row["record"])
