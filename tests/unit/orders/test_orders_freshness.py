"""How old the data is that a sale stands on."""

from datetime import UTC, datetime, timedelta

import pytest

from services.orders.domain.freshness import Aged, ages

NOW = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
AS_OF = NOW - timedelta(hours=1)
TOLD = {
    "as_of": AS_OF.isoformat(),
    "synced_at": NOW.isoformat(),
    "stale_at": (NOW + timedelta(hours=3)).isoformat(),
    "too_old_at": (NOW + timedelta(hours=23)).isoformat(),
}
NEVER = dict.fromkeys(TOLD)


@pytest.mark.parametrize(
    ("told", "hours", "expected"),
    [
        (TOLD, 0, (AS_OF, "fresh")),
        (TOLD, 2.99, (AS_OF, "fresh")),
        (TOLD, 3, (AS_OF, "stale")),
        (TOLD, 23, (AS_OF, "too_old")),
        (TOLD | {"as_of": None}, 0, (NOW, "fresh")),
        (NEVER, 0, (None, "never")),
        ({"as_of": None, "synced_at": NOW.isoformat(), "freshness": "stale"}, 0, (NOW, "stale")),
    ],
)
def test_b1_data_grows_old_by_itself(told, hours, expected):
    assert ages({"datasets": {"products": told}}, NOW + timedelta(hours=hours)) == [Aged("products", *expected)]


def test_b1_before_the_first_word_nothing_is_known():
    assert ages(None, NOW) == []
