"""What only head office can give: a well-formed value, or an error that has a code, whatever head office says."""

import contextlib
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from services.chassis.errors import ServiceError
from services.chassis.tokens import Principal
from services.head_office.port import Done
from services.orders.errors import HeadOfficeSilent
from services.orders.handlers import online
from services.orders.schemas import LiveStock, OnlineQuote, PaymentIntent, PaymentIntentIn, ProductUpdate
from tests.mutants import tried

ORDER_ID = UUID("0199d09f-0000-7000-8000-000000000001")
KEY = f"{ORDER_ID}:1"
MANAGER = Principal("M1", "Meera", "manager")
MOST_IN_A_PAGE = 2**53
PAYMENT = {"key": KEY, "amount_minor": 100, "status": "captured", "reference": "R1"}
STOCK = {"items": [{"sku": "A1", "quantity": 7}]}
QUOTE = {
    "quote_id": "Q1",
    "promotions": [{"code": "FEST10", "name": "Festival"}],
    "lines": [{"sku": "A1", "discount_minor": 100}],
    "delivery_minor": 4900,
    "extensions": [{"sku": "A1", "code": "GIFT", "name": "Gift wrap", "amount_minor": 5000}],
}
CUSTOMER = {"customer_id": str(ORDER_ID), "name": "Asha", "phone": None, "tags": ["a", {"b": 1.5}]}
PRODUCT = {"product_id": "P1", "name": "Shirt", "category": "Tops", "variants": [{"sku": "A1", "prices": []}]}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Orders without its database: what it would keep has to be what a database can keep."""

    @contextlib.contextmanager
    def transaction() -> Iterator[None]:
        yield None

    monkeypatch.setattr(online.heard, "mode", lambda *_: SimpleNamespace(mode="online"))
    monkeypatch.setattr(online.heard, "sold_and_unsent", lambda *_: {"A1": 2})
    monkeypatch.setattr(online.online, "capture", lambda *_: None)
    monkeypatch.setattr(online.online, "keep_capture", lambda *told: must_be_kept(told[-1]))
    monkeypatch.setattr(online.private, "note_read", lambda *_: None)
    return SimpleNamespace(db=SimpleNamespace(transaction=transaction), settings=SimpleNamespace(online_timeout_s=1))


def must_be_kept(value: Any) -> None:
    """As PostgreSQL keeps JSON: no NUL, no number without an end, no half of a character."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    assert text.encode()


def must_be_shown(value: Any, kind: Any) -> None:
    assert TypeAdapter(kind).dump_json(value)


def office(body: Any) -> Any:
    """Head office that gives this, whatever it is asked."""
    return SimpleNamespace(**dict.fromkeys(
        ("payment", "create_payment", "stock", "customer_by_code", "update_product"), lambda *_, **__: Done(body)
    ))  # fmt: skip


def payment(app: Any) -> None:
    found = online.payment(app, ORDER_ID, 1)
    assert (found.key, 0 <= found.amount_minor <= MOST_IN_A_PAGE) == (KEY, True)
    must_be_shown(found, PaymentIntent)


def request_payment(app: Any) -> None:
    asked = PaymentIntentIn(order_id=ORDER_ID, n=1, amount_minor=100, payment_mode="LINK")
    must_be_shown(online.request_payment(app, asked), PaymentIntent)


def live_stock(app: Any) -> None:
    found = online.live_stock(app, ["A1"])
    assert all(abs(item.left) <= MOST_IN_A_PAGE for item in found.items)
    must_be_shown(found, LiveStock)


def customer(app: Any) -> None:
    must_be_shown(online.customer_by_code(app, "C1", MANAGER), dict[str, object])


def product(app: Any) -> None:
    must_be_shown(online.update_product(app, "P1", ProductUpdate(name="Shirt")), dict[str, object])


def quote(app: Any) -> None:
    found = online._read(OnlineQuote, app.head_office.stock(), [])
    must_be_kept(found.model_dump(mode="json"))
    offer = online.offer(found)
    assert all(
        0 <= minor <= MOST_IN_A_PAGE for minor in [*offer.discounts.values(), *(e.amount_minor for e in offer.extras)]
    )


CALLS: list[tuple[Callable[[Any], None], Any]] = [
    (payment, PAYMENT),
    (request_payment, PAYMENT | {"status": "pending"}),
    (live_stock, STOCK),
    (quote, QUOTE),
    (customer, CUSTOMER),
    (product, PRODUCT),
]


@pytest.mark.parametrize(("call", "good"), CALLS, ids=lambda v: getattr(v, "__name__", ""))
def test_d_what_head_office_gives_online_is_well_formed_or_refused_with_a_code(
    app: Any, call: Callable[[Any], None], good: Any
) -> None:
    def read(body: Any) -> None:
        app.head_office = office(body)
        with contextlib.suppress(ServiceError):
            call(app)

    app.head_office = office(good)
    call(app)
    tried(read, good)


@pytest.mark.parametrize("key", ["0199d09f-0000-7000-8000-000000000002:1", f"{ORDER_ID}:2", "x"])
def test_f52_another_sales_payment_is_never_taken_for_this_ones(app: Any, key: str) -> None:
    app.head_office = office(PAYMENT | {"key": key})
    with pytest.raises(HeadOfficeSilent):
        online.payment(app, ORDER_ID, 1)
