"""When a data set is synced again."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.domain.pacing import next_try

START = datetime(2026, 4, 15, 6, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("tried", "failures", "wait"),
    [
        (None, 0, 0),
        (-10, 0, 0),
        (-10, 5, 0),
        (0, 0, 120),
        (7, 0, 127),
        (0, 1, 5),
        (0, 2, 10),
        (0, 4, 40),
        (0, 5, 60),
        (0, 5000, 60),
    ],
)
def test_s1_synced_at_once_after_a_start_then_at_its_interval_and_sooner_after_a_failure(tried, failures, wait):
    tried_at = None if tried is None else START + tried * SECOND
    paces = {"interval": 120 * SECOND, "retry": 5 * SECOND, "started_at": START}
    assert next_try(tried_at, failures=failures, **paces) == START + wait * SECOND
