"""What a page offers at Pay, and what is never typed there."""

import pytest
from orders_store import Counter
from pydantic import ValidationError

from services.orders import errors
from services.orders import schemas as of
from services.orders.handlers import counter as at_counter
from services.orders.handlers import selling, showing


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


CARD, AMEX = "4111 1111 1111 1111", "3782 822463 10005"
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
        (of.CustomerIn, {"name": "Asha", "email": "4111111111111111@example.com"}),
        (of.CustomerIn, {"name": "Asha", "phone": AMEX}),
        (of.CorrectionWish, {"wish_id": ID, "reason": "x", "contact": {"phone": AMEX}}),
        (of.ProductUpdate, {"name": CARD}),
    ],
)
def test_b4_a_card_number_is_refused_wherever_it_is_typed(kind, typed):
    with pytest.raises(errors.CardNumberRefused):
        kind.model_validate(typed)


HOME = {"address": "12 Church Street", "phone": "98450 12345"}
TYPED = [
    {"note": CARD},
    {"coupon": "4111111111111111"},
    {"customer": {"name": CARD}},
    {"customer": {"name": "Asha", "phone": AMEX}},
    {"customer": {"name": "Asha", "email": "4111111111111111@example.com"}},
    {"delivery": HOME | {"address": CARD}},
    {"delivery": HOME | {"phone": AMEX}},
]


@pytest.mark.parametrize("typed", TYPED)
def test_b4_a_card_number_is_not_kept_with_a_held_cart_either(counter: Counter, typed):
    held = of.Hold.model_validate({"cart": CART | typed, "label": "Blue shirt"})
    with pytest.raises(errors.CardNumberRefused):
        at_counter.hold(counter.app, held, counter.till)


@pytest.mark.parametrize("mode", ["CARD", "UPI", "CASH"])
def test_b4_a_card_number_is_no_reference(counter: Counter, mode: str):
    paid = {"payment_mode": mode, "amount_minor": 1_049_00, "reference": CARD}
    with pytest.raises(errors.CardNumberRefused):
        counter.sell(payments=[paid])
    assert counter.scalar("select count(*) from orphan_payments") == 0


def test_t45_f30_a_sale_with_a_card_number_is_refused_and_the_money_taken_for_it_is_kept_in_mind(counter: Counter):
    sale = counter.sale(customer={"name": "Asha", "phone": AMEX}, payments=[counter.upi(1_049_00)])
    with pytest.raises(errors.CardNumberRefused):
        selling.place(counter.app, sale, counter.till)
    assert counter.scalar("select count(*) from orders") == 0
    assert counter.scalar("select amount_minor from orphan_payments") == 1_049_00


def test_b4_a_card_number_is_no_telephone_number():
    with pytest.raises(ValidationError):
        of.CustomerIn(name="Asha", phone=CARD)
    assert of.CustomerIn(name="Asha", phone="+91 98450 12345").phone
