"""The demo's judge: each planted fault is found, and only it."""

import pytest

from deploy.demo.chart import duration, sparkline
from deploy.demo.verdict import Booked, Receipt, gaps, judge

RECEIPTS = [Receipt(f"o{n}", "Till 1", f"A1/26-{n}", 100 * n) for n in range(1, 6)]
BOOKED = [Booked(r.order_id, r.number, r.total_minor) for r in RECEIPTS[:4]]
CANCELLED = {"o5": "A1/26-5"}


def test_b9_every_sale_once_or_void_is_the_promise_kept():
    verdict = judge(RECEIPTS, BOOKED, CANCELLED)
    assert verdict.kept
    assert verdict.once == ("o1", "o2", "o3", "o4")
    assert verdict.void == ("o5",)


@pytest.mark.parametrize(
    ("booked", "cancelled", "found"),
    [
        (BOOKED[1:], CANCELLED, "o1: booked 0 times"),
        ([*BOOKED, BOOKED[0]], CANCELLED, "o1: booked 2 times"),
        ([Booked("o1", "A1/26-1", 101), *BOOKED[1:]], CANCELLED, "o1: booked with 101 instead of 100"),
        ([Booked("o1", "A1/26-2", 100), *BOOKED[1:]], CANCELLED, "o1: booked as A1/26-2 instead of A1/26-1"),
        (BOOKED, {}, "o5: booked 0 times"),
        (BOOKED, {"o5": "A1/26-4"}, "o5: cancelled under another invoice number"),
        ([*BOOKED, Booked("o5", "A1/26-5", 500)], CANCELLED, "o5: void, but booked at head office"),
        ([*BOOKED, Booked("o9", "A1/26-9", 1)], CANCELLED, "o9: at head office, but no till was told of it"),
    ],
)
def test_b9_each_planted_fault_is_found_and_only_it(booked, cancelled, found):
    assert judge(RECEIPTS, booked, cancelled).wrong == (found,)


def test_b5_numbers_are_consecutive_in_each_series():
    assert gaps(RECEIPTS) == []
    assert gaps([RECEIPTS[0], RECEIPTS[2]]) == ["A1/26: 2 is missing"]
    assert gaps([RECEIPTS[0], RECEIPTS[0]]) == ["A1/26: 1 stands twice"]


def test_a_sparkline_scales_to_its_highest_value():
    assert sparkline([0, 1, 2, 4, 8], width=5) == " ▁▂▄█"
    assert sparkline([0] * 3, width=10) == "   "
    assert sparkline([], width=10) == ""
    assert len(sparkline(range(1000), width=60)) == 60


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (42, "42 s"), (185, "3 min 5 s")])
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text
