"""What a till, a defect or an attacker may send: a problem with a stable code, and nothing stored."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from orders_store import Counter, build_app
from sqlalchemy import text

from services.chassis.ids import new_id

ORDERS, QUOTES = "/api/orders/orders", "/api/orders/quotes"
HELD, CUSTOMERS = "/api/orders/held-carts", "/api/orders/customers"
STORED = ("orders", "payments", "movements", "abandoned", "orphan_payments", "held_carts", "customers", "outbox")
REFUSED = {400, 409, 413, 415, 422}
ONE = {"sku": "A1", "quantity": 1}


@pytest.fixture(scope="module")
def shop(service_database: Callable[[str], str]) -> Iterator[Counter]:
    """One open store for all that is refused: what is refused changes nothing."""
    opened = Counter(build_app(service_database("orders")))
    opened.open()
    opened.app = replace(opened.app, authenticator=SimpleNamespace(authenticate=lambda _: opened.till))  # type: ignore[arg-type]
    yield opened
    opened.app.db.dispose()


def stored(shop: Counter) -> dict[str, int]:
    with shop.app.db.transaction() as tx:
        return {name: tx.scalar(text(f"select count(*) from {name}")) for name in STORED}  # type: ignore[misc]


def sale(**more: Any) -> dict[str, Any]:
    """What a till sends for one shirt."""
    return {
        "order_id": str(new_id()),
        "lines": [ONE],
        "total_minor": 1_049_00,
        "payments": [{"payment_mode": "CASH", "amount_minor": 1_049_00}],
    } | more


def line(**more: Any) -> dict[str, Any]:
    return sale(lines=[ONE | more])


def payment(**more: Any) -> dict[str, Any]:
    return sale(payments=[{"payment_mode": "CASH", "amount_minor": 1_049_00} | more])


def refused(shop: Counter, method: str, path: str, body: Any = None, content_type: str = "application/json") -> str:
    """The code of a refusal that stored nothing."""
    before = stored(shop)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = shop.http().open(path, method=method, data=data, content_type=content_type)
    assert answer.status_code in REFUSED, (answer.status_code, answer.get_data(as_text=True)[:300])
    assert answer.mimetype == "application/problem+json"
    assert stored(shop) == before
    return str(answer.json["code"])


def written(found: str, instead: str) -> bytes:
    """A sale of which one word is written otherwise."""
    body = json.dumps(sale())
    assert found in body
    return body.replace(found, instead, 1).encode()


TOTAL = '"total_minor": 104900'
BROKEN_JSON: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n",
    "cut off": json.dumps(sale()).encode()[:-1],
    "trailing garbage": json.dumps(sale()).encode() + b"x",
    "two documents": json.dumps(sale()).encode() * 2,
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(sale()).encode(),
    "UTF-16": json.dumps(sale()).encode("utf-16"),
    "no UTF-8": json.dumps(sale(note="x")).encode().replace(b'"x"', b'"\xff\xfe"'),
    "NaN": written(TOTAL, '"total_minor": NaN'),
    "Infinity": written(TOTAL, '"total_minor": Infinity'),
    "minus Infinity": written(TOTAL, '"total_minor": -Infinity'),
    "a key twice": written(TOTAL, '"total_minor": 104900, "total_minor": 1'),
    "a key twice, deeper": written('"quantity": 1', '"quantity": 1, "quantity": 9'),
    "too many digits": written(TOTAL, '"total_minor": ' + "9" * 5000),
    "100,000 deep": b'{"a":' * 100_000,
    "100,000 lists": b"[" * 100_000,
    "single quotes": b"{'order_id': 1}",
    "a comment": b"{} // nothing",
}


@pytest.mark.parametrize("path", [ORDERS, QUOTES])
@pytest.mark.parametrize("case", BROKEN_JSON)
def test_what_is_no_json_is_refused(shop: Counter, path: str, case: str) -> None:
    assert refused(shop, "POST", path, BROKEN_JSON[case]) == "invalid_input"


@pytest.mark.parametrize("body", [None, [], [1], "text", 5, True, {}, [sale()], {"__proto__": {}}, {"lines": None}])
def test_another_shape_is_refused(shop: Counter, body: Any) -> None:
    assert refused(shop, "POST", ORDERS, body) == "invalid_input"


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "text/json"],
)
def test_another_content_type_is_refused(shop: Counter, content_type: str) -> None:
    assert refused(shop, "POST", ORDERS, sale(), content_type) == "unsupported_media_type"


def test_a_body_beyond_the_limit_is_refused(shop: Counter) -> None:
    assert refused(shop, "POST", ORDERS, b'"' + b"x" * 1_100_000 + b'"') == "payload_too_large"


NUMBERS: dict[str, Any] = {
    "a fraction": 1.5,
    "a word": "1",
    "yes": True,
    "nothing": None,
    "a list": [1],
    "minus one": -1,
    "2^53 + 1": 2**53 + 1,
    "2^63": 2**63,
    "1e400": 10**400,
    "of kombu": {"__type__": "decimal", "__value__": "1E+999999999"},
}


@pytest.mark.parametrize("case", NUMBERS)
@pytest.mark.parametrize("make", [line, payment, sale], ids=["quantity", "amount", "total"])
def test_a_number_that_is_none_is_refused(shop: Counter, make: Callable[..., Any], case: str) -> None:
    name = {line: "quantity", payment: "amount_minor", sale: "total_minor"}[make]
    assert refused(shop, "POST", ORDERS, make(**{name: NUMBERS[case]})) == "invalid_input"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (line(quantity=0), "invalid_input"),
        (line(quantity=10_000), "invalid_input"),
        (sale(lines=[]), "invalid_input"),
        (sale(lines=[ONE, ONE | {"extensions": ["HEM"]}]), "invalid_input"),
        (sale(lines=[ONE] * 501), "invalid_input"),
        (sale(payments=[]), "invalid_input"),
        (sale(payments=[{"payment_mode": "CASH", "amount_minor": 1}] * 11), "invalid_input"),
        (payment(amount_minor=1_048_99), "payment_refused"),
        (payment(amount_minor=1_049_01), "payment_refused"),
        (payment(amount_minor=0), "payment_refused"),
        (payment(payment_mode="NOTHING"), "payment_refused"),
        (payment(tendered_minor=1), "payment_refused"),
        (payment(payment_mode="CARD"), "payment_refused"),
        (sale(total_minor=1_048_99), "quote_changed"),
        (sale(total_minor=0), "quote_changed"),
        (sale(currency="USD"), "invalid_input"),
        (sale(agreed={"A1": -1}), "invalid_input"),
        (sale(kept="no hash"), "invalid_input"),
        (sale(fulfilment="by_drone"), "invalid_input"),
        (sale(place_of_supply="KA"), "invalid_input"),
        (sale(pays_cash="yes"), "invalid_input"),
        (sale(role="manager"), "invalid_input"),
        (sale(sales_employee_code="NOBODY"), "invalid_input"),
        (line(sku="NOTHING"), "not_sellable"),
        (line(price_minor=1), "invalid_input"),
    ],
)
def test_b4_money_and_goods_that_do_not_add_up_are_refused(shop: Counter, body: dict[str, Any], code: str) -> None:
    assert refused(shop, "POST", ORDERS, body) == code


UNPRINTABLE: dict[str, str] = {
    "NUL": "a\x00b",
    "bell": "a\x07b",
    "escape": "a\x1b[31mb",
    "lone surrogate": "a\ud800b",
    "right-to-left override": "a\u202eb",
    "isolate": "a\u2066b",
    "byte order mark": "a\ufeffb",
    "C1 control": "a\x85b",
}


@pytest.mark.parametrize("case", UNPRINTABLE)
def test_text_that_cannot_be_stored_or_printed_is_refused(shop: Counter, case: str) -> None:
    words = UNPRINTABLE[case]
    assert refused(shop, "POST", ORDERS, sale(note=words)) == "invalid_input"
    assert refused(shop, "POST", ORDERS, sale(customer={"name": words})) == "invalid_input"
    assert refused(shop, "PUT", f"{CUSTOMERS}/{new_id()}", {"name": words}) == "invalid_input"


CODES = ["", " ", "A 1", "A1;", "'; drop table orders", "../A1", "A\n1", "Ａ１", "<b>", "x" * 65, "é", "%00"]


@pytest.mark.parametrize("code", CODES)
def test_a_code_that_is_none_is_refused(shop: Counter, code: str) -> None:
    assert refused(shop, "POST", ORDERS, line(sku=code)) == "invalid_input"
    assert refused(shop, "POST", ORDERS, payment(payment_mode=code)) == "invalid_input"


def test_longer_than_can_be_meant_is_refused(shop: Counter) -> None:
    assert refused(shop, "POST", ORDERS, sale(note="x" * 2001)) == "invalid_input"
    assert refused(shop, "POST", ORDERS, sale(customer={"name": "x" * 201})) == "invalid_input"
    assert refused(shop, "POST", ORDERS, payment(reference="x" * 65)) == "invalid_input"


NAUGHTY = [
    "Robert'); DROP TABLE orders;--",
    "<script>alert(1)</script>",
    "%s %n {} ${jndi:ldap://x} {{7*7}}",
    "=1+1",
    "ＡＢＣ ß İ ı",
    "ࠀ शर्मा ₹",
    "Z" + "\u0300" * 100,
    "👩‍👩‍👧‍👦",
    "a\u2028b",
    "javascript:alert(1)",
    "NULL",
]


@pytest.mark.parametrize("name", NAUGHTY)
def test_strange_names_are_names(shop: Counter, name: str) -> None:
    customer_id = str(new_id())
    saved = shop.http().put(f"{CUSTOMERS}/{customer_id}", json={"name": name})
    assert saved.status_code in {200, 201}, saved.get_data(as_text=True)
    found = shop.http().get(f"{CUSTOMERS}/{customer_id}")
    assert found.json["name"].casefold() == saved.json["name"].casefold() != ""


IDS = [
    "",
    "1",
    "not-an-id",
    "{0199a4b6-0000-7000-8000-000000000001}x",
    "0199a4b6-0000-7000-8000-00000000000",
    "0199a4b6-0000-7000-8000-0000000000011",
    5,
    None,
    {"__type__": "uuid", "__value__": {"bytes": 1}},
]


@pytest.mark.parametrize("order_id", IDS)
def test_an_id_that_is_none_is_refused(shop: Counter, order_id: Any) -> None:
    assert refused(shop, "POST", ORDERS, sale(order_id=order_id)) == "invalid_input"


@pytest.mark.parametrize("spelling", ["{%s}", "urn:uuid:%s", "%s "])
def test_an_id_in_an_address_has_one_spelling(shop: Counter, spelling: str) -> None:
    answer = shop.http().get(f"{ORDERS}/{spelling % new_id()}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=1000000000",
        "limit=x",
        "limit=1&limit=2",
        "cursor=x",
        "cursor=-1",
        "cursor=" + "9" * 19,
        "business_date=2026-02-30",
        "business_date=2027-02-29",
        "business_date=0000-01-01",
        "business_date=10000-01-01",
        "business_date=2026-04-15T24:00:00Z",
        "business_date=1776211200",
        "business_date=",
        "state=lost",
        "mode=maybe",
        "till_id=5",
        "search=" + "x" * 65,
        "unknown=1",
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(shop: Counter, query: str) -> None:
    assert refused(shop, "GET", f"{ORDERS}?{query}") == "invalid_input"


@pytest.mark.parametrize("search", ["%", "_", "\\", "*", "'", "%25", "a%00b", "é", "(", "[a-z]*"])
def test_no_character_of_a_search_means_more_than_itself(shop: Counter, search: str) -> None:
    for path in (f"{ORDERS}?search={search}", f"{CUSTOMERS}?search={search}"):
        answer = shop.http().get(path)
        assert answer.status_code in {200, 422}
        if answer.status_code == 200:
            assert answer.json["items"] == []


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "PUT", "TRACE"])
def test_no_other_method_does_anything(shop: Counter, method: str) -> None:
    before = stored(shop)
    answer = shop.http().open(QUOTES, method=method, headers={"X-HTTP-Method-Override": "POST"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert stored(shop) == before


def test_b7_pressing_pay_with_another_content_under_one_id_is_refused(shop: Counter) -> None:
    first = sale()
    assert shop.http().post(ORDERS, json=first).status_code == 201
    other = first | {"lines": [{"sku": "A2", "quantity": 1}], "total_minor": 499_00}
    other["payments"] = [{"payment_mode": "CASH", "amount_minor": 499_00}]
    assert refused(shop, "POST", ORDERS, other) == "order_differs"
    again = shop.http().post(ORDERS, json=first)
    assert (again.status_code, again.json["order_id"]) == (200, first["order_id"])
