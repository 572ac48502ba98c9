"""How old the data is that a sale stands on: told by `catalog`, and known though it has fallen silent since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Freshness = Literal["never", "fresh", "stale", "too_old"]


@dataclass(frozen=True)
class Aged:
    """A data set as it is by now."""

    dataset: str
    as_of: datetime | None
    freshness: Freshness


def ages(readiness: Mapping[str, Any] | None, now: datetime) -> list[Aged]:
    """Every data set that was heard of, by the times at which `catalog` said that it grows old."""
    return [_aged(name, told, now) for name, told in (readiness or {}).get("datasets", {}).items()]


def _aged(name: str, told: Mapping[str, Any], now: datetime) -> Aged:
    return Aged(name, _time(told["as_of"] or told["synced_at"]), _freshness(told, now))


def _freshness(told: Mapping[str, Any], now: datetime) -> Freshness:
    stale_at, too_old_at = _time(told.get("stale_at")), _time(told.get("too_old_at"))
    if stale_at is None or too_old_at is None:
        as_told: Freshness = told.get("freshness", "never")
        return as_told
    if now < stale_at:
        return "fresh"
    return "stale" if now < too_old_at else "too_old"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
