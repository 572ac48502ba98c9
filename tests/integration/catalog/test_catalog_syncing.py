"""The four data sets come whole, or they change nothing."""

import itertools
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from catalog_store import MODES, PEOPLE, figure, product
from sqlalchemy import event, text

from services.catalog.handlers import syncing
from services.chassis.database import DatabaseUnavailable
from services.head_office.port import FeedFailed


def test_s1_the_four_data_sets_sync_each_with_progress_count_time_and_error(store):
    assert store.get("/api/catalog/data-sync")["missing"] == ["products", "inventory", "payment-modes", "staff"]
    store.sync_all()
    told = store.get("/api/catalog/data-sync")
    assert (told["ready"], told["missing"]) == (True, [])
    counts = {row["dataset"]: (row["state"], row["done"], row["total"], row["count"]) for row in told["datasets"]}
    assert counts == {
        "products": ("idle", 2, 2, 3),
        "inventory": ("idle", 3, 3, 3),
        "payment-modes": ("idle", 2, 2, 2),
        "staff": ("idle", 2, 2, 2),
    }
    assert all(row["error"] is None and row["freshness"] == "fresh" for row in told["datasets"])
    assert all(row["synced_at"].startswith("2026-04-15T06:30:00") for row in told["datasets"])


@pytest.mark.one_step
def test_s1_progress_is_shown_while_a_feed_comes(store, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH", 1)
    monkeypatch.setattr(syncing, "SHOW_EVERY_S", 0)
    feed, seen = store.feeds.offer("products", *(product(n) for n in range(3))), []
    whole = feed.records

    def watched():
        for record in whole():
            seen.append((store.status("products")["state"], store.status("products")["done"]))
            yield record

    monkeypatch.setattr(feed, "records", watched)
    syncing.sync(store.app, "products")
    assert seen == [("syncing", 0), ("syncing", 1), ("syncing", 2)]
    assert store.status("products")["total"] == 3


def test_s1_the_same_feed_twice_changes_nothing(synced):
    before, price_book = synced.everything(), synced.state("price-book")
    synced.sync_all()
    assert synced.everything() == before
    assert synced.state("price-book") == price_book
    assert synced.status("products")["version"] == 1


def test_s1_a_delta_changes_only_what_it_names_and_only_that_gets_a_new_number(synced):
    before = synced.state("price-book")["number"]
    synced.sync("products", product(1, "S", "M", price=150_00), full=False, cursor="c2")
    [small, medium] = synced.state("price-book", since=before)["value"]["items"]
    assert [small["sku"], medium["sku"]] == ["P1-S", "P1-M"]
    assert small["prices"] == [{"valid_from": "2026-01-01T00:00:00+00:00", "price_minor": 150_00}]
    assert (synced.status("products")["count"], synced.status("products")["version"]) == (3, 2)


def test_s1_a_delta_goes_on_from_where_the_last_feed_ended(synced):
    syncing.sync(synced.app, "products")
    assert synced.feeds.asked[-1] == ("products", "c1")


def test_s1_a_cursor_that_head_office_forgot_starts_again_in_full(synced):
    synced.feeds.known_cursors = set()
    told = synced.sync("products", product(1, "S", "M"), product(2, "L", name="Blue Jeans", category="Jeans"))
    assert synced.feeds.asked[-2:] == [("products", "c1"), ("products", None)]
    assert (told["error"], told["version"]) == (None, 1)


def test_s1_a_variant_that_goes_leaves_a_tombstone_with_a_number(store):
    skus = [f"X{n}" for n in range(10)]
    store.sync("products", *(product(n, *skus[:2]) for n in range(1, 10)))
    before = store.state("price-book")["number"]
    store.sync("products", gone=("P3",), full=False)
    gone = store.state("price-book", since=before)["value"]["items"]
    assert {item["sku"]: item["deleted"] for item in gone} == {"P3-X0": True, "P3-X1": True}
    assert store.refused("/api/catalog/products/P3") == (404, "product_unknown")
    assert store.refused("/api/catalog/lookup", code="P3-X0") == (404, "code_unknown")
    again = store.state("price-book")["number"]
    store.sync("products", product(3, "X0"), full=False)
    back = store.state("price-book", since=again)["value"]["items"]
    assert [(item["sku"], item["deleted"]) for item in back] == [("P3-X0", False)]


def test_s1_a_sku_may_move_to_another_product(synced):
    moved = product(2, "L") | {"variants": [product(2, "L")["variants"][0], product(1, "S", "M")["variants"][1]]}
    synced.sync("products", product(1, "S"), moved, full=False)
    assert synced.get("/api/catalog/lookup", code="P1-M")["product_id"] == "P2"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"breaks_after": 0}, "broke_off"),
        ({"breaks_after": 1}, "broke_off"),
        ({"as_of": timedelta(minutes=6)}, "as_of_in_future"),
        ({"as_of": -timedelta(seconds=1)}, "went_back"),
        ({"gone": ("P1",)}, "stands_twice"),
    ],
)
def test_s1_a_feed_that_is_not_whole_or_goes_back_changes_nothing(synced, more, code):
    before = synced.everything()
    if isinstance(more.get("as_of"), timedelta):
        more = {"as_of": synced.clock.now() + more["as_of"]}
    told = synced.sync("products", product(1, "S", "M", price=1), product(2, "L", price=1), **more)
    assert (told["state"], told["error"]["code"]) == ("failed", code)
    assert told["error"]["reason"]
    assert synced.everything() == before


BAD = {
    "a price of nothing": product(1, "S", "M", price=0),
    "a bad barcode": product(1, "S", "M", barcode=1),
    "no variants": product(1) | {"variants": []},
    "a barcode of two": product(1, "S", "M", barcode="8901234567890"),
    "a barcode of another": product(1, "S", "M") | {"variants": [product(2, "L")["variants"][0] | {"sku": "P1-S"}]},
    "a SKU of two products": product(3, "L") | {"variants": [product(1, "S")["variants"][0]]},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_s1_one_bad_record_keeps_the_whole_feed_out(synced, bad):
    before = synced.everything()
    products = (product(1, "S", "M", price=150_00), product(2, "L", price=150_00), product(4, "S"))
    told = synced.sync("products", *(p for p in products if p["product_id"] != bad["product_id"]), bad)
    assert told["state"] == "failed"
    assert synced.everything() == before


def test_s1_bad_records_are_named_with_code_and_place(synced):
    told = synced.sync("products", product(1), product(2, price=0), product(3, sku="a b"))
    assert told["error"]["code"] == "bad_records"
    assert told["error"]["reason"].startswith("record 2: price_minor_out_of_range (price_minor is not between 1 and")
    assert "record 3: sku_invalid" in told["error"]["reason"]


@pytest.mark.parametrize(
    ("dataset", "items", "code"),
    [
        ("products", [], "nothing_left"),
        ("inventory", [], "nothing_left"),
        ("payment-modes", [], "nothing_left"),
        ("staff", [PEOPLE[1]], "no_manager"),
        ("staff", [PEOPLE[0] | {"active": False}], "no_manager"),
        ("payment-modes", [MODES[0], MODES[0]], "stands_twice"),
        ("inventory", [figure("A", 1), figure("A", 2)], "stands_twice"),
    ],
)
def test_s2_a_store_is_not_ready_by_a_feed_with_which_it_could_not_work(store, dataset, items, code):
    told = store.sync(dataset, *items)
    assert (told["state"], told["error"]["code"], told["freshness"]) == ("failed", code, "never")
    assert dataset in store.get("/api/catalog/data-sync")["missing"]


def test_s1_more_than_a_fifth_goes_only_when_a_person_agrees(store):
    store.sync("products", *(product(n) for n in range(1, 11)))
    before = store.everything()
    fewer = [product(n) for n in range(1, 8)]
    told = store.sync("products", *fewer)
    assert (told["error"]["code"], told["error"]["would_delete"]) == ("deletes_too_much", 3)
    assert told["error"]["reason"] == "It would delete 3 of 10 (30 %) of products."
    assert store.everything() == before

    path = "/api/catalog/data-sync/products/agreement"
    assert store.post(path, deletes=3).json["code"] == "forbidden"
    assert store.post(path, "manager", deletes=4).json["code"] == "nothing_to_agree_to"
    assert store.post(path, "manager", deletes=0).json["code"] == "invalid_input"
    assert store.post(path, "manager", deletes=3).status_code == 202

    more = store.sync("products", *fewer[:-1])
    assert more["error"]["would_delete"] == 4
    assert store.everything() == before
    store.post(path, "manager", deletes=4)
    assert store.sync("products", *fewer[:-1])["count"] == 6
    assert store.post(path, "manager", deletes=4).json["code"] == "nothing_to_agree_to"


def test_s1_an_agreement_is_good_for_one_feed(store):
    store.sync("products", *(product(n) for n in range(1, 11)))
    store.sync("products", *(product(n) for n in range(1, 8)))
    store.post("/api/catalog/data-sync/products/agreement", "manager", deletes=3)
    assert store.sync("products", *(product(n) for n in range(1, 8)))["error"] is None
    assert store.sync("products", *(product(n) for n in range(1, 6)))["error"]["would_delete"] == 2


def test_s1_a_fifth_may_go(store):
    store.sync("products", *(product(n) for n in range(1, 11)))
    assert store.sync("products", *(product(n) for n in range(1, 9)))["count"] == 8


def test_s1_each_data_set_syncs_at_once_after_a_start_then_at_its_interval(synced):
    def due(dataset):
        asked = len(synced.feeds.asked)
        syncing.sync_if_due(synced.app, dataset)
        return len(synced.feeds.asked) > asked

    assert not due("staff")
    synced.clock.advance(59)
    assert not due("staff")
    synced.clock.advance(1)
    assert due("staff")
    synced.clock.advance(1)
    synced.app = replace(synced.app, started_at=synced.clock.now())
    assert due("staff")
    assert not due("staff")


@pytest.mark.one_step
def test_s1_what_failed_is_tried_again_soon_and_then_less_soon(synced):
    synced.feeds.next["staff"] = FeedFailed("unreachable", "Head office cannot be reached.")
    waits = []
    syncing.sync(synced.app, "staff")
    for _ in range(8):
        asked, start = len(synced.feeds.asked), synced.clock.monotonic()
        while len(synced.feeds.asked) == asked:
            synced.clock.advance(1)
            syncing.sync_if_due(synced.app, "staff")
        waits.append(synced.clock.monotonic() - start)
    assert waits == [5, 10, 20, 40, 60, 60, 60, 60]
    assert synced.status("staff")["error"]["code"] == "unreachable"
    assert synced.sync("staff", *PEOPLE)["error"] is None


def test_s1_a_person_may_have_it_synced_at_once(synced):
    answer = synced.post("/api/catalog/data-sync", datasets=["staff"])
    assert answer.status_code == 202
    assert {row["dataset"]: row["wanted"] for row in answer.json["datasets"]}["staff"] is True
    syncing.sync_if_due(synced.app, "products")
    syncing.sync_if_due(synced.app, "staff")
    assert synced.feeds.asked[-1] == ("staff", "c1")
    assert synced.status("staff")["wanted"] is False
    assert synced.post("/api/catalog/data-sync").status_code == 202
    assert all(row["wanted"] for row in synced.get("/api/catalog/data-sync")["datasets"])


def test_s1_a_swap_is_told_once_it_changed_something(synced):
    told = [data["dataset"] for data in synced.told()]
    assert told == ["products", "inventory", "payment-modes", "staff"]
    synced.sync("products", product(1, "S", "M"), full=False)
    assert len(synced.told()) == 4
    synced.sync("products", product(1, "S", "M", price=1), full=False)
    assert synced.told()[-1] == {
        "dataset": "products",
        "snapshot_version": 2,
        "count": 3,
        "as_of": "2026-04-15T06:30:00+00:00",
        "synced_at": "2026-04-15T06:30:00+00:00",
    }


@contextmanager
def dying(db, *, before):
    """Whatever is done dies before the n-th statement; the list is empty where there were fewer."""
    died, statements = [], itertools.count(1)

    def die(*_):
        if next(statements) == before:
            died.append(before)
            raise Killed

    event.listen(db.engine, "before_cursor_execute", die)
    try:
        yield died
    except Killed:
        pass
    finally:
        event.remove(db.engine, "before_cursor_execute", die)


class Killed(BaseException):
    """As sudden as a signal: nothing catches it."""


@pytest.mark.one_step
def test_i13_a_sync_that_dies_in_any_statement_changes_nothing(synced):
    """The connection is cut before the n-th statement of the swap, for every n; the next sync takes the feed."""
    before = synced.everything()
    for n in itertools.count(1):
        synced.feeds.offer("products", product(1, "S", "M", price=150_00), product(2, "L", price=150_00))
        with dying(synced.db, before=n) as died:
            syncing.sync(synced.app, "products")
        if not died:
            break
        assert synced.everything() == before
    assert n > 15
    assert synced.status("products")["version"] == 2


@pytest.mark.one_step
def test_s1_a_feed_that_another_overtook_changes_nothing(synced):
    feed = synced.feeds.offer("products", product(1, "S", "M", price=1), product(2, "L", price=1))
    late = feed.records

    def overtaken():
        yield from late()
        synced.feeds.offer("products", product(1, "S", "M", price=2), product(2, "L", price=2))
        syncing.sync(synced.app, "products")

    feed.records = overtaken
    syncing.sync(synced.app, "products")
    assert synced.status("products")["error"]["code"] == "overtaken"
    assert synced.get("/api/catalog/lookup", code="P1-S")["price_minor"] == 2


@pytest.mark.one_step
def test_s1_a_lost_database_is_told_and_nothing_is_half(synced):
    before = synced.everything()

    def kills():
        yield from ()
        with synced.db.transaction() as tx:
            tx.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                    " and datname = current_database() and application_name = 'catalog.tests'"
                )
            )

    feed = synced.feeds.offer("products", product(1, price=5))
    feed.records = kills
    with pytest.raises(DatabaseUnavailable):
        syncing.sync(synced.app, "products")
    assert synced.everything() == before
    assert synced.sync("products", product(1, "S", "M"), product(2, "L"), full=False)["error"] is None


@pytest.mark.parametrize("gone", ["", "a b", "\x00", "x" * 65])
def test_s1_a_deletion_of_nothing_that_could_be_is_a_bad_record(synced, gone):
    told = synced.sync("products", gone=(gone,), full=False)
    assert (told["error"]["code"], told["count"]) == ("bad_records", 3)
    assert "key_invalid" in told["error"]["reason"]


@pytest.mark.parametrize("cursor", ["x" * 1001, "\x00", "a\nb"])
def test_s1_a_cursor_that_cannot_be_kept_is_refused(synced, cursor):
    before = synced.everything()
    told = synced.sync("products", product(1, price=7), full=False, cursor=cursor)
    assert told["error"]["code"] == "bad_cursor"
    assert synced.everything() == before


def test_s1_what_nobody_expected_is_told_as_well(synced):
    synced.feeds.next["products"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        syncing.sync(synced.app, "products")
    assert synced.status("products")["error"]["code"] == "error"


@pytest.mark.one_step
def test_s1_a_sync_that_died_is_tried_again_soon(synced):
    with synced.db.transaction() as tx:
        tx.execute(text("update datasets set state = 'syncing' where dataset = 'staff'"))
    synced.clock.advance(5)
    syncing.sync_if_due(synced.app, "staff")
    assert synced.status("staff")["state"] == "idle"


def test_s1_pages_are_told_of_a_swap(synced):
    notes = synced.db.listen("changes", timeout=5)
    assert next(notes) is None
    synced.sync("staff", *PEOPLE)
    assert next(note for note in notes if note) == {"what": "catalog"}
    notes.close()
