"""An offline session's life: open, syncing, then success or failed; failed becomes success when it is cured."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Status = Literal["open", "syncing", "success", "failed"]

LABELS: Mapping[Status, str] = {
    "open": "In progress",
    "syncing": "In progress",
    "success": "Success",
    "failed": "Failed",
}

EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)

DONE = frozenset({"synced", "too_late", "withdrawn"})
NEEDS_A_PERSON = frozenset({"pending"})


@dataclass(frozen=True)
class Seal:
    """What `orders` answered to the end of a session: no sale can carry it any more."""

    orders: int
    total_minor: int


def status(*, ended: bool, seal: Seal | None, deliveries: Mapping[str, int]) -> Status:
    """The status of a session; `deliveries` counts its orders by where their delivery stands."""
    if not ended:
        return "open"
    if seal is None:
        return "syncing"
    if any(deliveries.get(state) for state in NEEDS_A_PERSON):
        return "failed"
    return "success" if settled(deliveries) >= seal.orders else "syncing"


def settled(deliveries: Mapping[str, int]) -> int:
    """How many orders are at the OMS or void."""
    return sum(deliveries.get(state, 0) for state in DONE)


def waiting(orders: int, deliveries: Mapping[str, int]) -> int:
    """How many orders are neither at the OMS nor void."""
    return max(0, orders - settled(deliveries))


def whole_days(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The span from the beginning of the first day to the end of the last, as the store's people count days.

    Days before any session and after every one are the same to it: calendars end somewhere.
    """
    start = datetime.combine(_within(first), time(), zone) if first else None
    end = datetime.combine(_within(last) + timedelta(days=1), time(), zone) if last else None
    return start, end


def _within(day: date) -> date:
    return min(max(day, EARLIEST), LATEST)
