"""How old a data set may be before people are warned, and before a manager has to agree."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Freshness = Literal["never", "fresh", "stale", "too_old"]


@dataclass(frozen=True)
class Policy:
    """Fresh up to `fresh`, stale up to `too_old`, too old beyond."""

    fresh: timedelta
    too_old: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.fresh <= self.too_old:
            raise ValueError("fresh must be positive and no longer than too_old")


def freshness(policy: Policy, now: datetime, *, synced_at: datetime | None, as_of: datetime | None) -> Freshness:
    """Judges a data set by its age: since head office drew it up, or since it came, whichever is longer ago."""
    oldest = age(now, synced_at=synced_at, as_of=as_of)
    if oldest is None:
        return "never"
    if oldest <= policy.fresh:
        return "fresh"
    return "stale" if oldest <= policy.too_old else "too_old"


def turns(policy: Policy, *, synced_at: datetime | None, as_of: datetime | None) -> tuple[datetime, datetime] | None:
    """When a data set becomes stale, and when too old; None before its first sync."""
    if synced_at is None:
        return None
    begins = min(synced_at, as_of or synced_at)
    return begins + policy.fresh, begins + policy.too_old


def age(now: datetime, *, synced_at: datetime | None, as_of: datetime | None) -> timedelta | None:
    """How old a data set is; None before its first sync."""
    if synced_at is None:
        return None
    return now - min(synced_at, as_of or synced_at)
