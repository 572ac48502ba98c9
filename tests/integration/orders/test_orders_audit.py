"""B3, B13, B22: the chain of invoices, and what a manager looks at."""

import psycopg
import pytest
from orders_store import Counter
from test_orders_after_sale import approve_void, settle

from services.chassis.ids import new_id
from services.orders.handlers import amending, reporting, selling, showing, verifying
from services.orders.handlers import counter as at_counter
from services.orders.schemas import ApprovalIn, Days, OrderQuery, VoidWish
from services.orders.store import reports


@pytest.fixture
def sold(counter: Counter):
    return [counter.sell() for _ in range(3)]


def owner(counter: Counter, service_database, statement: str) -> None:
    """What somebody does who owns the database."""
    url = counter.app.db.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(service_database.owner_url(url), autocommit=True) as connection:
        connection.execute(statement)


def test_b3_untouched_series_have_no_flaw(counter: Counter, sold):
    assert verifying.verify_series(counter.app) == (1, [])


@pytest.mark.one_step
def test_b3_what_is_sold_while_the_chains_are_read_is_no_flaw(counter: Counter, sold, monkeypatch: pytest.MonkeyPatch):
    heads = reports.heads

    def sold_meanwhile(tx):
        found = heads(tx)
        counter.sell()
        return found

    monkeypatch.setattr(reports, "heads", sold_meanwhile)
    assert verifying.verify_series(counter.app) == (1, [])


TAMPERING = {
    "amount": "update orders set document = jsonb_set(document, '{totals,total_minor}', '1') where sequence = 2",
    "total": "update orders set total_minor = 1 where sequence = 2",
    "day": "update orders set business_date = '2026-04-01' where sequence = 2",
    "time": "update orders set placed_at = now() where sequence = 2",
    "seller": "update orders set seller = 'M1' where sequence = 2",
    "till": "update orders set till_id = gen_random_uuid() where sequence = 2",
    "session": "update orders set mode = 'offline', session_id = gen_random_uuid() where sequence = 2",
    "paid with": "update payments p set payment_mode = 'CARD' from orders o "
    "where o.order_id = p.order_id and sequence = 2",
    "customer": "update orders set document = jsonb_set(document, '{customer}', '{}') where sequence = 2",
    "number": "update orders set invoice_number = 'K1/26-9' where sequence = 2",
    "removed": "delete from payments using orders o where o.order_id = payments.order_id and o.sequence = 2; "
    "delete from movements using orders o where o.order_id = movements.order_id and o.sequence = 2; "
    "delete from orders where sequence = 2",
    "tail cut": "delete from payments using orders o where o.order_id = payments.order_id and o.sequence = 3; "
    "delete from movements using orders o where o.order_id = movements.order_id and o.sequence = 3; "
    "delete from orders where sequence = 3",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_b3_each_tampering_is_found(counter: Counter, sold, service_database, statement):
    owner(counter, service_database, statement)
    assert verifying.verify_series(counter.app)[1]


@pytest.mark.parametrize("which", ["sequence = 3", "true"], ids=["tail", "all"])
def test_b3_a_series_that_was_closed_cannot_be_cut_either(counter: Counter, sold, service_database, which):
    counter.app.clock.advance(365 * 24 * 3600)
    assert counter.sell().document["invoice"]["number"] == "K1/27-1"
    assert verifying.verify_series(counter.app) == (2, [])
    cut = f"(select order_id from orders where series = 'K1/26' and {which})"
    for table in ("payments", "movements", "orders"):
        owner(counter, service_database, f"delete from {table} where order_id in {cut}")
    assert verifying.verify_series(counter.app)[1]


@pytest.mark.parametrize(
    "statement",
    [
        "update orders set total_minor = 1",
        "update orders set document = '{}'",
        "delete from orders",
        "update payments set amount_minor = 1",
        "delete from payments",
        "update approvals set approved_by = 'X'",
        "delete from abandoned",
        "truncate orders",
    ],
)
def test_b3_the_account_that_sells_cannot_change_what_was_printed(counter: Counter, sold, statement):
    url = counter.app.db.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_b22_the_exception_report_lists_voids_and_approvals_by_cashier(counter: Counter, sold):
    order = sold[0]
    wish = VoidWish(wish_id=new_id(), reason="x", goods_back=True, approval_id=approve_void(counter, order))
    amending.void(counter.app, order.order_id, wish, counter.till)
    settle(counter, order, "withdrawn", 1)
    [row] = reporting.exceptions(counter.app, Days()).items
    assert (row.staff_code, row.sales, row.voids_asked, row.voided_minor) == ("A1", 3, 1, 1_049_00)
    assert row.by_action == {"void_after_print": 1}


def test_b22_an_order_whose_void_was_asked_twice_is_one_sale(counter: Counter):
    order = counter.sell()
    for version, state in ((1, "too_late"), (2, "withdrawn")):
        wish = VoidWish(wish_id=new_id(), reason="x", goods_back=True, approval_id=approve_void(counter, order))
        amending.void(counter.app, order.order_id, wish, counter.till)
        reason = {"code": "does_not_match", "text": "another amount"} if state == "too_late" else None
        settle(counter, order, state, version, wish_id=str(wish.wish_id), reason=reason)
    [row] = reporting.exceptions(counter.app, Days()).items
    assert (row.sales, row.voids_asked, row.voided_minor) == (1, 2, 1_049_00)


def test_b13_oversold_articles_are_listed_with_their_orders(counter: Counter):
    sale = counter.sale({"A3": 2})
    approval = {"action": "oversell", "subject": "A3", "up_to": 2, "asked_by": "A1", "reason": "In hand"}
    body = ApprovalIn(approval_id=new_id(), order_id=sale.order_id, **approval)
    at_counter.approve(counter.app, body, counter.manager)
    selling.place(counter.app, sale, counter.till)
    [row] = reporting.oversold(counter.app, Days()).items
    assert (row.sku, row.quantity, row.orders) == ("A3", 2, [sale.order_id])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("k1/26-", [3, 2, 1]),
        ("K1/26-2", [2]),
        ("  asha", [2]),
        ("98450", [2]),
        ("%", []),
        ("_sha", []),
        ("\\", []),
        ("nobody", []),
        ("'; drop table orders; --", []),
    ],
)
def test_s18_an_order_is_found_by_how_its_number_or_customer_begins(counter: Counter, search, found):
    counter.sell()
    counter.sell(customer={"name": "Asha Rao", "phone": "98450 12345"})
    counter.sell(customer={"name": "Ravi"})
    rows = showing.page(counter.app, OrderQuery(search=search)).items
    assert [int(row.invoice_number.rpartition("-")[2]) for row in rows] == found


def test_s18_an_order_is_found_by_how_its_id_begins(counter: Counter, sold):
    """Ids of one minute begin alike."""
    for length in (36, 30, 20):
        rows = showing.page(counter.app, OrderQuery(search=str(sold[0].order_id)[:length])).items
        assert sold[0].order_id in [row.order_id for row in rows]
    assert showing.page(counter.app, OrderQuery(search="f" * 36)).items == []
