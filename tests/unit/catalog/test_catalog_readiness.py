"""When the snapshot is old, when it is missing, and when a feed may not replace it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.domain.datasets import DATASETS
from services.catalog.domain.deletions import Deletions
from services.catalog.domain.feeds import (
    FeedRefused,
    judge_currency,
    judge_deletions,
    judge_repeats,
    judge_result,
    judge_time,
    judge_turn,
)
from services.catalog.domain.freshness import Policy, age, freshness
from services.catalog.domain.readiness import missing

NOW = datetime(2026, 4, 15, 6, 30, tzinfo=UTC)
POLICY = Policy(fresh=timedelta(hours=4), too_old=timedelta(hours=24))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("old", "judged"),
    [
        (timedelta(0), "fresh"),
        (timedelta(hours=4), "fresh"),
        (timedelta(hours=4) + SECOND, "stale"),
        (timedelta(hours=24), "stale"),
        (timedelta(hours=24) + SECOND, "too_old"),
        (timedelta(days=4000), "too_old"),
    ],
)
def test_b1_freshness_by_age(old, judged):
    assert freshness(POLICY, NOW, synced_at=NOW - old, as_of=NOW) == judged
    assert freshness(POLICY, NOW, synced_at=NOW, as_of=NOW - old) == judged


def test_b1_never_synced_is_never_fresh():
    assert freshness(POLICY, NOW, synced_at=None, as_of=None) == "never"
    assert age(NOW, synced_at=None, as_of=NOW) is None


def test_b1_a_clock_of_head_office_that_is_ahead_makes_nothing_younger():
    synced = NOW - timedelta(hours=5)
    assert freshness(POLICY, NOW, synced_at=synced, as_of=NOW + timedelta(days=1)) == "stale"


@pytest.mark.parametrize(
    ("fresh", "too_old"),
    [(timedelta(0), timedelta(1)), (timedelta(2), timedelta(1)), (-timedelta(1), timedelta(1))],
)
def test_b1_a_policy_that_makes_no_sense_is_refused(fresh, too_old):
    with pytest.raises(ValueError, match="fresh"):
        Policy(fresh=fresh, too_old=too_old)


@pytest.mark.parametrize(
    ("synced", "lacking"),
    [
        ([], list(DATASETS)),
        (["staff", "products"], ["inventory", "payment-modes"]),
        (DATASETS, []),
    ],
)
def test_s2_what_is_missing_is_named(synced, lacking):
    assert missing(synced) == lacking


@pytest.mark.parametrize(
    ("gone", "known", "too_many"),
    [(0, 0, False), (1, 5, False), (2, 5, True), (20, 100, False), (21, 100, True), (1, 4, True), (5, 5, True)],
)
def test_s1_more_than_a_fifth_is_too_many(gone, known, too_many):
    assert Deletions(gone, known).too_many is too_many


@pytest.mark.parametrize(
    ("gone", "agreed", "allowed"), [(40, None, False), (40, 39, False), (40, 40, True), (10, None, True), (10, 0, True)]
)
def test_s1_a_person_agrees_to_a_number_and_no_more(gone, agreed, allowed):
    assert Deletions(gone, 100).allowed(agreed) is allowed


def test_s1_the_refusal_says_how_much_would_go():
    with pytest.raises(FeedRefused, match=r"would delete 40 of 100 \(40 %\) of products") as refused:
        judge_deletions("products", Deletions(40, 100), agreed=None)
    assert refused.value.code == "deletes_too_much"
    judge_deletions("products", Deletions(40, 100), agreed=40)
    assert Deletions(0, 0).percent == 0


@pytest.mark.parametrize(
    ("as_of", "previous", "code"),
    [
        (NOW + timedelta(minutes=6), None, "as_of_in_future"),
        (NOW - timedelta(hours=2), NOW - timedelta(hours=1), "went_back"),
    ],
)
def test_s1_a_feed_that_goes_back_or_comes_from_the_future_is_refused(as_of, previous, code):
    with pytest.raises(FeedRefused) as refused:
        judge_time(as_of, previous=previous, now=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(("as_of", "previous"), [(NOW, None), (NOW, NOW), (NOW + timedelta(minutes=5), NOW)])
def test_s1_a_feed_of_its_time_is_taken(as_of, previous):
    judge_time(as_of, previous=previous, now=NOW)


def test_s1_a_feed_must_leave_something_and_somebody():
    judge_result("staff", held=3, managers=1)
    judge_result("products", held=1)
    with pytest.raises(FeedRefused, match="Nothing of products"):
        judge_result("products", held=0)
    with pytest.raises(FeedRefused, match="No active manager"):
        judge_result("staff", held=3, managers=0)


def test_s1_what_stands_twice_is_named():
    judge_repeats("sku_twice", [])
    with pytest.raises(FeedRefused, match="A1, B1 stands more than once") as refused:
        judge_repeats("sku_twice", {"B1", "A1"})
    assert refused.value.code == "sku_twice"


@pytest.mark.parametrize(
    ("dataset", "currency", "previous", "code"),
    [
        ("products", None, None, "no_currency"),
        ("products", "Rs", None, "no_currency"),
        ("products", "inr", None, "no_currency"),
        ("products", 356, None, "no_currency"),
        ("staff", "", None, "no_currency"),
        ("products", "USD", "INR", "other_currency"),
    ],
)
def test_s1_prices_are_in_one_currency_that_is_told(dataset, currency, previous, code):
    with pytest.raises(FeedRefused) as refused:
        judge_currency(dataset, currency, previous=previous)
    assert refused.value.code == code


@pytest.mark.parametrize(("dataset", "currency"), [("products", "INR"), ("staff", None), ("inventory", None)])
def test_s1_only_prices_need_a_currency(dataset, currency):
    judge_currency(dataset, currency, previous="INR")


def test_s1_a_feed_that_was_overtaken_is_not_taken():
    judge_turn(asked=3, held=3)
    with pytest.raises(FeedRefused, match="Another feed"):
        judge_turn(asked=3, held=4)
