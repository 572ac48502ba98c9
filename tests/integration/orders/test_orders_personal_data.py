"""What customers tell the store: sealed at rest, masked, noted, erased, kept for a time, under keys that change."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from orders_store import CUSTOMER_KEYS, Counter, build_app
from prometheus_client import generate_latest
from sqlalchemy import text

from deploy.runner.postgres import Postgres, programs
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.sealing import new_key
from services.chassis.tokens import Principal
from services.orders import metrics
from services.orders.errors import OrderDiffers, PaymentRefused
from services.orders.handlers import (
    amending,
    customers,
    erasing,
    invoicing,
    keeping,
    rotating,
    selling,
    showing,
    verifying,
)
from services.orders.handlers import counter as at_counter
from services.orders.handlers.private import ANOTHER_SERVICE
from services.orders.schemas import CorrectionWish, CustomerIn, EraseIn, Hold, OrderQuery, ReadQuery
from tests.support import eventually

NAME, PHONE = "Canarius Zyxwvut", "98450 77331"
EMAIL = "canarius@example.com"
# in no other file: tests share a server, and its log keeps for a while what they wrote in clear
CANARIES = ("anarius", "yxwvut", "98450 77331", "9845077331")
DATED = {"customers": "changed_at", "held_carts": "held_at", "customer_reads": "at", "online_quotes": "quoted_at"}
WHY = EraseIn(reason="asked at the counter")


def told(**more):
    return {"name": NAME, "phone": PHONE, "email": EMAIL} | more


def held_cart(counter: Counter, **asked: Any) -> dict[str, Any]:
    """A cart that was put aside."""
    cart = counter.sale(**asked).model_dump(mode="json", exclude={"total_minor", "payments", "agreed", "kept"})
    at_counter.hold(counter.app, Hold.model_validate({"cart": cart, "label": NAME}), counter.till)
    return cart


@pytest.fixture
def known(counter: Counter):
    """A customer of whom everything is stored that can be, and their order."""
    customer_id = new_id()
    customers.save(counter.app, customer_id, CustomerIn(**told(gstin=None)))
    order = counter.sell(customer=told(customer_id=str(customer_id)), note=f"for {NAME}")
    held_cart(counter, customer=told(customer_id=str(customer_id)))
    wish = CorrectionWish(wish_id=new_id(), reason="moved", contact={"phone": PHONE}, note=NAME)
    amending.correct(counter.app, order.order_id, wish, counter.manager)
    return customer_id, order


def settle(counter: Counter, service_database):
    """Head office has every order."""
    with counter.app.db.transaction() as tx:
        tx.execute(text("update orders set state = 'synced', oms_id = 'O'"))


def test_b18_t5_a_stolen_disk_or_dump_holds_no_name_and_no_number(counter: Counter, known, postgres: Postgres):
    url = counter.app.db.url
    with counter.app.db.transaction() as tx:
        tables = tx.scalars(text("select tablename from pg_tables where schemaname = 'orders'"))
        rows = [str(list(tx.execute(text(f"select * from {table}")))) for table in tables]
    assert any("K1/26-1" in row for row in rows)
    assert not [word for word in CANARIES for row in rows if word in row]

    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("checkpoint")
        folder = Path(connection.execute("show data_directory").fetchone()[0])
    assert url.database
    words = [option for word in CANARIES for option in ("-e", word)]
    # its status would tell of files too that go while it looks
    found = subprocess.run(["grep", "-raFls", *words, str(folder)], stdout=subprocess.PIPE, text=True, check=False)
    assert found.stdout == ""
    assert subprocess.run(["grep", "-raFlq", "K1/26-1", str(folder)], check=False).returncode == 0


def test_t37_a_backup_holds_no_customer_in_clear(counter: Counter, known):
    """The dump itself is not encrypted: whoever has it reads the shop's figures, and no name and no number."""
    url = counter.app.settings.database_url.get_secret_value()
    words = [str(programs(None) / "pg_dump"), "--format=plain", "--schema=orders", f"--dbname={url}"]
    dump = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "K1/26-1" in dump
    assert [word for word in CANARIES if word in dump] == []


def test_t37_no_figure_is_labelled_with_a_customer(counter: Counter, known):
    """Nor with a person who works here: whoever reads figures reads no names."""
    customer_id, order = known
    for path in (f"customers/{customer_id}", f"customers?search={NAME}", f"customers/by-code/{NAME}", NAME):
        assert counter.http().get(f"/api/orders/{path}").status_code in {401, 404}
    customers.find(counter.app, NAME, counter.till)
    customers.one(counter.app, customer_id, counter.manager)
    with pytest.raises(PaymentRefused):
        counter.sell(customer=told(), note=NAME, payments=[{"payment_mode": "CASH", "amount_minor": 1}])
    customers.show_reads(counter.app)
    figures = generate_latest().decode()
    assert 'store_orders_customer_reads_total{role="associate",why="search"}' in figures
    private = (*CANARIES, str(customer_id), str(order.order_id), counter.till.name, '"A1"', '"M1"')
    assert [word for word in private if word in figures] == []


def test_b18_s15_customers_and_their_orders_are_found_though_they_are_sealed(counter: Counter, known):
    customer_id, order = known
    for search in ("cana", "CANARIUS zyx", "9845", "98450 77331"):
        [found] = customers.find(counter.app, search, counter.manager).items
        assert (found.customer_id, found.phone) == (customer_id, PHONE)
        [row] = showing.page(counter.app, OrderQuery(search=search)).items
        assert row.order_id == order.order_id
    assert customers.find(counter.app, "nari", counter.manager).items == []
    assert showing.page(counter.app, OrderQuery(search="nari")).items == []


def test_b18_t8_an_associate_sees_who_it_is_and_no_more(counter: Counter, known):
    _, order = known
    [found] = customers.find(counter.app, "cana", counter.till).items
    assert (found.name, found.phone, found.email) == (NAME, "••••7331", None)
    seen = showing.detail(counter.app, order.order_id, counter.till).document["customer"]
    assert (seen["name"], seen["phone"], seen["email"]) == (NAME, "••••7331", None)
    printed = invoicing.data(counter.app, order.order_id, counter.till)["order"]["customer"]
    assert (printed["name"], printed["phone"]) == (NAME, "••••7331")
    assert showing.detail(counter.app, order.order_id, ANOTHER_SERVICE).document["customer"]["phone"] == "••••7331"
    [held] = at_counter.held(counter.app, counter.till).items
    assert held.cart["customer"]["phone"] == "••••7331"
    other = counter.pair("Till 9")
    stored = selling.abandon(counter.app, order.order_id, other).order
    assert stored.document["customer"]["phone"] == "••••7331"
    assert showing.detail(counter.app, order.order_id, counter.manager).document["customer"]["phone"] == PHONE


@pytest.mark.one_step
def test_b18_t8_a_held_cart_shows_where_it_goes_to_who_takes_it_and_each_look_is_noted(counter: Counter):
    home = {"address": f"12 {NAME} Road", "phone": PHONE}
    cart = held_cart(counter, fulfilment="delivery", delivery=home, note=NAME)
    [held] = at_counter.held(counter.app, counter.till).items
    assert (held.cart["delivery"], held.cart["note"]) == (None, "")
    taken = at_counter.recall(counter.app, held.order_id, counter.till).cart
    assert (taken["delivery"]["address"], taken["note"]) == (cart["delivery"]["address"], NAME)
    assert looks(counter) == [("recall", "A1"), ("held carts", "A1")]


@pytest.mark.one_step
def test_b18_t8_t44_each_look_is_noted_with_who_and_why(counter: Counter, known):
    customer_id, order = known
    customers.find(counter.app, "cana", counter.till)
    customers.one(counter.app, customer_id, counter.till)
    showing.detail(counter.app, order.order_id, counter.manager)
    invoicing.html(counter.app, order.order_id, counter.till)
    noted = customers.reads(counter.app, ReadQuery(customer_id=customer_id)).items
    assert [(look.why, look.staff_code) for look in noted] == [
        ("invoice", "A1"),
        ("order", "M1"),
        ("customer", "A1"),
        ("search", "A1"),
    ]
    assert all(customer_id in look.customers for look in noted)
    assert customers.reads(counter.app, ReadQuery(staff_code="M1")).items == [noted[1]]
    assert counter.http().get("/api/orders/reports/customer-reads").status_code == 401
    for change in ("update customer_reads set staff_code = 'A2'", "truncate customer_reads"):
        with pytest.raises(Exception, match="permission denied"), counter.app.db.transaction() as tx:
            tx.execute(text(change))


def colleague(counter: Counter) -> Principal:
    """Another associate, at the same till."""
    return replace(counter.till, staff_code="A2", name="Arun")


def looks(counter: Counter) -> list[tuple[str, str]]:
    return [(look.why, look.staff_code) for look in customers.reads(counter.app, ReadQuery()).items]


@pytest.mark.one_step
def test_b16_b18_t8_giving_up_a_stored_sale_shows_its_customer_at_its_till_only_and_is_noted(counter: Counter, known):
    _, order = known
    for own in (counter.till, colleague(counter)):
        stored = selling.abandon(counter.app, order.order_id, own).order
        assert stored.document == order.document
    for other in (counter.pair("Till 9"), ANOTHER_SERVICE):
        stored = selling.abandon(counter.app, order.order_id, other).order
        assert (stored.document["customer"]["phone"], stored.document["customer"]["email"]) == ("••••7331", None)
    whom = [ANOTHER_SERVICE.staff_code, "A1", "A2", "A1"]
    assert looks(counter) == [("abandon", staff_code) for staff_code in whom]


@pytest.mark.one_step
def test_b18_t8_another_sale_under_a_stored_id_shows_no_customer_and_is_noted(counter: Counter):
    sale = counter.sale(customer=told())
    selling.place(counter.app, sale, counter.till)
    other = sale.model_copy(update={"note": "x", "customer": None})
    with pytest.raises(OrderDiffers) as refused:
        selling.place(counter.app, other, counter.till)
    assert refused.value.details["order"]["document"]["customer"]["phone"] == "••••7331"
    assert looks(counter) == [("pay again", "A1")]


@pytest.mark.one_step
def test_b7_b18_who_asks_again_with_the_same_sale_at_its_till_is_answered_alike(counter: Counter):
    sale = counter.sale(customer=told())
    order, _ = selling.place(counter.app, sale, counter.till)
    assert selling.place(counter.app, sale, counter.till) == (order, False)
    assert selling.place(counter.app, sale, colleague(counter)) == (order, False)
    assert looks(counter) == []
    elsewhere, _ = selling.place(counter.app, sale, counter.pair("Till 9"))
    assert elsewhere.document["customer"]["phone"] == "••••7331"
    assert looks(counter) == [("pay again", "A1")]


def most_shown(counter: Counter) -> float:
    customers.show_reads(counter.app)
    return metrics.MOST_LOOKED_UP._value.get()


@pytest.mark.one_step
def test_b18_t8_the_alert_counts_customers_and_not_looks(counter: Counter):
    assert most_shown(counter) == 0
    ids = [new_id() for _ in range(12)]
    for n, customer_id in enumerate(ids):
        customers.save(counter.app, customer_id, CustomerIn(name=f"Canarius {n:02}"))
    for _ in range(2):
        customers.find(counter.app, "cana", counter.till)
    assert most_shown(counter) == 10
    customers.find(counter.app, "nobody", counter.till)
    for customer_id in ids:
        customers.one(counter.app, customer_id, counter.manager)
    assert most_shown(counter) == 12
    strangers = [counter.sell(customer={"name": "Stranger"}) for _ in range(3)]
    for order in strangers * 2:
        showing.detail(counter.app, order.order_id, counter.manager)
    assert most_shown(counter) == 15
    with counter.app.db.transaction() as tx:
        tx.execute(
            text(
                "insert into customer_reads (at, staff_code, role, why, customers) select now() - interval '61 min', "
                "'A1', 'associate', 'customer', array[gen_random_uuid()] from generate_series(1, 99)"
            )
        )
    assert most_shown(counter) == 15


def test_b18_t44_what_a_customer_told_is_erased_on_request_and_the_chain_holds(
    counter: Counter, known, service_database
):
    customer_id, order = known
    without_id = counter.sell(customer={"name": NAME, "phone": "+91 9845077331"})
    waiting = erasing.erase(counter.app, customer_id, WHY, counter.manager)
    assert (waiting.erased, waiting.waiting) == (0, 2)
    assert showing.detail(counter.app, order.order_id, counter.manager).document["customer"]["name"] == NAME
    settle(counter, service_database)
    erasing.go_on(counter.app)
    for order_id in (order.order_id, without_id.order_id):
        document = showing.detail(counter.app, order_id, counter.manager).document
        assert [document[name] for name in ("customer", "note", "delivery")] == [None] * 3
    assert verifying.verify_series(counter.app) == (1, [])
    with pytest.raises(NotFound):
        customers.one(counter.app, customer_id, counter.manager)
    assert at_counter.held(counter.app, counter.till).items[0].label != NAME
    for search in ("cana", "9845"):
        assert showing.page(counter.app, OrderQuery(search=search)).items == []
    told_of = counter.events("orders.customer_erased")
    assert {i for event in told_of for i in event.data["order_ids"]} == {
        str(order.order_id),
        str(without_id.order_id),
    }
    assert counter.scalar("select count(*) from amendments where personal is not null") == 0
    erasing.go_on(counter.app)
    assert len(counter.events("orders.customer_erased")) == len(told_of)


def test_b3_b18_what_vanished_without_an_erasure_is_found(counter: Counter, known):
    with counter.app.db.transaction() as tx:
        tx.execute(text("update orders set personal = null, found_by = null"))
    assert verifying.verify_series(counter.app)[1]


def test_b3_b18_one_customer_put_in_the_place_of_another_is_found(counter: Counter, known):
    other = counter.sell(customer={"name": "Somebody Else"})
    with counter.app.db.transaction() as tx:
        tx.execute(
            text("update orders set personal = (select personal from orders where order_id = :other)"),
            {"other": other.order_id},
        )
    assert verifying.verify_series(counter.app)[1]


def test_b18_nobody_is_erased_who_is_not_here(counter: Counter):
    with pytest.raises(NotFound):
        erasing.erase(counter.app, new_id(), WHY, counter.manager)


def test_b18_erasing_twice_erases_once(counter: Counter, known, service_database):
    customer_id, _ = known
    settle(counter, service_database)
    assert erasing.erase(counter.app, customer_id, WHY, counter.manager).erased == 1
    with pytest.raises(NotFound):
        erasing.erase(counter.app, customer_id, WHY, counter.manager)


def test_b18_an_erasure_leaves_no_address_in_a_held_cart(counter: Counter, known):
    home = {"address": f"12 {NAME} Road", "phone": PHONE}
    cart = held_cart(counter, customer=told(), fulfilment="delivery", delivery=home, note=NAME)
    erasing.erase(counter.app, known[0], WHY, counter.manager)
    left = at_counter.recall(counter.app, UUID(cart["order_id"]), counter.till)
    assert [left.cart[name] for name in ("customer", "delivery", "note")] == [None, None, ""]
    assert left.cart["lines"] == cart["lines"]


@pytest.mark.one_step
def test_b18_b21_who_comes_back_after_an_erasure_is_told_to_head_office_behind_it(counter: Counter, known):
    customer_id, _ = known
    erasing.erase(counter.app, customer_id, WHY, counter.manager)
    customers.save(counter.app, customer_id, CustomerIn(name="Asha Rao"))
    settle(counter, None)
    erasing.go_on(counter.app)
    saved, erased = (
        [event.data["revision"] for event in counter.events(f"orders.customer_{word}")] for word in ("saved", "erased")
    )
    # the orders that head office had yet to take in are erased last, and the customer who came back is not
    assert (saved, erased) == ([1, 3], [2, 3])
    assert customers.one(counter.app, customer_id, counter.manager).name == "Asha Rao"


def test_b18_many_erasures_that_wait_hold_up_no_other(counter: Counter, known):
    customer_id, _ = known
    insert = (
        "insert into erasures (erasure_id, customer_id, asked_at, asked_by, reason, erased, waiting) select "
        "gen_random_uuid(), gen_random_uuid(), '2020-01-01', 'M1', 'x', '{}', array[gen_random_uuid()] "
        "from generate_series(1, 100)"
    )
    with counter.app.db.transaction() as tx:
        tx.execute(text(insert))
    erasing.erase(counter.app, customer_id, WHY, counter.manager)
    settle(counter, None)
    erasing.go_on(counter.app)
    assert counter.scalar("select count(*) from orders where personal is not null") == 0


def test_t44_what_is_older_than_its_setting_goes_and_nothing_else(counter: Counter, known, service_database):
    customer_id, order = known
    young = counter.sell(customer={"name": "Young"})
    settle(counter, service_database)
    customers.one(counter.app, customer_id, counter.manager)
    keeping.prune(counter.app)
    assert customers.one(counter.app, customer_id, counter.manager).name == NAME
    aged = counter.app.db.url.database

    with psycopg.connect(service_database.owner_url(service_database.url(aged, "orders"))) as connection:
        connection.execute(
            "update orders.orders set business_date = business_date - 4000, placed_at = placed_at - "
            f"interval '4000 days' where order_id = '{order.order_id}'"
        )
        connection.execute("insert into orders.online_quotes values (gen_random_uuid(), 'of a cart', '{}')")
        for table, column in DATED.items():
            connection.execute(f"update orders.{table} set {column} = {column} - interval '4000 days'")
    keeping.prune(counter.app)
    for table in DATED:
        assert counter.scalar(f"select count(*) from {table}") == 0
    assert counter.scalar("select facts ->> 'orders' from marks where kind = 'erased'") == f'["{order.order_id}"]'
    assert showing.detail(counter.app, order.order_id, counter.manager).document["customer"] is None
    assert showing.detail(counter.app, young.order_id, counter.manager).document["customer"]["name"] == "Young"


@pytest.mark.one_step
def test_b18_a_change_of_keys_waits_for_what_others_hold(counter: Counter, known):
    """Or its key would be taken away, and what it sealed could never be opened again."""
    url = str(counter.app.settings.database_url.get_secret_value())
    app = build_app(url, customer_keys=f"{new_key('2')}\n{CUSTOMER_KEYS}")
    sealed: dict[str, int] = {}
    with ThreadPoolExecutor(1) as operator, counter.app.db.transaction() as tx:
        tx.execute(text("select from customers for update"))
        changing = operator.submit(rotating.rotate, app, sealed.__setitem__)
        eventually(lambda: "orders" in sealed)
        assert not changing.done()
        tx.commit()
        changing.result(30)
    assert sealed["customers"] == 1
    app.db.dispose()


def test_b18_keys_are_changed_while_the_shop_sells(counter: Counter, known, service_database):
    customer_id, order = known
    newer = f"{new_key('2')}\n{CUSTOMER_KEYS}"
    app = build_app(str(counter.app.settings.database_url.get_secret_value()), customer_keys=newer)
    sealed: dict[str, int] = {}
    on_their_way = rotating.rotate(app, sealed.__setitem__)
    assert sealed == {"orders": 1, "customers": 1, "held carts": 1, "corrections": 1}
    # head office has yet to be told of the customer, the order and its correction
    assert on_their_way["1"] >= 3
    key = newer.split(maxsplit=1)[0]
    alone = build_app(str(counter.app.settings.database_url.get_secret_value()), customer_keys=key)
    assert showing.detail(alone, order.order_id, counter.manager).document == order.document
    [found] = customers.find(alone, "9845", counter.manager).items
    assert (found.customer_id, found.name) == (customer_id, NAME)
    assert verifying.verify_series(alone) == (1, [])
    assert rotating.rotate(app, sealed.__setitem__) == on_their_way
    assert set(sealed.values()) == {0}
    for other in (app, alone):
        other.db.dispose()
