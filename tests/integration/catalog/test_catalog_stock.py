"""What is left: the synced figure less what was sold here since, in whatever order that is heard."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from catalog_store import figure, product

from services.chassis.events import Event
from services.chassis.ids import new_id

SKU, OTHER = "P1-S", "P1-M"


def placed(order_id, *lines, **more):
    data = {"order_id": str(order_id), "lines": [{"sku": sku, "quantity": n, "name": "x"} for sku, n in lines]}
    return Event(type="orders.order_placed", aggregate_id=str(order_id), data=data | more)


def voided(order_id, *lines, goods_back=True, voided_at=None):
    data = {
        "order_id": str(order_id),
        "lines": [{"sku": sku, "quantity": n} for sku, n in lines],
        "goods_back": goods_back,
        "voided_at": (voided_at or datetime.now(UTC)).isoformat(),
    }
    return Event(type="orders.order_voided", aggregate_id=str(order_id), aggregate_version=2, data=data)


def settled(order_id, accepted_at, state="synced"):
    outcome = {"order_id": str(order_id), "state": state, "accepted_at": accepted_at and accepted_at.isoformat()}
    return Event(type="sync.orders_settled", aggregate_id="S1", data={"outcomes": [outcome]})


def test_s13_what_is_sold_is_no_longer_left(synced):
    synced.hear(placed(new_id(), (SKU, 2), (OTHER, 1), (SKU, 1)))
    assert (synced.left(SKU), synced.left(OTHER)) == (7, 9)
    [small, medium] = synced.get("/api/catalog/products/P1")["variants"]
    assert (small["left"], medium["left"]) == (7, 9)


def test_s13_each_fact_counts_once_however_often_it_comes(synced):
    order_id = new_id()
    once = placed(order_id, (SKU, 2))
    event = Event(**{**once.__dict__, "id": new_id()})
    synced.hear(event, event)
    synced.hear(event)
    synced.hear(placed(order_id, (SKU, 2)))
    assert synced.left(SKU) == 8
    gone = voided(order_id, (SKU, 2))
    synced.hear(gone)
    synced.hear(gone)
    assert synced.left(SKU) == 10


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_s13_a_void_gives_back_in_whatever_order_it_is_heard(synced, order):
    order_id = new_id()
    told = [placed(order_id, (SKU, 2)), voided(order_id, (SKU, 2)), settled(order_id, None, "withdrawn")]
    for n in order:
        synced.hear(told[n])
    assert synced.left(SKU) == 10
    assert synced.failures() == 0


def test_s13_goods_of_a_void_sale_that_are_not_back_count_until_a_later_figure(synced):
    order_id, voided_at = new_id(), synced.clock.now() + timedelta(minutes=5)
    synced.hear(placed(order_id, (SKU, 2)), voided(order_id, goods_back=False, voided_at=voided_at))
    assert synced.left(SKU) == 8
    synced.clock.advance(301)
    synced.sync("inventory", figure(SKU, 8), full=False)
    assert synced.left(SKU) == 8


@pytest.mark.parametrize("backwards", [False, True])
def test_s13_a_sale_counts_until_a_figure_comes_that_is_later_than_its_acceptance(synced, backwards):
    order_id, accepted = new_id(), synced.clock.now() + timedelta(minutes=5)
    told = [placed(order_id, (SKU, 2)), settled(order_id, accepted)]
    for event in reversed(told) if backwards else told:
        synced.hear(event)
    assert synced.left(SKU) == 8

    synced.clock.advance(300)
    synced.sync("inventory", figure(SKU, 10), full=False, as_of=accepted)
    assert synced.left(SKU) == 8

    synced.clock.advance(1)
    synced.sync("inventory", figure(SKU, 8), full=False)
    assert synced.left(SKU) == 8


def test_s13_a_figure_does_not_hide_a_sale_that_head_office_has_not_seen(synced):
    synced.hear(placed(new_id(), (SKU, 2)))
    synced.clock.advance(3600)
    synced.sync("inventory", figure(SKU, 10), figure(OTHER, 10), figure("P2-L", 10))
    assert synced.left(SKU) == 8


def test_s13_more_sold_than_synced_leaves_none(synced):
    synced.hear(placed(new_id(), (SKU, 12)))
    assert synced.left(SKU) == 0


def test_s13_a_figure_of_the_same_height_is_told_where_a_sale_waits_for_it(synced):
    """Full feed: only what changed, and what a sale waits for, gets a new number."""
    synced.hear(placed(new_id(), (SKU, 2)))
    before = synced.state("price-book")["number"]
    synced.clock.advance(60)
    synced.sync("inventory", figure(SKU, 10), figure(OTHER, 10), figure("P2-L", 9))
    changed = synced.state("price-book", since=before)["value"]["items"]
    assert {item["sku"]: item["stock"] for item in changed} == {SKU: 10, "P2-L": 9}
    assert all(item["stock_as_of"] == "2026-04-15T06:31:00Z" for item in changed)


def test_s13_a_figure_that_goes_leaves_none_and_is_told(store):
    store.sync_all(*(product(n) for n in range(1, 11)))
    before = store.state("price-book")["number"]
    assert store.sync("inventory", gone=("P3-M",), full=False)["count"] == 9
    [item] = store.state("price-book", since=before)["value"]["items"]
    assert (item["sku"], item["stock"], item["stock_as_of"], item["deleted"]) == ("P3-M", 0, None, False)


def test_s13_figures_may_come_before_their_products(store):
    store.sync("inventory", figure("P1-S", 3))
    store.sync("products", product(1, "S"))
    assert store.left("P1-S") == 3


@pytest.mark.parametrize(
    "bad",
    [
        Event(type="orders.order_placed", aggregate_id="x", data={}),
        Event(type="orders.order_placed", aggregate_id="x", data={"order_id": "x", "lines": []}),
        Event(type="orders.order_placed", version=2, aggregate_id="x", data={}),
        Event(type="orders.order_stolen", aggregate_id="x", data={}),
        placed(new_id(), (SKU, 0)),
        placed(new_id(), (SKU, -1)),
        placed(new_id(), ("\x00", 1)),
    ],
)
def test_b15_a_fact_that_cannot_be_taken_in_is_kept_and_holds_up_no_other(synced, bad):
    synced.hear(bad, placed(new_id(), (SKU, 1)))
    assert synced.left(SKU) == 9
    assert synced.failures() == 1


def test_s13_sales_that_the_inventory_has_are_forgotten_in_time(synced):
    from services.catalog.handlers import facts

    waits, done = new_id(), new_id()
    synced.hear(placed(waits, (SKU, 1)), placed(done, (SKU, 2)), settled(done, synced.clock.now()))
    synced.clock.advance(60)
    synced.sync("inventory", figure(SKU, 8), full=False)
    synced.clock.advance(timedelta(days=3650).total_seconds())
    facts.forget(synced.app)
    with synced.db.transaction() as tx:
        assert list(tx.exec_driver_sql("select order_id from sales").scalars()) == [waits]
        assert list(tx.exec_driver_sql("select order_id from sale_lines").scalars()) == [waits]
    assert synced.left(SKU) == 7
