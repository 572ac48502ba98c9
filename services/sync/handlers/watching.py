"""Connectivity: what probes and real requests show becomes one state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.database import Tx, notify
from services.sync import metrics
from services.sync.app import App
from services.sync.domain.connectivity import Line, observe
from services.sync.store import connectivity, switches

SKEW_WORTH_TELLING_S = 5


@dataclass(frozen=True)
class Sighting:
    """What was seen at one moment; None where nothing was seen.

    `reason` says in a word why head office could not be used; `skew` is our clock less head office's, in seconds.
    """

    head_office: bool | None = None
    internet: bool | None = None
    reason: str | None = None
    skew: float | None = None
    superseded: bool | None = None


def note_sighting(app: App, seen: Sighting) -> None:
    """Counts what was seen, and publishes connectivity if it is another by that."""
    now = app.clock.now()
    with app.db.transaction() as tx:
        _, told = connectivity.locked(tx)
        lines = _observe(app, tx, seen, now)
        value = _value(told, lines, seen, auto_sync=switches.read(tx).auto_sync)
        if value is not None and value != told:
            _publish(tx, value)
    if value is not None:
        metrics.HEAD_OFFICE_UP.set(value["head_office"] == "up")
        metrics.INTERNET_UP.set(value["internet"] == "up")
        metrics.CLOCK_SKEW.set(value["clock_skew_seconds"])
        metrics.SUPERSEDED.set(value["superseded"])


def current(app: App) -> tuple[int, dict[str, Any]]:
    """The state's number and value; number 0 before the first word."""
    with app.db.transaction() as tx:
        return connectivity.read(tx)


def republish(tx: Tx, *, auto_sync: bool) -> None:
    """Tells of the Auto-Sync switch, which stands in the same state."""
    _, told = connectivity.locked(tx)
    if told and told["auto_sync"] != auto_sync:
        _publish(tx, told | {"auto_sync": auto_sync})


def _publish(tx: Tx, value: dict[str, Any]) -> None:
    connectivity.publish(tx, value)
    notify(tx, "changes", {"what": "sync"})


def _observe(app: App, tx: Tx, seen: Sighting, now: datetime) -> dict[str, Line]:
    lines = connectivity.lines(tx)
    for name, good in (("head_office", seen.head_office), ("internet", seen.internet)):
        if good is None:
            continue
        after = observe(lines[name], good=good, now=now, rule=app.hysteresis)
        if after != lines[name]:
            connectivity.keep(tx, name, after)
            lines[name] = after
    return lines


def _value(told: dict[str, Any], lines: dict[str, Line], seen: Sighting, *, auto_sync: bool) -> dict[str, Any] | None:
    """The state as it is to be told; None while it cannot be said whether head office is up."""
    head_office, internet = lines["head_office"], lines["internet"]
    if head_office.up is None or head_office.changed_at is None:
        return None
    changed = max(line.changed_at for line in (head_office, internet) if line.changed_at is not None)
    superseded = told.get("superseded", False) if seen.superseded is None else seen.superseded
    return {
        "internet": "up" if head_office.up or internet.up else "down",
        "head_office": "up" if head_office.up else "down",
        "changed_at": changed.isoformat(),
        "reason": None if head_office.up else (seen.reason or told.get("reason")),
        "clock_skew_seconds": _skew(told.get("clock_skew_seconds", 0), seen.skew),
        "superseded": superseded,
        "auto_sync": auto_sync,
    }


def _skew(told: int, seen: float | None) -> int:
    """The skew to be told: small changes are the network's."""
    if seen is None or abs(seen - told) < SKEW_WORTH_TELLING_S:
        return told
    return round(seen)
