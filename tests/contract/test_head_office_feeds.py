"""Feeds over the port: whole, as deltas, or not at all."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from head_office_process import OTHER_SKU, SKU

from services.head_office.http import HttpHeadOffice
from services.head_office.port import FeedFailed, FeedRecord, StartAgain

FEED = "/v1/feeds"


@pytest.fixture
def client(head_office) -> HttpHeadOffice:
    return head_office.client()


def read(client, name, since=None):
    """All records of a feed, and where the next one goes on."""
    with client.feed(name, since) as feed:
        assert abs(feed.as_of - datetime.now(UTC)) < timedelta(minutes=1)
        assert feed.full == (since is None)
        records = list(feed.records())
        assert len(records) == feed.count
        return records, feed.cursor


@pytest.mark.parametrize("name", ["products", "inventory", "payment-modes", "staff"])
def test_s1_a_feed_comes_whole_and_a_delta_after_it_is_empty(client, name):
    records, cursor = read(client, name)
    assert records
    assert read(client, name, cursor) == ([], cursor)


def test_s1_products_have_variants_in_sizes_with_prices_and_dated_rates(client):
    with client.feed("products", None) as feed:
        assert feed.currency == "INR"
        products = [record.fields for record in feed.records()]
    variants = [v for p in products for v in p["variants"]]
    assert len(variants) >= 200
    assert len({v["sku"] for v in variants}) == len({v["barcode"] for v in variants}) == len(variants)
    assert {v["size"] for v in variants} >= {"S", "M", "L", "XL", "Free"}
    assert all(v["prices"] and bool(v["tax_rates"]) != v["exempt"] for v in variants)
    reformed = {rate["valid_from"] for v in variants for rate in v["tax_rates"]}
    assert datetime.fromisoformat(max(reformed)) == datetime(2025, 9, 21, 18, 30, tzinfo=UTC)


def test_s1_a_delta_holds_what_changed_and_tombstones(client, head_office):
    _, cursor = read(client, "inventory")
    change = [{"sku": SKU, "quantity": 3}, {"sku": OTHER_SKU, "deleted": True}]
    assert head_office.admin.put("/shop/inventory", json=change).status_code == 204
    records, following = read(client, "inventory", cursor)
    assert records == [FeedRecord({}, gone=OTHER_SKU), FeedRecord({"sku": SKU, "quantity": 3})]
    assert read(client, "inventory", following)[0] == []


@pytest.mark.parametrize("since", ["nothing", "all"])
def test_s1_head_office_may_lose_three_records_in_ten(client, head_office, since):
    records, cursor = read(client, "inventory")
    head_office.wrong("mass_delete", path=FEED, count=1)
    told, _ = read(client, "inventory", cursor if since == "all" else None)
    gone = {r.gone for r in told if r.gone} or {r.fields["sku"] for r in records} - {r.fields["sku"] for r in told}
    assert len(gone) * 4 > len(records)
    assert len(read(client, "inventory")[0]) == len(records)


@pytest.mark.parametrize("cursor", ["unknown", "inventory:1", "products:999999"])
def test_s1_a_cursor_that_it_does_not_know_means_to_start_again(client, cursor):
    with pytest.raises(StartAgain), client.feed("products", cursor):
        pass


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("half_feed", None, "no_end"),
        ("wrong_count", None, "wrong_count"),
        ("wrong_checksum", None, "wrong_checksum"),
        ("portal", None, "captive_portal"),
        ("redirect", "http://127.0.0.1:9/", "captive_portal"),
        ("unauthorised", None, "http_401"),
        ("status", 500, "http_500"),
        ("retry_after", 5, "http_429"),
        ("down", None, "broke_off"),
    ],
)
def test_s1_a_feed_that_is_not_whole_fails_by_its_name(client, head_office, kind, value, code):
    head_office.wrong(kind, value, path=FEED)
    with pytest.raises(FeedFailed) as failed:
        read(client, "products")
    assert failed.value.code == code
    head_office.right()
    assert read(client, "products")[0], "the next one comes whole"


def test_s1_feeds_are_compressed_for_those_who_take_that(head_office):
    sizes = {}
    for encoding in ("gzip", "identity"):
        headers = {"Authorization": f"Bearer {head_office.token}", "Accept-Encoding": encoding}
        with httpx2.stream("GET", f"{head_office.url}{FEED}/products", headers=headers, trust_env=False) as answer:
            sizes[encoding] = sum(len(part) for part in answer.iter_raw())
    assert sizes["gzip"] * 5 < sizes["identity"]
