"""B4: how a sale may be paid."""

import pytest

from services.orders.domain.payments import Paid, PaymentMode, PaymentWrong, normal_reference, settle

MODES = {
    "CASH": PaymentMode("CASH", "Cash at Store", "cash", offline=True),
    "CARD": PaymentMode("CARD", "Card Swipe at Store", "card", offline=True),
    "UPI": PaymentMode("UPI", "UPI at Store", "upi", offline=True),
    "LINK": PaymentMode("LINK", "Payment Link", "online", offline=False),
}


def test_b4_a_sale_is_paid_with_several_modes_and_cash_gets_change():
    paid = [Paid("CASH", 40_00, tendered_minor=50_00), Paid("UPI", 60_00, "412345678901")]
    cash, upi = settle(paid, MODES, 100_00, offline=True)
    assert (cash.change_minor, cash.status) == (10_00, "paid")
    assert (upi.reference, upi.status) == ("412345678901", "claimed")


@pytest.mark.parametrize(
    ("paid", "code"),
    [
        ([Paid("CASH", 99_99)], "payments_do_not_cover"),
        ([Paid("CASH", 100_01)], "payments_do_not_cover"),
        ([Paid("CASH", 0), Paid("CASH", 100_00)], "payment_amount_wrong"),
        ([Paid("CASH", 100_00, tendered_minor=99_00)], "cash_too_little"),
        ([Paid("CHEQUE", 100_00)], "payment_mode_unknown"),
        ([Paid("LINK", 100_00, "PAY-12345678")], "not_available_offline"),
        ([Paid("UPI", 100_00)], "reference_required"),
        ([Paid("UPI", 100_00, "  ")], "reference_required"),
        ([Paid("UPI", 100_00, "41234567890")], "reference_malformed"),
        ([Paid("UPI", 100_00, "4123456789012")], "reference_malformed"),
        ([Paid("CARD", 100_00, "12")], "reference_malformed"),
        ([Paid("UPI", 50_00, "412345678901"), Paid("UPI", 50_00, "4123 4567 8901")], "reference_used"),
    ],
)
def test_b4_what_cannot_be_taken_is_refused_by_name(paid, code):
    with pytest.raises(PaymentWrong) as refused:
        settle(paid, MODES, 100_00, offline=True)
    assert refused.value.code == code


def test_s20_what_a_customer_has_paid_online_counts_offline_too_that_amount_and_no_other():
    paid = [Paid("CASH", 40_00), Paid("LINK", 60_00, "PAY-12345678")]
    _, link = settle(paid, MODES, 100_00, offline=True, captured={2: 60_00})
    assert (link.kind, link.status) == ("online", "captured")
    for captured in ({1: 60_00}, {2: 59_99}):
        with pytest.raises(PaymentWrong, match="Not available in Offline Mode"):
            settle(paid, MODES, 100_00, offline=True, captured=captured)


@pytest.mark.parametrize("text", ["412345678901", "4123 4567 8901", "４１２３４５６７８９０１", " 4123-4567-8901 "])
def test_b4_one_reference_has_one_spelling(text):
    assert normal_reference(text) == "412345678901"
