from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.sessions.domain.offline_sessions import LABELS, Seal, status, waiting, whole_days


@pytest.mark.parametrize(
    ("ended", "seal", "deliveries", "expected"),
    [
        (False, None, {}, "open"),
        (False, None, {"pending": 1}, "open"),
        (True, None, {}, "syncing"),
        (True, None, {"synced": 3}, "syncing"),
        (True, None, {"pending": 1}, "syncing"),
        (True, Seal(0, 0), {}, "success"),
        (True, Seal(3, 9), {}, "syncing"),
        (True, Seal(3, 9), {"synced": 2}, "syncing"),
        (True, Seal(3, 9), {"synced": 2, "waiting": 1}, "syncing"),
        (True, Seal(3, 9), {"synced": 1, "pending": 1}, "failed"),
        (True, Seal(3, 9), {"synced": 2, "pending": 1}, "failed"),
        (True, Seal(3, 9), {"synced": 3}, "success"),
        (True, Seal(3, 9), {"synced": 2, "withdrawn": 1}, "success"),
        (True, Seal(3, 9), {"synced": 2, "too_late": 1}, "success"),
        (True, Seal(2, 9), {"withdrawn": 2}, "success"),
    ],
)
def test_s10_status_comes_from_sealed_sessions_and_settled_outcomes_only(ended, seal, deliveries, expected):
    assert status(ended=ended, seal=seal, deliveries=deliveries) == expected


def test_s10_failed_becomes_success_when_it_is_cured():
    seal = Seal(2, 900)
    steps = [{"synced": 1, "pending": 1}, {"synced": 1, "waiting": 1}, {"synced": 2}]
    assert [status(ended=True, seal=seal, deliveries=d) for d in steps] == ["failed", "syncing", "success"]


def test_s10_people_read_success_failed_or_in_progress():
    assert set(LABELS.values()) == {"In progress", "Success", "Failed"}


def test_b12_waiting_is_what_is_neither_at_the_oms_nor_void():
    assert waiting(5, {"synced": 2, "withdrawn": 1, "pending": 1}) == 2
    assert waiting(1, {"synced": 2}) == 0


def test_s11_days_are_the_stores_days():
    start, end = whole_days(date(2026, 4, 1), date(2026, 4, 1), ZoneInfo("Asia/Kolkata"))
    assert start == datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    assert end == datetime(2026, 4, 1, 18, 30, tzinfo=UTC)
    assert whole_days(None, None, ZoneInfo("Asia/Kolkata")) == (None, None)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
def test_s11_the_first_and_last_days_of_the_calendar_are_bounds_too(zone):
    start, end = whole_days(date.min, date.max, ZoneInfo(zone))
    assert start is not None
    assert end is not None
    assert start.astimezone(UTC) < datetime(2026, 4, 1, tzinfo=UTC) < end.astimezone(UTC)
