"""S20: what only head office gives, while the store is online; against the real stand-in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from orders_store import Counter
from pypdf import PdfReader

from deploy.runner.ports import Ports
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.head_office.http import HttpHeadOffice
from services.head_office.port import Done
from services.orders import errors
from services.orders.handlers import customers, invoicing, online, selling, showing
from services.orders.handlers.private import ANOTHER_SERVICE
from services.orders.schemas import Cart, CustomerIn, Delivery, PaymentIntentIn, ProductUpdate, ReadQuery
from services.orders.store import recovery
from tests.support import eventually

ROOT = Path(__file__).parents[3]


class Office:
    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        words = ["serve", "--listen", f"127.0.0.1:{port}", "--folder", str(folder), "--variants", "20"]
        self._process = subprocess.Popen([sys.executable, "-m", "deploy.head_office", *words], cwd=ROOT, env=os.environ)
        eventually(self._answers)
        code = (folder / "install-code").read_text()
        self._admin = {"X-Admin-Token": (folder / "admin-token").read_text()}
        answer = httpx2.post(f"{self.url}/v1/store/installations", json={"code": code})
        self.client = HttpHeadOffice(self.url, answer.json()["token"])

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health").is_success
        except httpx2.HTTPError:
            return False

    def dial(self, *dials: dict[str, object]) -> None:
        httpx2.put(f"{self.url}/dials", json=list(dials), headers=self._admin).raise_for_status()

    def stop(self) -> None:
        self.client.close()
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Office]:
    opened = Office(tmp_path_factory.mktemp("office"), ports.take("orders-head-office"))
    yield opened
    opened.stop()


@pytest.fixture
def online_counter(counter: Counter, office: Office) -> Counter:
    office.dial()
    counter.app = replace(counter.app, head_office=office.client)
    return counter


HOME = {"address": "12 Church Street", "phone": "98450 12345"}


def cart(extensions=(), **more) -> Cart:
    return Cart(order_id=new_id(), lines=[{"sku": "A1", "quantity": 2, "extensions": list(extensions)}], **more)


def pay(counter: Counter, reckoned, of_cart: Cart, **more):
    total = reckoned.totals.total_minor
    payments = more.get("payments") or [{"payment_mode": "CASH", "amount_minor": total}]
    sale = counter.sale(total_minor=total, payments=payments, **of_cart.model_dump())
    return selling.place(counter.app, sale, counter.till)[0]


def test_s20_a_coupon_is_quoted_by_head_office_and_sold(online_counter: Counter):
    wanted = cart(coupon="FEST10")
    quote = selling.quote(online_counter.app, wanted, online_counter.till)
    assert quote.totals.discount_minor == 2 * 1_049_00 // 10
    order = pay(online_counter, quote, wanted)
    totals = order.document["totals"]
    assert totals["total_minor"] == 2 * 1_049_00 - 2 * 1_049_00 // 10
    assert totals["taxable_minor"] + totals["cgst_minor"] + totals["sgst_minor"] == totals["total_minor"]
    assert order.document["promotions"][0]["code"] == "FEST10"


def test_s20_s17_the_lines_of_a_discounted_invoice_add_up(online_counter: Counter):
    wanted = cart(coupon="FEST10")
    order = pay(online_counter, selling.quote(online_counter.app, wanted, online_counter.till), wanted)
    assert "-₹ 209.80" in invoicing.html(online_counter.app, order.order_id, online_counter.manager)


def test_s20_delivery_and_extensions_are_lines_without_stock(online_counter: Counter):
    wanted = cart(fulfilment="delivery", delivery=HOME, extensions=["HEM"])
    quote = selling.quote(online_counter.app, wanted, online_counter.till)
    order = pay(online_counter, quote, wanted)
    lines = order.document["lines"]
    assert [line["sku"] for line in lines] == ["A1", "HEM", "DELIVERY"]
    assert (lines[0]["extensions"], lines[1]["for_line"], lines[1]["amount_minor"]) == (["HEM"], 1, 2 * 150_00)
    assert online_counter.scalar("select count(*) from movements") == 1


def test_b18_t8_where_nobodys_order_goes_is_shown_to_managers_and_each_look_is_noted(online_counter: Counter):
    wanted = cart(fulfilment="delivery", delivery=HOME, note="Ring twice")
    order = pay(online_counter, selling.quote(online_counter.app, wanted, online_counter.till), wanted)
    seen = [
        showing.detail(online_counter.app, order.order_id, who).document
        for who in (online_counter.till, ANOTHER_SERVICE, online_counter.manager)
    ]
    assert [(one["customer"], one["delivery"], one["note"]) for one in seen] == [
        (None, None, "Ring twice"),
        (None, None, ""),
        (None, HOME, "Ring twice"),
    ]
    assert [look.subject for look in customers.reads(online_counter.app, ReadQuery()).items] == [order.order_id] * 3


def test_s20_a_line_is_extended_as_was_asked_or_not_at_all(counter: Counter):
    counter.app = replace(counter.app, head_office=Saying(GOOD))
    with pytest.raises(errors.HeadOfficeSilent):
        selling.quote(counter.app, cart(extensions=["HEM"]), counter.till)


def test_s20_what_extends_an_article_is_printed_beneath_it(online_counter: Counter):
    wanted = cart(extensions=["HEM"])
    order = pay(online_counter, selling.quote(online_counter.app, wanted, online_counter.till), wanted)
    shown = invoicing.html(online_counter.app, order.order_id, online_counter.till)
    assert 0 < shown.index("A1 · HSN") < shown.index("Alteration: hem") < shown.index("Total")
    paper = PdfReader(BytesIO(invoicing.pdf(online_counter.app, order.order_id, online_counter.till)))
    assert "Alteration: hem" in paper.pages[0].extract_text()
    assert recovery.moved(order.document["lines"]) == {"A1": 2}


def test_s20_a_delivery_goes_somewhere_where_somebody_answers(online_counter: Counter):
    nowhere = cart(fulfilment="delivery")
    quote = selling.quote(online_counter.app, nowhere, online_counter.till)
    with pytest.raises(errors.DeliveryAddressNeeded):
        pay(online_counter, quote, nowhere)
    order = pay(online_counter, quote, nowhere.model_copy(update={"delivery": Delivery(**HOME)}))
    assert order.document["delivery"] == HOME
    assert "Delivery to <bdi>12 Church Street</bdi> · 98450 12345" in invoicing.html(
        online_counter.app, order.order_id, online_counter.till
    )


def test_b6_an_invoice_that_is_made_online_names_the_buyers_gstin(online_counter: Counter):
    order = online_counter.sell(customer={"name": "Acme Traders", "gstin": "29AABCA1234F1Z5"})
    assert order.document["customer"]["gstin"] == "29AABCA1234F1Z5"
    assert "Acme Traders</bdi><br>GSTIN 29AABCA1234F1Z5" in invoicing.html(
        online_counter.app, order.order_id, online_counter.till
    )
    paper = PdfReader(BytesIO(invoicing.pdf(online_counter.app, order.order_id, online_counter.till)))
    assert "GSTIN 29AABCA1234F1Z5" in paper.pages[0].extract_text()


def test_s20_a_cart_without_its_quote_is_refused(online_counter: Counter):
    with pytest.raises(errors.OnlineQuoteNeeded):
        online_counter.sell({"A1": 1}, coupon="FEST10", total_minor=1)


def test_s20_an_unknown_coupon_is_refused_in_words(online_counter: Counter):
    with pytest.raises(errors.OnlineRefused, match="unknown"):
        selling.quote(online_counter.app, cart(coupon="NONE"), online_counter.till)


@pytest.mark.parametrize("dial", [{"kind": "down"}, {"kind": "delay_ms", "value": 4000}, {"kind": "portal"}])
def test_s20_without_an_answer_the_feature_is_refused_by_name_and_a_plain_cart_is_sold(
    online_counter: Counter, office: Office, dial
):
    office.dial(dial)
    with pytest.raises(errors.HeadOfficeSilent, match="promotion"):
        selling.quote(online_counter.app, cart(coupon="FEST10"), online_counter.till)
    assert online_counter.sell().state == "waiting"


def test_s20_s13_live_stock_is_head_offices_less_what_it_does_not_have_yet(counter: Counter):
    told = Done({"items": [{"sku": "A1", "quantity": 7}]})
    counter.app = replace(counter.app, head_office=SimpleNamespace(stock=lambda *_, **__: told))
    counter.sell({"A1": 3})
    assert online.live_stock(counter.app, ["A1", "NOSUCH"]).model_dump() == {"items": [{"sku": "A1", "left": 4}]}


def test_s19_no_live_stock_while_offline(online_counter: Counter):
    online_counter.go_offline()
    with pytest.raises(errors.NotAvailableOffline) as refused:
        online.live_stock(online_counter.app, ["A1"])
    assert refused.value.details == {"features": ["live_stock"]}


@pytest.mark.parametrize("told", [{"items": [{"sku": "A1", "quantity": "7"}]}, {"items": None}, [], "seven"])
def test_s20_live_stock_that_makes_no_sense_is_no_answer(online_counter: Counter, told):
    silly = SimpleNamespace(stock=lambda *_, **__: Done(told))
    online_counter.app = replace(online_counter.app, head_office=silly)
    with pytest.raises(errors.HeadOfficeSilent, match="live_stock"):
        online.live_stock(online_counter.app, ["A1"])


def test_s20_an_online_payment_is_taken_once_it_was_captured(online_counter: Counter):
    wanted = cart()
    quote = selling.quote(online_counter.app, wanted, online_counter.till)
    total = quote.totals.total_minor
    asked = PaymentIntentIn(order_id=wanted.order_id, n=1, amount_minor=total, payment_mode="LINK")
    intent = online.request_payment(online_counter.app, asked)
    assert online.request_payment(online_counter.app, asked) == intent
    payment = {"payment_mode": "LINK", "amount_minor": total, "reference": intent.reference}
    order = pay(online_counter, quote, wanted, payments=[payment])
    assert order.document["payments"][0]["status"] == "captured"


def test_s20_t45_a_reference_of_head_offices_is_no_card_number_whatever_it_looks_like(online_counter: Counter):
    wanted = cart()
    quote = selling.quote(online_counter.app, wanted, online_counter.till)
    total = quote.totals.total_minor
    asked = PaymentIntentIn(order_id=wanted.order_id, n=1, amount_minor=total, payment_mode="LINK")
    online.request_payment(online_counter.app, asked)
    payment = {"payment_mode": "LINK", "amount_minor": total, "reference": "4111111111111111"}
    order = pay(online_counter, quote, wanted, payments=[payment])
    assert order.document["payments"][0]["status"] == "captured"


def test_s20_an_online_payment_that_was_captured_is_honoured_when_the_line_is_gone(
    online_counter: Counter, office: Office
):
    wanted = cart()
    total = selling.quote(online_counter.app, wanted, online_counter.till).totals.total_minor
    asked = PaymentIntentIn(order_id=wanted.order_id, n=1, amount_minor=total, payment_mode="LINK")
    intent = online.request_payment(online_counter.app, asked)
    office.dial({"kind": "down"})
    online_counter.go_offline()
    assert online.payment(online_counter.app, wanted.order_id, 1) == intent
    quote = selling.quote(online_counter.app, wanted, online_counter.till)
    payment = {"payment_mode": "LINK", "amount_minor": total, "reference": intent.reference}
    order = pay(online_counter, quote, wanted, payments=[payment])
    assert (order.offline, order.document["payments"][0]["status"]) == (True, "captured")


def test_s20_an_online_payment_that_was_never_made_is_refused(online_counter: Counter):
    with pytest.raises(NotFound):
        online_counter.sell(payments=[{"payment_mode": "LINK", "amount_minor": 1_049_00, "reference": "PAY-123456"}])
    assert online_counter.scalar("select count(*) from orders") == 0


def test_s20_a_scanned_customer_and_a_product_update_go_through_head_office(online_counter: Counter, office: Office):
    customer_id = new_id()
    body = CustomerIn(name="Ravi", phone="9845012345").model_dump()
    office.client.put_customer(str(customer_id), body)
    found = online.customer_by_code(online_counter.app, f"C-{str(customer_id)[-8:].upper()}", online_counter.till)
    assert found["name"] == "Ravi"
    changed = online.update_product(online_counter.app, "P00001", ProductUpdate(name="Better name"))
    assert changed["name"] == "Better name"


@pytest.mark.one_step
def test_b18_t8_a_scan_of_a_customers_card_is_noted(online_counter: Counter, office: Office):
    customer_id = new_id()
    body = CustomerIn(name="Ravi", phone="9845012345").model_dump() | {"customer_id": str(customer_id)}
    office.client.put_customer(str(customer_id), body)
    online.customer_by_code(online_counter.app, f"C-{str(customer_id)[-8:].upper()}", online_counter.till)
    with pytest.raises(NotFound):
        online.customer_by_code(online_counter.app, "C-NOBODY", online_counter.till)
    [look] = customers.reads(online_counter.app, ReadQuery()).items
    assert (look.why, look.staff_code, look.subject, look.customers) == ("card", "A1", customer_id, [customer_id])


def test_s19_they_are_refused_by_name_while_offline(online_counter: Counter):
    online_counter.go_offline()
    with pytest.raises(errors.NotAvailableOffline):
        online.customer_by_code(online_counter.app, "C-1", online_counter.till)
    with pytest.raises(errors.NotAvailableOffline):
        online.update_product(online_counter.app, "P00001", ProductUpdate(name="x"))
    asked = PaymentIntentIn(order_id=new_id(), n=1, amount_minor=1, payment_mode="LINK")
    with pytest.raises(errors.NotAvailableOffline):
        online.request_payment(online_counter.app, asked)


GOOD = {"quote_id": "Q1", "promotions": [], "lines": [], "delivery_minor": 0, "extensions": []}
CHARGE = {"sku": "A1", "code": "HEM", "name": "Hem", "amount_minor": 100}


class Saying:
    """A head office that says always the same."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.asked: list[dict[str, object]] = []

    def quote(self, _order_id: str, body: dict[str, object], **_: object) -> Done:
        self.asked.append(body)
        return Done(self.value)

    def payment(self, _key: str, **_: object) -> Done:
        return Done(self.value)


@pytest.mark.parametrize(
    "answer",
    [
        [1],
        "yes",
        None,
        {},
        GOOD | {"lines": None},
        GOOD | {"lines": [{"sku": "A1", "discount_minor": -500}]},
        GOOD | {"lines": [{"sku": "A1", "discount_minor": 1.5}]},
        GOOD | {"lines": [{"sku": "A1"}]},
        GOOD | {"delivery_minor": "12"},
        GOOD | {"delivery_minor": -12},
        GOOD | {"extensions": [CHARGE | {"amount_minor": -1}]},
        GOOD | {"extensions": [CHARGE | {"name": "\x00"}]},
        GOOD | {"extensions": [CHARGE | {"sku": None}]},
        GOOD | {"extensions": [CHARGE]},
        GOOD | {"promotions": [{"code": "X", "name": {"a": 1}}]},
    ],
)
def test_s20_a_quote_that_head_office_got_wrong_is_as_good_as_none(counter: Counter, answer):
    counter.app = replace(counter.app, head_office=Saying(answer))
    with pytest.raises(errors.HeadOfficeSilent):
        selling.quote(counter.app, cart(coupon="FEST10"), counter.till)
    assert counter.scalar("select count(*) from online_quotes") == 0


@pytest.mark.parametrize("answer", [None, {}, {"key": "k", "amount_minor": "1", "status": "captured"}])
def test_s20_a_payment_that_head_office_got_wrong_is_as_good_as_none(counter: Counter, answer):
    counter.app = replace(counter.app, head_office=Saying(answer))
    with pytest.raises(errors.HeadOfficeSilent):
        online.payment(counter.app, new_id(), 1)


def test_s20_an_article_that_was_scanned_twice_is_one_line_for_head_office_too(counter: Counter):
    office = Saying(GOOD)
    counter.app = replace(counter.app, head_office=office)
    lines = [{"sku": "A1", "quantity": 1}, {"sku": "A1", "quantity": 2}]
    selling.quote(counter.app, Cart(order_id=new_id(), lines=lines, coupon="FEST10"), counter.till)
    assert office.asked[0]["lines"] == [{"sku": "A1", "quantity": 3, "amount_minor": 3 * 1_049_00, "extensions": []}]
