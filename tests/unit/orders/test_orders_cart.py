"""Carts become quotes: prices and rates by date, what is left, what changed."""

from datetime import date

import pytest

from services.orders.domain.cart import Dated, Extra, Item, Offer, Unpriced, Wanted, differences, gathered, on, reckon

OLD, REFORM = date(2017, 7, 1), date(2025, 9, 22)
DAY = date(2026, 4, 15)


def item(sku: str = "A1", price: int = 1_050_00, *, left: int = 5, exempt: bool = False) -> Item:
    rates = () if exempt else (Dated(OLD, 1200), Dated(REFORM, 500))
    return Item(sku, f"Shirt {sku}", "M", "6205", exempt, (Dated(OLD, price),), rates, left)


def quote(wanted, *items, day=DAY, interstate=False, round_cash=False, extras=()):
    book = {i.sku: i for i in items}
    return reckon(wanted, book, day, interstate=interstate, round_cash=round_cash, offer=Offer({}, extras))


@pytest.mark.parametrize(("day", "rate"), [(date(2025, 9, 21), 1200), (REFORM, 500), (DAY, 500)])
def test_b6_the_rate_is_that_of_the_invoice_date(day, rate):
    [line] = quote([Wanted("A1", 1)], item(), day=day).lines
    assert line.tax_rate_bp == rate


def test_s13_more_than_is_left_is_oversold():
    quoted = quote([Wanted("A1", 6), Wanted("A2", 5)], item(), item("A2"))
    assert [line.oversold for line in quoted.lines] == [True, False]
    assert quoted.left == {"A1": 5, "A2": 5}


def test_s13_the_same_article_scanned_twice_is_one_line():
    assert gathered([Wanted("A1", 1), Wanted("A2", 1), Wanted("A1", 2)]) == (Wanted("A1", 3), Wanted("A2", 1))


def test_s20_what_extends_an_article_stands_beneath_it_and_a_delivery_at_the_end():
    hems = [Extra("HEM", "Hem", 150_00, sku) for sku in ("A1", "A2")]
    extras = (Extra("DELIVERY", "Delivery", 99_00), *hems)
    wanted = [Wanted("A1", 1, ("HEM",)), Wanted("A2", 2, ("HEM",))]
    lines = quote(wanted, item(), item("A2"), extras=extras).lines
    assert [(x.line_no, x.sku, x.for_line) for x in lines] == [
        (1, "A1", None),
        (2, "HEM", 1),
        (3, "A2", None),
        (4, "HEM", 3),
        (5, "DELIVERY", None),
    ]
    assert [x.extensions for x in lines] == [("HEM",), (), ("HEM",), (), ()]


def test_s20_a_charge_for_what_is_not_in_the_cart_is_not_dropped():
    lines = quote([Wanted("A1", 1)], item(), extras=(Extra("HEM", "Hem", 150_00, "B1"),)).lines
    assert [(x.sku, x.for_line) for x in lines] == [("A1", None), ("HEM", None)]


def test_b6_totals_are_the_sums_of_their_lines():
    quoted = quote([Wanted("A1", 2), Wanted("A2", 1)], item(), item("A2", 99_99), round_cash=True)
    totals = quoted.totals
    assert totals.lines_minor == 2 * 1_050_00 + 99_99
    assert (totals.round_off_minor, totals.total_minor) == (1, 2_200_00)
    assert totals.taxable_minor + totals.cgst_minor + totals.sgst_minor == totals.lines_minor


def test_b6_exempt_goods_carry_no_tax():
    [line] = quote([Wanted("A1", 1)], item(exempt=True)).lines
    assert (line.tax_rate_bp, line.cgst_minor, line.taxable_minor) == (0, 0, 1_050_00)


def test_every_article_that_cannot_be_sold_is_named():
    with pytest.raises(Unpriced) as refused:
        quote([Wanted("A1", 1), Wanted("B1", 1), Wanted("C1", 1)], item())
    assert refused.value.skus == ["B1", "C1"]


def test_a_price_of_tomorrow_does_not_hold_today():
    assert on((Dated(date(2026, 4, 16), 1),), DAY) is None
    assert on((Dated(DAY, 2), Dated(OLD, 1)), DAY) == 2


def test_s1_of_two_prices_that_begin_on_one_day_the_later_holds():
    assert on((Dated(OLD, 1), Dated(DAY, 2), Dated(DAY, 3)), DAY) == 3


def test_b7_what_changed_is_told_line_by_line():
    quoted = quote([Wanted("A1", 1), Wanted("A2", 1)], item(), item("A2", 99_99))
    assert differences({"A1": 1_050_00, "A2": 90_00, "A3": 5}, quoted) == [
        {"sku": "A2", "was_minor": 90_00, "is_minor": 99_99},
        {"sku": "A3", "was_minor": 5, "is_minor": None},
    ]
