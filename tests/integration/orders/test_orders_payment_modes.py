"""What a page offers at Pay, and what is never typed there."""

import pytest
from orders_store import Counter
from pydantic import ValidationError

from services.orders import errors
from services.orders import schemas as of
from services.orders.handlers import counter as at_counter
from services.orders.handlers import showing


def offered(counter):
    return {mode.code: (mode.name, mode.unavailable) for mode in showing.payment_modes(counter.app).items}


def test_s16_online_payment_modes_are_shown_as_unavailable_while_offline(counter):
    online = offered(counter)
    assert {why for _, why in online.values()} == {None}
    counter.go_offline()
    kinds = {mode.code: mode.kind for mode in showing.payment_modes(counter.app).items}
    for code, (_, why) in offered(counter).items():
        assert why == ("Not available in Offline Mode" if kinds[code] == "online" else None)
    assert "online" in kinds.values()


CARD = "4111 1111 1111 1111"
CART = {"order_id": "0199d090-0000-7000-8000-000000000001", "lines": [{"sku": "A1", "quantity": 1}]}
ID = "0199d090-0000-7000-8000-000000000002"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (of.Hold, {"cart": CART, "label": CARD}),
        (of.CustomerIn, {"name": CARD}),
        (of.Refund, {"note": CARD}),
        (of.VoidWish, {"wish_id": ID, "reason": CARD, "goods_back": True}),
        (of.CorrectionWish, {"wish_id": ID, "reason": CARD}),
        (of.CorrectionWish, {"wish_id": ID, "reason": "x", "note": CARD}),
        (of.CorrectionWish, {"wish_id": ID, "reason": "x", "payments": [{"n": 1, "reference": CARD}]}),
        (of.TillIn, {"name": CARD}),
    ],
)
def test_b4_a_card_number_is_refused_wherever_it_is_typed(kind, typed):
    with pytest.raises(errors.CardNumberRefused):
        kind.model_validate(typed)


def test_b4_a_card_number_is_not_kept_with_a_held_cart_either(counter: Counter):
    held = of.Hold.model_validate({"cart": CART | {"note": CARD}, "label": "Blue shirt"})
    with pytest.raises(errors.CardNumberRefused):
        at_counter.hold(counter.app, held, counter.till)


def test_b4_a_card_number_is_no_telephone_number():
    with pytest.raises(ValidationError):
        of.CustomerIn(name="Asha", phone=CARD)
    assert of.CustomerIn(name="Asha", phone="+91 98450 12345").phone
