"""What makes a sale this sale, for a till that asks for it again."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.chassis.fields import Flag
from services.chassis.ids import new_id
from services.orders.app import App
from services.orders.handlers.selling import business_fingerprint
from services.orders.schemas import Sale

APP = cast("App", SimpleNamespace(salt="salt"))
ASKED: dict[str, Any] = {
    "order_id": new_id(),
    "lines": [{"sku": "A1", "quantity": 1}],
    "total_minor": 100,
    "payments": [{"payment_mode": "CASH", "amount_minor": 100}],
}


class LaterSale(Sale):
    """As a later version of this service may take it."""

    gift: Flag = False


def test_f57_b7_a_sale_that_is_asked_for_again_after_an_update_is_the_same() -> None:
    assert business_fingerprint(APP, LaterSale(**ASKED)) == business_fingerprint(APP, Sale(**ASKED))


@pytest.mark.parametrize("more", [{"kept": "0" * 64}, {"agreed": {"A1": 100}}, {"note": "", "customer": None}])
def test_b7_what_makes_no_other_sale_does_not_count(more: dict[str, Any]) -> None:
    assert business_fingerprint(APP, Sale(**ASKED | more)) == business_fingerprint(APP, Sale(**ASKED))


@pytest.mark.parametrize(
    "more",
    [{"note": "n"}, {"total_minor": 101}, {"lines": [{"sku": "A1", "quantity": 2}]}, {"customer": {"name": "Asha"}}],
)
def test_b7_another_content_is_another_sale(more: dict[str, Any]) -> None:
    assert business_fingerprint(APP, Sale(**ASKED | more)) != business_fingerprint(APP, Sale(**ASKED))
