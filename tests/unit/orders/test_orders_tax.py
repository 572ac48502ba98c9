"""B6: tax out of a price that holds it, against an independent calculation."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from services.orders.domain.money import rupees
from services.orders.domain.tax import round_off, split

RATES = [0, 25, 300, 500, 1200, 1800, 2800, 4000]


def test_b6_cgst_and_sgst_are_equal_and_parts_sum_to_the_price_for_100_000_random_prices():
    rng = random.Random(6)
    for rate in rng.choices(RATES, k=100_000):
        amount = int(rng.random() * 10**9)
        tax = split(amount, rate, interstate=False)
        half = int((Decimal(amount * rate) / (2 * (10_000 + rate))).quantize(Decimal(1), ROUND_HALF_UP))
        assert (tax.cgst, tax.sgst, tax.igst, tax.taxable) == (half, half, 0, amount - 2 * half)


@pytest.mark.parametrize(
    ("amount", "rate", "igst"), [(105_00, 500, 5_00), (118_00, 1800, 18_00), (1, 1800, 0), (0, 500, 0)]
)
def test_b6_igst_is_both_halves(amount, rate, igst):
    tax = split(amount, rate, interstate=True)
    assert (tax.igst, tax.cgst, tax.sgst) == (igst, 0, 0)
    assert tax.taxable + tax.igst == amount


@pytest.mark.parametrize(("amount", "rounding"), [(100_00, 0), (100_49, -49), (100_50, 50), (100_99, 1), (0, 0)])
def test_b6_cash_is_rounded_to_the_rupee(amount, rounding):
    assert round_off(amount) == rounding


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "₹ 0.00"),
        (1, "₹ 0.01"),
        (1_23_456_78, "₹ 1,23,456.78"),
        (-5_00, "-₹ 5.00"),
        (1_00_00_000_00, "₹ 1,00,00,000.00"),
    ],
)
def test_amounts_read_in_lakh_grouping(minor, text):
    assert rupees(minor) == text
