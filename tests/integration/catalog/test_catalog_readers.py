"""Whoever reads while a feed is swapped in sees the old snapshot or the new one, never half of either."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from catalog_store import Store, figure, product
from sqlalchemy import text

from services.catalog.handlers.swapping import TURN
from tests.support import eventually

PRODUCTS, SWAPS, READERS = 60, 12, 4


def coloured(version: int) -> list[dict[str, Any]]:
    """Products whose names, prices and categories all say the version."""
    return [
        product(n, "S", "M", name=f"Version {version}", category=f"C{version}", price=version) for n in range(PRODUCTS)
    ]


def versions_seen(store: Store) -> list[set[Any]]:
    """For each way to read, every version that one answer of it shows."""
    page = store.get("/api/catalog/products", limit=100)["items"]
    shown = {item["name"].removeprefix("Version ") for item in page}
    shown |= {str(v["price_minor"]) for item in page for v in item["variants"]}
    book = store.state("price-book", limit=10_000)["value"]["items"]
    kept = {item["prices"][0]["price_minor"] for item in book if not item["deleted"]}
    return [shown, kept, {item["category"] for item in store.get("/api/catalog/categories")["items"]}]


def stocks_seen(store: Store) -> list[set[Any]]:
    page = store.get("/api/catalog/products", limit=100)["items"]
    return [{v["left"] for item in page for v in item["variants"]}]


def read_while(store: Store, swap: Callable[[int], None], look: Callable[[Store], list[set[Any]]]) -> list[set[Any]]:
    """What readers saw, answer by answer, while a swap followed the other."""
    done, looks = threading.Event(), []

    def reader() -> None:
        while not done.is_set():
            looks.append(look(store))

    with ThreadPoolExecutor(READERS) as threads:
        readers = [threads.submit(reader) for _ in range(READERS)]
        try:
            for version in range(2, 2 + SWAPS):
                swap(version)
                # a look ends between two swaps, however slow the readers are
                before = len(looks)
                eventually(lambda before=before: len(looks) > before, every=0.005)
        finally:
            done.set()
        for each in readers:
            each.result()
    return [seen for answers in looks for seen in answers]


def test_i18_readers_see_one_whole_catalogue(store: Store) -> None:
    store.sync_all(*coloured(1))
    seen = read_while(store, lambda version: store.sync("products", *coloured(version)), versions_seen)
    assert all(len(versions) == 1 for versions in seen)
    assert len({str(v) for versions in seen for v in versions}) > READERS
    assert store.status("products")["version"] == SWAPS + 1


def test_i18_readers_see_one_whole_inventory(store: Store) -> None:
    store.sync_all(*coloured(1))
    skus = [v["sku"] for p in coloured(1) for v in p["variants"]]

    def swap(quantity: int) -> None:
        store.sync("inventory", *(figure(sku, quantity) for sku in skus))

    swap(1)
    seen = read_while(store, swap, stocks_seen)
    assert all(len(quantities) == 1 for quantities in seen)


def test_i18_no_number_is_missed_by_whoever_pulls_while_swaps_go_on(store: Store) -> None:
    """Two data sets swap at once; a copy kept by pulling what changed ends up equal to what is held."""
    store.sync_all(*coloured(1))
    copy: dict[str, Any] = {}
    since, done = 0, threading.Event()
    skus = [v["sku"] for p in coloured(1) for v in p["variants"]]

    def pull() -> None:
        nonlocal since
        while page := store.state("price-book", since=since, limit=7):
            copy.update({item["sku"]: item for item in page["value"]["items"]})
            since = page["number"]

    def puller() -> None:
        while not done.is_set():
            pull()

    def stock() -> None:
        for quantity in range(20, 20 + SWAPS):
            store.sync("inventory", *(figure(sku, quantity) for sku in skus))

    with ThreadPoolExecutor(2) as threads:
        pulling, other = threads.submit(puller), threads.submit(stock)
        for version in range(2, 2 + SWAPS):
            store.sync("products", *coloured(version))
        other.result()
        done.set()
        pulling.result()
    pull()
    held = store.state("price-book", limit=10_000)["value"]["items"]
    assert copy == {item["sku"]: item for item in held}


def test_i18_swaps_take_turns(synced: Store) -> None:
    """A number is never committed after a higher one was seen: the second swap waits for the first."""
    waiting = text("select 1 from pg_locks where locktype = 'advisory' and not granted")
    with ThreadPoolExecutor(1) as threads:
        with synced.db.transaction() as first:
            synced.db.lock(first, TURN)
            second = threads.submit(lambda: synced.sync("inventory", figure("P1-S", 1), full=False))
            eventually(lambda: first.execute(waiting).first())
            assert not second.done()
        assert second.result(30)["error"] is None
