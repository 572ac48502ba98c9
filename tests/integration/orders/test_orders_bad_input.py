"""What a till, a defect or an attacker may send: a problem with a stable code, and nothing stored."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from orders_store import BOOK, Counter, build_app
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
    opened.hear_book([article | {"stock": 10_000, "number": 2} for article in BOOK])
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
        (sale(place_of_supply="00"), "invalid_input"),
        (sale(place_of_supply="39"), "invalid_input"),
        (sale(pays_cash="yes"), "invalid_input"),
        (sale(role="manager"), "invalid_input"),
        (sale(sales_employee_code="NOBODY"), "invalid_input"),
        (line(sku="NOTHING"), "not_sellable"),
        (line(price_minor=1), "invalid_input"),
    ],
)
def test_b4_money_and_goods_that_do_not_add_up_are_refused(shop: Counter, body: dict[str, Any], code: str) -> None:
    assert refused(shop, "POST", ORDERS, body) == code


T20_NUMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "another quantity": (line(quantity=2), "quote_changed"),
    "a price of the line": (line(unit_price_minor=1), "invalid_input"),
    "an amount of the line": (line(amount_minor=1), "invalid_input"),
    "a discount of the line": (line(discount_minor=1_048_99), "invalid_input"),
    "a rate of the line": (line(tax_rate_bp=0), "invalid_input"),
    "a tax of the line": (line(cgst_minor=0), "invalid_input"),
    "a taxable value of the line": (line(taxable_minor=1), "invalid_input"),
    "a discount": (sale(discount_minor=1_048_99), "invalid_input"),
    "totals": (sale(totals={"total_minor": 1}), "invalid_input"),
    "a round-off": (sale(round_off_minor=-1_048_99), "invalid_input"),
    "a lower total, agreed and paid": (
        payment(amount_minor=1) | {"total_minor": 1, "agreed": {"A1": 1}},
        "quote_changed",
    ),
    "a higher total, agreed and paid": (
        payment(amount_minor=1_050_00) | {"total_minor": 1_050_00, "agreed": {"A1": 1_050_00}},
        "quote_changed",
    ),
}


@pytest.mark.parametrize("case", T20_NUMBERS)
def test_t20_a_number_that_was_changed_in_the_page_sells_nothing(shop: Counter, case: str) -> None:
    body, code = T20_NUMBERS[case]
    assert refused(shop, "POST", ORDERS, body) == code


@pytest.mark.one_step
def test_t20_a_unit_price_that_was_changed_in_the_page_changes_no_number_of_the_invoice(shop: Counter) -> None:
    """What the page says was agreed only explains a total that differs."""
    answers = [shop.http().post(ORDERS, json=sale(agreed=agreed)) for agreed in ({}, {"A1": 1}, {"A2": 0})]
    assert [answer.status_code for answer in answers] == [201] * 3
    honest, *changed = (
        {name: answer.json["document"][name] for name in ("lines", "totals", "payments")} for answer in answers
    )
    assert changed == [honest, honest]
    assert honest["lines"][0]["unit_price_minor"] == honest["totals"]["total_minor"] == 1_049_00


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


# each class of the big list of naughty strings that a name can have
NAUGHTY = [
    "Robert'); DROP TABLE orders;--",
    "' OR 1=1 -- 1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    '<?xml version="1.0"?><!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/passwd">]><foo>&xxe;</foo>',
    "%s %n {} ${jndi:ldap://x} {{7*7}}",
    "%*.*s %d %@ %x",
    "() { 0; }; touch /tmp/harmed",
    "$(touch /tmp/harmed) `touch /tmp/harmed` $HOME $ENV{'HOME'}",
    'eval("puts \'hello world\'") Kernel.exec("ls -al /")',
    "--help --version -",
    "../../../../etc/passwd%00 ..\\..\\COM1 nul LPT1 aux.txt",
    "=1+1",
    "ＡＢＣ ß İ ı",
    "ࠀ शर्मा ₹",
    "１２３ ١٢٣ १२३ ½ ² Ⅷ",
    "Z" + "\u0300" * 100,
    "👩‍👩‍👧‍👦",
    "🇮🇳 \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f ✋🏿 ❤️",
    "(｡◕ ∀ ◕｡) ┬─┬ノ( º _ ºノ)",
    "ثم نفس سقطت שלום test\u200f",
    "˙ɐnbᴉlɐ ﷽ ﷺ",
    "𝕿𝖍𝖊 ⒯⒣⒠ 𐐜 𠜎𠜱",
    "田中さん 社會科學院 울란바토르",
    "a\u00adb\u200bc\u200dd\u2060e\u180ef",
    "a\u2028b\u2029c\u00a0d\u3000e",
    "a\ufffdb\U0010ffffc\ue000d\uffffe",
    "Ω≈ç√∫˜µ≤≥÷ åß∂ƒ©˙∆˚¬… ¡™£¢∞§¶•ªº–≠",
    "'\"''''\" \\ \\\\ /* */ -- # ;",
    "a\tb\nc",
    "javascript:alert(1)",
    "http://a/%%30%30 file://c: data:text/html,x",
    "undefined null (null) nil NIL true None hasOwnProperty then constructor __proto__",
    "NULL",
    "NaN",
    "-Infinity",
    "1E+02",
    "0x7fffffff",
    "1/0",
    "0,00",
    "Scunthorpe General Hospital",
    "Powerلُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗",
]


@pytest.mark.parametrize("name", NAUGHTY)
def test_strange_names_are_names(shop: Counter, name: str) -> None:
    customer_id = str(new_id())
    saved = shop.http().put(f"{CUSTOMERS}/{customer_id}", json={"name": name})
    assert saved.status_code in {200, 201}, saved.get_data(as_text=True)
    found = shop.http().get(f"{CUSTOMERS}/{customer_id}")
    assert found.json["name"].casefold() == saved.json["name"].casefold() != ""
    assert saved.json["name"] == as_kept(name)
    # a search for it, or for its beginning, is a question like any other
    for search in (name, name[:4]):
        assert shop.http().get(CUSTOMERS, query_string={"search": search}).status_code in {200, 422}


def as_kept(words: str) -> str:
    """As they were written, but for their one spelling."""
    return unicodedata.normalize("NFC", words).strip()


@pytest.mark.one_step
@pytest.mark.parametrize("words", NAUGHTY)
def test_d_strange_words_are_kept_with_a_cart_and_a_sale_as_they_were_written(shop: Counter, words: str) -> None:
    http, told = shop.http(), {"note": words, "customer": {"name": words}}
    cart = {"order_id": str(new_id()), "lines": [ONE]} | told
    assert http.put(HELD, json={"cart": cart, "label": words}).status_code == 204
    [held] = [one for one in http.get(HELD).json["items"] if one["order_id"] == cart["order_id"]]
    taken = http.post(f"{HELD}/{cart['order_id']}/recall", json={}).json["cart"]
    assert (held["label"], taken["note"], taken["customer"]["name"]) == (as_kept(words),) * 3
    sold = http.post(ORDERS, json=sale(**told))
    assert sold.status_code == 201, sold.get_data(as_text=True)
    place = f"{ORDERS}/{sold.json['order_id']}"
    document = http.get(place).json["document"]
    assert (document["note"], document["customer"]["name"]) == (as_kept(words), as_kept(words))
    assert {http.get(f"{place}/invoice{form}").status_code for form in ("", ".html", ".pdf")} == {200}


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


OTHER_IDS = {
    "nil": "00000000-0000-0000-0000-000000000000",
    "max": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "version 4": "3f0c8e2a-7d5b-4c1e-9a6f-2b8d1e4c7a90",
    "version 7 of 1970": "00000000-0001-7000-8000-000000000001",
    "version 7 of 10889": "ffffffff-ffff-7fff-bfff-ffffffffffff",
}


@pytest.mark.one_step
@pytest.mark.parametrize("case", OTHER_IDS)
def test_d_an_id_that_no_till_would_make_sells_once_like_any_other(shop: Counter, case: str) -> None:
    """Nothing reads a time out of an id: it only has to be another one for each sale."""
    body = sale(order_id=OTHER_IDS[case])
    first, again = (shop.http().post(ORDERS, json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert shop.http().get(f"{ORDERS}/{OTHER_IDS[case]}").json["order_id"] == OTHER_IDS[case]
    assert OTHER_IDS[case] in {row["order_id"] for row in shop.http().get(ORDERS).json["items"]}
    assert refused(shop, "POST", ORDERS, body | {"note": "x"}) == "order_differs"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "braces": "{{{}}}".format,
    "a urn": "urn:uuid:{}".format,
    "no dashes": lambda order_id: order_id.replace("-", ""),
}


@pytest.mark.one_step
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_d_an_id_that_is_spelled_otherwise_at_pay_is_the_same_sale(shop: Counter, spelling: str) -> None:
    first = sale()
    assert shop.http().post(ORDERS, json=first).status_code == 201
    again = shop.http().post(ORDERS, json=first | {"order_id": SPELLINGS[spelling](first["order_id"])})
    assert (again.status_code, again.json["order_id"]) == (200, first["order_id"])


@pytest.mark.parametrize("spelling", ["{%s}", "urn:uuid:%s", "%s "])
def test_an_id_in_an_address_has_one_spelling(shop: Counter, spelling: str) -> None:
    answer = shop.http().get(f"{ORDERS}/{spelling % new_id()}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("code", ["%c0%ae%c0%ae", "%c0%af", "%e0%80%af", "%f0%80%80%af", "%ff%fe", "%ed%a0%80", "%00"])
def test_d_bytes_that_are_no_utf_8_name_nobody(shop: Counter, code: str) -> None:
    """An overlong spelling is not the character that it spells."""
    for path in (f"{CUSTOMERS}/by-code/{code}", f"{ORDERS}/{code}", f"/api/orders/scan/{code}"):
        answer = shop.http().get(path)
        assert answer.status_code in {404, 422}, answer.get_data(as_text=True)
        assert answer.mimetype == "application/problem+json"
    assert shop.http().get(f"{CUSTOMERS}?search={code * 4}").status_code in {200, 422}


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


MONEY: dict[str, Any] = {
    "a list": [],
    "another field": {"payment": []},
    "payments that are none": {"payments": 7},
    "a huge amount": {"payments": [{"payment_mode": "UPI", "amount_minor": 10**400}]},
    "NUL in a reference": {"payments": [{"payment_mode": "UPI", "amount_minor": 1, "reference": "1\0"}]},
    "eleven payments": {"payments": [{"payment_mode": "UPI", "amount_minor": 1}] * 11},
}


@pytest.mark.parametrize("case", MONEY)
def test_b4_money_that_makes_no_sense_is_refused_when_a_sale_is_given_up(shop: Counter, case: str) -> None:
    assert refused(shop, "POST", f"{ORDERS}/{new_id()}/abandon", MONEY[case]) == "invalid_input"


def test_t45_b4_a_card_number_is_not_kept_when_a_sale_is_given_up(shop: Counter) -> None:
    paid = [{"payment_mode": "CARD", "amount_minor": 1, "reference": "4111 1111 1111 1111"}]
    before = stored(shop)["orphan_payments"]
    answer = shop.http().post(f"{ORDERS}/{new_id()}/abandon", json={"payments": paid})
    assert (answer.status_code, answer.json) == (200, {"order": None})
    assert stored(shop)["orphan_payments"] == before


@pytest.mark.parametrize("body", [None, {}, {"payments": []}])
def test_b7_a_sale_is_given_up_with_or_without_a_word_on_money(shop: Counter, body: Any) -> None:
    answer = shop.http().post(f"{ORDERS}/{new_id()}/abandon", **({} if body is None else {"json": body}))
    assert (answer.status_code, answer.json) == (200, {"order": None})


@pytest.mark.one_step
def test_b7_pressing_pay_with_another_content_under_one_id_is_refused(shop: Counter) -> None:
    first = sale()
    assert shop.http().post(ORDERS, json=first).status_code == 201
    other = first | {"lines": [{"sku": "A2", "quantity": 1}], "total_minor": 499_00}
    other["payments"] = [{"payment_mode": "CASH", "amount_minor": 499_00}]
    assert refused(shop, "POST", ORDERS, other) == "order_differs"
    again = shop.http().post(ORDERS, json=first)
    assert (again.status_code, again.json["order_id"]) == (200, first["order_id"])


@pytest.mark.one_step
def test_d_the_same_lines_in_another_order_under_one_id_are_another_sale(shop: Counter) -> None:
    """Its invoice would have other lines: who sends that is no till that asks again, and is shown what is stored."""
    lines = [{"sku": "A1", "quantity": 1}, {"sku": "A2", "quantity": 1}]
    first = payment(amount_minor=1_548_00) | {"lines": lines, "total_minor": 1_548_00}
    assert shop.http().post(ORDERS, json=first).status_code == 201
    turned = first | {"lines": lines[::-1]}
    assert refused(shop, "POST", ORDERS, turned) == "order_differs"
    shown = shop.http().post(ORDERS, json=turned).json["details"]["order"]["document"]
    assert [row["sku"] for row in shown["lines"]] == ["A1", "A2"]
    assert shop.http().post(ORDERS, json=dict(reversed(first.items()))).status_code == 200


@pytest.mark.one_step
@pytest.mark.parametrize("number", ["104900.0", "1.049E5", "10490000e-2", "1049E2"])
def test_d_a_number_that_is_written_otherwise_is_the_same_sale(shop: Counter, number: str) -> None:
    body = sale()
    assert shop.http().post(ORDERS, json=body).status_code == 201
    otherwise = json.dumps(body).replace("104900", number).encode()
    again = shop.http().post(ORDERS, data=otherwise, content_type="application/json")
    assert (again.status_code, again.json["document"]["totals"]["total_minor"]) == (200, 1_049_00)


@pytest.mark.parametrize("number", ["-0", "-0.0", "1049.005E2", "-1.049E5", "1e-5", "1E400"])
def test_d_a_number_that_is_another_sells_nothing(shop: Counter, number: str) -> None:
    body = written(TOTAL, f'"total_minor": {number}')
    assert refused(shop, "POST", ORDERS, body) in {"invalid_input", "quote_changed"}


@pytest.mark.parametrize("field", ["lines", "payments", "agreed", "note"])
def test_d_an_array_as_long_as_a_body_is_refused_in_a_short_answer(shop: Counter, field: str) -> None:
    body = sale(**{field: [0] * 300_000})
    assert refused(shop, "POST", ORDERS, body) == "invalid_input"
    assert len(shop.http().post(ORDERS, json=body).data) < 100_000
