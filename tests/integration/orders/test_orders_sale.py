"""The sale: once under its id, with a number of its own, in the mode of the mode row."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from orders_store import Counter, article

from services.chassis.errors import InvalidInput
from services.orders import errors, metrics
from services.orders.domain import invoices, personal
from services.orders.handlers import counter as at_counter
from services.orders.handlers import reporting, selling, showing, telling
from services.orders.schemas import OrderQuery, PaymentIn


def test_s17_a_sale_is_stored_with_its_invoice_and_its_event(counter: Counter):
    order = counter.sell({"A1": 2, "A2": 1})
    assert order.document["invoice"]["number"] == "K1/26-1"
    assert order.document["totals"]["total_minor"] == 2 * 1_049_00 + 499_00
    assert order.state == "waiting"
    placed = counter.events("orders.order_placed")
    facts, told = personal.split(order.document)
    assert [personal.split(e.data, ("personal",))[0] for e in placed] == [facts, facts]
    assert counter.app.seals.open(placed[0].data["personal"], f"order {order.order_id}") == told


@pytest.mark.one_step
def test_b7_pressing_pay_twice_makes_one_sale(counter: Counter):
    sale = counter.sale()
    first, fresh = selling.place(counter.app, sale, counter.till)
    second, again = selling.place(counter.app, sale, counter.till)
    assert (fresh, again) == (True, False)
    assert first == second
    assert counter.scalar("select count(*) from orders") == 1


def test_b7_the_same_id_with_another_content_is_refused_with_the_stored_order(counter: Counter):
    sale = counter.sale({"A1": 1})
    selling.place(counter.app, sale, counter.till)
    other = sale.model_copy(update={"total_minor": 1})
    with pytest.raises(errors.OrderDiffers) as refused:
        selling.place(counter.app, other, counter.till)
    assert refused.value.details["order"]["order_id"] == str(sale.order_id)


@pytest.mark.one_step
def test_b7_the_same_id_at_the_same_instant_is_one_sale(counter: Counter):
    sale = counter.sale()
    start = threading.Barrier(8)

    def pay(_: int) -> bool:
        start.wait()
        return selling.place(counter.app, sale, counter.till)[1]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(pay, range(8))) == [False] * 7 + [True]


def test_b7_another_total_stores_nothing_and_shows_the_new_quote(counter: Counter):
    sale = counter.sale(total_minor=1_000_00, agreed={"A1": 1_000_00})
    with pytest.raises(errors.QuoteChanged) as changed:
        selling.place(counter.app, sale, counter.till)
    assert changed.value.details["quote"]["totals"]["total_minor"] == 1_049_00
    assert changed.value.details["changes"] == [{"sku": "A1", "was_minor": 1_000_00, "is_minor": 1_049_00}]
    assert counter.scalar("select count(*) from orders") == 0


def test_b5_numbers_are_consecutive_under_eight_threads(counter: Counter):
    counter.hear_book([{**row, "stock": 1000, "number": 2} for row in _book(counter)])
    with ThreadPoolExecutor(8) as pool:
        orders = list(pool.map(lambda _: counter.sell({"A1": 1}), range(40)))
    sequences = sorted(order.document["invoice"]["sequence"] for order in orders)
    assert sequences == list(range(1, 41))


def test_b5_a_refused_sale_leaves_no_hole(counter: Counter):
    counter.sell()
    with pytest.raises(errors.PaymentRefused):
        counter.sell(payments=[{"payment_mode": "CASH", "amount_minor": 1}])
    assert counter.sell().document["invoice"]["number"] == "K1/26-2"


def test_b5_each_till_has_a_series_of_its_own(counter: Counter):
    second = counter.pair("Till 2")
    assert counter.sell().document["invoice"]["number"] == "K1/26-1"
    assert counter.sell(who=second).document["invoice"]["number"] == "K2/26-1"


def test_b5_b3_a_new_financial_year_opens_a_new_series_chained_to_the_one_before(counter: Counter):
    last = counter.sell().document["invoice"]["hash"]
    counter.app.clock.advance(365 * 24 * 3600)
    invoice = counter.sell().document["invoice"]
    assert (invoice["number"], invoice["previous_hash"]) == ("K1/27-1", last)


def test_b20_a_clock_that_runs_back_does_not_take_the_date_with_it(counter: Counter):
    first = counter.sell().document["business_date"]
    counter.app.clock.advance(-3 * 24 * 3600)
    assert counter.sell().document["business_date"] == first


def test_b3_invoices_of_a_series_are_chained(counter: Counter):
    one, two = counter.sell(), counter.sell()
    assert two.document["invoice"]["previous_hash"] == one.document["invoice"]["hash"]


def test_s13_two_tills_that_want_the_last_piece_share_one(counter: Counter):
    second = counter.pair("Till 2")
    start = threading.Barrier(2)

    def pay(who):
        start.wait()
        try:
            return counter.sell({"A3": 1}, who=who).state
        except errors.ApprovalNeeded as error:
            return error.details["needed"][0]["action"]

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(pay, [counter.till, second])) == ["oversell", "waiting"]


def test_s13_tills_with_the_same_articles_in_opposite_order_do_not_block_each_other(counter: Counter):
    counter.hear_book([{**row, "stock": 1000, "number": 2} for row in _book(counter)])
    second = counter.pair("Till 2")

    def pay(n: int) -> str:
        lines = {"A1": 1, "A2": 1} if n % 2 else {"A2": 1, "A1": 1}
        return counter.sell(lines, who=second if n % 2 else counter.till).state

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(pay, range(40))) == {"waiting"}


def test_b7_a_price_that_was_corrected_on_the_day_it_began_is_the_corrected_one(counter: Counter):
    begins = ("2026-04-01T04:30:00+00:00", "2026-04-01T06:30:00+00:00")
    dated = [{"valid_from": at, "price_minor": minor} for at, minor in zip(begins, (500_00, 400_00), strict=True)]
    counter.hear_book([article("A2", 0, number=2) | {"prices": dated}])
    assert counter.sell({"A2": 1}, total_minor=400_00).document["totals"]["total_minor"] == 400_00


@pytest.mark.parametrize(
    ("cart", "feature"),
    [
        ({"fulfilment": "delivery"}, "delivery"),
        ({"coupon": "FEST10"}, "promotion"),
        ({"lines": [{"sku": "A1", "quantity": 1, "extensions": ["W1"]}]}, "extension"),
    ],
)
def test_s19_what_only_head_office_can_give_is_refused_offline_by_name(counter: Counter, cart, feature):
    counter.go_offline()
    with pytest.raises(errors.NotAvailableOffline) as refused:
        counter.sell(**cart)
    assert refused.value.code == "not_available_offline"
    assert refused.value.details["features"] == [feature]


def test_s14_offline_goods_are_picked_up_and_the_rest_is_shown_as_not_available(counter: Counter):
    cart = counter.sale()
    assert selling.quote(counter.app, cart, counter.till).unavailable == {}
    counter.go_offline()
    shown = selling.quote(counter.app, cart, counter.till).unavailable
    assert shown["delivery"] == "Not available in Offline Mode"
    assert set(shown.values()) == {"Not available in Offline Mode"}
    order = counter.sell()
    assert (order.document["fulfilment"], order.document["delivery"]) == ("self_pickup", None)


def test_b1_a_quote_says_how_old_its_data_is_though_nobody_tells_any_more(counter: Counter):
    now = counter.app.clock.now()
    later = {"as_of": 0, "synced_at": 0, "stale_at": 4, "too_old_at": 24}
    told = {name: (now + timedelta(hours=hours)).isoformat() for name, hours in later.items()}
    counter.hear_state("readiness", {"datasets": {"products": told | {"freshness": "fresh"}}, "missing": []})
    seen = []
    for hours in (0, 5, 30):
        counter.app.clock.set(now + timedelta(hours=hours))
        [age] = selling.quote(counter.app, counter.sale(), counter.till).ages
        seen.append((age.dataset, age.as_of, age.freshness))
    assert seen == [("products", now, "fresh"), ("products", now, "stale"), ("products", now, "too_old")]


def test_s16_online_payment_is_refused_offline(counter: Counter):
    counter.go_offline()
    payments = [{"payment_mode": "LINK", "amount_minor": 1_049_00, "reference": "PAY-123456"}]
    with pytest.raises(errors.NotAvailableOffline):
        counter.sell(payments=payments)


@pytest.mark.parametrize("mode", ["CASH", "CARD", "UPI"])
def test_s16_cash_card_and_upi_are_confirmed_offline(counter: Counter, mode):
    counter.go_offline()
    payment = {"payment_mode": mode, "amount_minor": 1_049_00, "reference": None if mode == "CASH" else "412345678901"}
    order = counter.sell(payments=[payment])
    assert order.label == "Offline Order"
    assert order.document["payments"][0]["status"] == ("paid" if mode == "CASH" else "claimed")


def test_s18_an_offline_order_is_in_the_list_at_once(counter: Counter):
    counter.go_offline()
    order = counter.sell()
    [row] = showing.page(counter.app, OrderQuery(state="waiting")).items
    assert (row.order_id, row.label, row.state_text) == (order.order_id, "Offline Order", "Waiting to sync")


def test_s3_an_offline_sale_is_kept_by_its_till_first(counter: Counter):
    counter.go_offline()
    with pytest.raises(errors.NotKept):
        counter.sell(kept=None)


def test_s7_a_store_that_cannot_sell_does_not(counter: Counter):
    counter.hear_mode("cannot_sell", missing=["inventory"])
    with pytest.raises(errors.CannotSell, match="inventory is missing"):
        counter.sell()


def test_b4_a_reference_pays_once_for_ever(counter: Counter):
    payment = counter.upi(1_049_00)
    counter.sell(payments=[payment])
    spaced = payment | {"reference": " ".join(payment["reference"])}
    with pytest.raises(errors.ApprovalNeeded) as refused:
        counter.sell(payments=[spaced])
    needed = {"action": "reused_reference", "subject": f"UPI {payment['reference']}", "up_to": 0}
    assert refused.value.details["needed"] == [needed]


def test_b4_money_that_was_taken_for_a_refused_sale_stays_on_a_list(counter: Counter):
    sale = counter.sale(total_minor=1_000_00, payments=[counter.upi(1_000_00)])
    with pytest.raises(errors.QuoteChanged):
        selling.place(counter.app, sale, counter.till)
    assert counter.scalar("select count(*) from orphan_payments where state = 'open'") == 1
    again = sale.model_copy(update={"total_minor": 1_049_00})
    paid = again.payments[0].model_copy(update={"amount_minor": 1_049_00})
    selling.place(counter.app, again.model_copy(update={"payments": [paid]}), counter.till)
    assert counter.scalar("select state from orphan_payments") == "sold"


def test_b4_money_that_the_sale_did_not_use_in_the_end_stays_on_the_list(counter: Counter):
    sale = counter.sale(total_minor=1_000_00, payments=[counter.upi(1_000_00)])
    for _ in range(2):
        with pytest.raises(errors.QuoteChanged):
            selling.place(counter.app, sale, counter.till)
    cash = counter.sale().payments
    selling.place(counter.app, sale.model_copy(update={"total_minor": 1_049_00, "payments": cash}), counter.till)
    assert counter.scalar("select array_agg(state) from orphan_payments") == ["open"]


def test_b4_money_is_kept_in_mind_whatever_the_sale_was_refused_for(counter: Counter):
    sale = counter.sale(payments=[counter.upi(1_049_00)])
    counter.hear_mode("cannot_sell", missing=["staff"])
    with pytest.raises(errors.CannotSell):
        selling.place(counter.app, sale, counter.till)
    assert counter.scalar("select reference from orphan_payments where state = 'open'") == sale.payments[0].reference


def test_b4_no_money_is_without_order_once_its_sale_is_stored(counter: Counter):
    """A refusal that is noted after another Pay under the same id went through."""
    sale = counter.sale(payments=[counter.upi(1_049_00)])
    selling.place(counter.app, sale, counter.till)
    selling._keep_money(counter.app, sale, counter.till, UUID(counter.till.till_id))
    assert counter.scalar("select count(*) from orphan_payments") == 0


def test_b4_money_of_another_sale_under_a_stored_id_is_kept_in_mind(counter: Counter):
    sale = counter.sale(payments=[counter.upi(1_049_00)])
    selling.place(counter.app, sale, counter.till)
    shorter = sale.model_copy(update={"note": "another", "payments": sale.payments[:1]})
    again = sale.model_copy(update={"payments": counter.sale(payments=[counter.upi(1_049_00)]).payments})
    for other in (shorter, again, again):
        with pytest.raises(errors.OrderDiffers, match=r"K1/26-1"):
            selling.place(counter.app, other, counter.till)
    listed = "select array_agg(reference) from orphan_payments where state = 'open'"
    assert counter.scalar(listed) == [again.payments[0].reference]


def test_b4_money_that_pays_under_the_next_id_is_without_an_order_no_longer(counter: Counter):
    """A cart whose id is refused for ever is sold under another, with the money that was taken for it."""
    sale = counter.sale(payments=[counter.upi(1_049_00)])
    selling.abandon(counter.app, sale.order_id, counter.till)
    with pytest.raises(errors.OrderAbandoned):
        selling.place(counter.app, sale, counter.till)
    assert counter.scalar("select state from orphan_payments") == "open"
    counter.sell(payments=[p.model_dump() for p in sale.payments])
    assert counter.scalar("select state from orphan_payments") == "sold"


def test_b4_giving_up_keeps_in_mind_what_was_taken(counter: Counter):
    """Pay never arrived, so that nobody else has heard of it."""
    paid = [counter.upi(1_000_00), {"payment_mode": "CASH", "amount_minor": 49_00}]
    sale = counter.sale(payments=paid)
    for who in (counter.till, counter.manager):
        assert selling.abandon(counter.app, sale.order_id, who, sale.payments).order is None
    [listed] = at_counter.orphans(counter.app).items
    assert (listed.order_id, listed.reference, listed.amount_minor) == (sale.order_id, paid[0]["reference"], 1_000_00)
    counter.sell(payments=paid)
    assert at_counter.orphans(counter.app).items == []


def test_b4_giving_up_what_is_stored_keeps_in_mind_what_did_not_pay_it(counter: Counter):
    own, other = counter.upi(1_049_00), counter.upi(1_049_00)
    order, both = counter.sell(payments=[own]), [PaymentIn(**own), PaymentIn(**other)]
    assert selling.abandon(counter.app, order.order_id, counter.till, both).order == order
    [listed] = at_counter.orphans(counter.app).items
    assert listed.reference == other["reference"]


def test_b4_money_without_an_order_is_a_figure_by_mode_and_no_name_makes_one_of_its_own(counter: Counter):
    named = [{"payment_mode": mode, "amount_minor": 100_00, "reference": f"R{mode}"} for mode in ("CARD", "X1", "X2")]
    selling.abandon(counter.app, counter.sale().order_id, counter.till, [PaymentIn(**one) for one in named])
    for _ in range(2):
        reporting.show_figures(counter.app)
        [told] = metrics.MONEY_WITHOUT_ORDER.collect()
        assert {s.labels["payment_mode"]: s.value for s in told.samples} == {"CARD": 100_00, "other": 200_00}


def test_b4_cash_gets_its_change(counter: Counter):
    order = counter.sell(payments=[{"payment_mode": "CASH", "amount_minor": 1_049_00, "tendered_minor": 2_000_00}])
    assert order.document["payments"][0]["change_minor"] == 951_00


def test_b7_an_abandoned_id_is_refused_for_ever(counter: Counter):
    sale = counter.sale()
    assert selling.abandon(counter.app, sale.order_id, counter.till).order is None
    with pytest.raises(errors.OrderAbandoned):
        selling.place(counter.app, sale, counter.till)


def test_b7_abandoning_a_stored_sale_tells_of_it(counter: Counter):
    order = counter.sell()
    assert selling.abandon(counter.app, order.order_id, counter.till).order == order


def test_s15_a_sales_employee_who_does_not_work_here_is_refused(counter: Counter):
    assert counter.sell(sales_employee_code="M2").document["sales_employee"] == {"code": "M2", "name": "Mohan"}
    with pytest.raises(InvalidInput):
        counter.sell(sales_employee_code="X9")


def test_b19_a_sale_needs_a_till(counter: Counter):
    with pytest.raises(errors.TillRefused):
        counter.sell(who=counter.manager)


def test_s9_sealing_counts_what_the_session_sold(counter: Counter):
    session = counter.go_offline()
    counter.sell()
    counter.sell(payments=[counter.upi(1_049_00)])
    counter.hear_mode("online")
    [sealed] = counter.events("orders.session_sealed")
    assert sealed.data["session_id"] == str(session)
    assert (sealed.data["orders"], sealed.data["total_minor"]) == (2, 2 * 1_049_00)
    assert sealed.data["by_payment_mode"] == {"CASH": 1_049_00, "UPI": 1_049_00}


def test_s9_an_older_mode_never_replaces_a_newer_one(counter: Counter):
    counter.go_offline()
    counter.mode_number = 0
    counter.hear_mode("online")
    assert showing.mode(counter.app).mode == "offline"


def test_unknown_articles_are_named(counter: Counter):
    with pytest.raises(errors.NotSellable) as refused:
        counter.sell({"A1": 1, "ZZ": 1}, total_minor=1)
    assert refused.value.details == {"skus": ["ZZ"]}


def _book(counter: Counter):
    with counter.app.db.transaction() as tx:
        return [row.item for row in tx.exec_driver_sql("select item from price_book")]


def test_s18_whoever_waits_for_sales_is_woken_once_for_those_of_a_moment(counter: Counter):
    url = counter.app.settings.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute('listen "outbox.orders"; listen changes')
        for _ in range(3):
            counter.sell()
        for _ in range(2):
            telling.of_sales(counter.app)
        # heard after whatever was told before it
        listener.execute("notify changes, 'the last'")
        heard = [(note.channel, note.payload) for note in listener.notifies(timeout=30, stop_after=3)]
    assert sorted(heard[:-1]) == [("changes", '{"what": "orders"}'), ("outbox.orders", "")]
    assert heard[-1] == ("changes", "the last")


def test_b5_a_series_that_is_full_says_what_to_do_and_stores_nothing(counter: Counter):
    year = invoices.financial_year(counter.app.clock.now().date())
    counter.scalar("insert into prefixes (prefix) values ('ABCDEFGH') returning 1")
    full = "update tills set prefix = 'ABCDEFGH', series_year = :year, series_next = 10000 returning 1"
    counter.scalar(full, year=year)
    with pytest.raises(errors.SeriesFull, match="ABCDEFGH"):
        counter.sell()
    assert counter.scalar("select count(*) from orders") == 0


@pytest.mark.one_step
def test_a_till_is_told_of_a_full_disk_before_anybody_pays(counter: Counter, tmp_path: Path):
    sale = counter.sale()
    full = replace(counter.app, settings=counter.app.settings.model_copy(update={"data_folder": tmp_path}))
    assert selling.quote(full, sale, counter.till).totals.total_minor == sale.total_minor
    full.settings.data_needs_mb = 1_000_000_000
    with pytest.raises(errors.NoRoomForSales, match="Cannot take sales: storage full"):
        selling.quote(full, sale, counter.till)
    # who pays already is let through as long as there is room at all
    assert selling.place(full, sale, counter.till)[1]
