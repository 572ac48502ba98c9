"""B5 and B3: legal numbers, years, dates that never run back, and the chain."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.orders.domain import invoices

INDIA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2028, 2, 29), 2027), (date(2026, 12, 31), 2026)],
)
def test_b5_a_financial_year_begins_on_the_first_of_april(day, year):
    assert invoices.financial_year(day) == year


@pytest.mark.parametrize(
    ("now", "last", "day"),
    [
        (datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), None, date(2026, 3, 31)),
        (datetime(2026, 3, 31, 18, 30, tzinfo=UTC), None, date(2026, 4, 1)),
        (datetime(2026, 4, 1, tzinfo=UTC), date(2026, 4, 2), date(2026, 4, 2)),
        (datetime(1970, 1, 1, tzinfo=UTC), date(2026, 4, 2), date(2026, 4, 2)),
    ],
)
def test_b20_the_date_is_the_stores_and_never_runs_back(now, last, day):
    assert invoices.business_date(now, INDIA, last) == day


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_d_the_date_is_the_stores_where_clocks_are_put_forward_and_back(now, day):
    """A night of 23 hours, one in which half past one comes twice: the day begins at the store's midnight."""
    assert invoices.business_date(now, LONDON, None) == day


def test_d_the_hour_that_comes_twice_keeps_its_day_in_one_series():
    hours = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert [now.astimezone(LONDON).strftime("%H:%M") for now in hours] == ["01:30", "01:30"]
    assert {invoices.business_date(now, LONDON, date(2026, 10, 25)) for now in hours} == {date(2026, 10, 25)}


def test_b5_a_number_has_sixteen_characters_at_most():
    assert invoices.number("A1B2C3D4", 2026, 1234) == "A1B2C3D4/26-1234"
    with pytest.raises(invoices.NumberTooLong):
        invoices.number("A1B2C3D4", 2026, 12345)


@pytest.mark.parametrize(
    ("prefix", "usable"), [("A1", True), ("A/1-", True), ("a1", False), ("A1B2C3D4E", False), ("", False)]
)
def test_b5_prefixes_are_checked(prefix, usable):
    assert invoices.usable_prefix(prefix) is usable


def document(**changes):
    base = {
        "order_id": "o1",
        "invoice": {"number": "A/26-1", "hash": "x"},
        "customer": {"name": "Ravi"},
        "note": "",
        "delivery": None,
        "totals": {"total_minor": 5},
    }
    return base | changes


def test_b3_any_change_of_an_invoice_changes_its_hash():
    first = invoices.chained(invoices.GENESIS, document(), "salt")
    assert first == invoices.chained(invoices.GENESIS, document(), "salt")
    invoice = {"number": "A/26-1", "hash": "x", "personal_digest": "y"}
    for change in ({"totals": {"total_minor": 6}}, {"order_id": "o2"}, {"invoice": invoice}, {"kept": "k"}):
        assert invoices.chained(invoices.GENESIS, document(**change), "salt") != first
    assert invoices.chained(first, document(), "salt") != first
    assert invoices.chained(invoices.GENESIS, document(), "other") != first


def test_b3_what_a_customer_told_is_digested_and_can_be_erased():
    told = invoices.personal_digest(document(), "salt")
    others = [{"customer": {"name": "Raj"}}, {"note": "n"}, {"delivery": {}}, {"order_id": "o2"}]
    digests = {invoices.personal_digest(document(**change), "salt") for change in others}
    assert len(digests | {told, invoices.personal_digest(document(), "other")}) == 6
    erased = document(customer=None, note=None)
    assert (invoices.is_erased(document()), invoices.is_erased(erased)) == (False, True)
    assert invoices.chained("0", document(), "salt") == invoices.chained("0", erased, "salt")


def test_b7_equal_content_has_one_fingerprint_whatever_its_order():
    assert invoices.fingerprint({"a": 1, "b": [1, 2]}) == invoices.fingerprint({"b": [1, 2], "a": 1})
    assert invoices.fingerprint({"a": 1}) != invoices.fingerprint({"a": 2})
