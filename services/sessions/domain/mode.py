"""The store's mode: the table of the mode as one pure function of what is wished and what is known."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from services.sessions.domain import banners
from services.sessions.domain.banners import Banner

Name = Literal["online", "offline", "cannot_sell"]
Trigger = Literal["manual", "automatic"]

DATASETS = ("products", "inventory", "payment-modes", "staff")
STORAGE = "storage"
INSTALLATION = "installation"

GAP = timedelta(seconds=30)


@dataclass(frozen=True)
class Wish:
    """What people turned on or off last, and who did."""

    on: bool = False
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Connectivity:
    """What the prober last said."""

    internet: bool
    head_office: bool
    superseded: bool = False


@dataclass(frozen=True)
class Readiness:
    """Data sets that never synced, and those that did too long ago."""

    missing: tuple[str, ...] = DATASETS
    stale: tuple[str, ...] = ()
    too_old: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mode:
    name: Name
    trigger: Trigger | None
    session_id: UUID | None
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    since: datetime
    by: str | None
    banner: Banner
    turn_off: bool


@dataclass(frozen=True)
class Entry:
    """Something for the ledger; who did it, why and to whom stand apart from `facts`, as what is a person's."""

    kind: str
    at: datetime
    session_id: UUID | None = None
    by: str | None = None
    reason: str | None = None
    about: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def personal(self) -> dict[str, str]:
        """What is a person's of it."""
        said = {"by": self.by, "reason": self.reason, "about": self.about}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class Decision:
    mode: Mode
    entries: tuple[Entry, ...]
    opened: UUID | None = None
    closed: UUID | None = None


def first(now: datetime) -> Mode:
    """The mode before the first word of anybody."""
    return Mode("online", None, None, (), (), now, None, banners.NONE, turn_off=False)


def missing_for_offline(readiness: Readiness, *, grant: bool) -> tuple[str, ...]:
    """What keeps offline mode from being entered; empty where the store is ready."""
    return readiness.missing + (() if grant else (STORAGE,))


def decide(
    wish: Wish,
    connectivity: Connectivity | None,
    readiness: Readiness,
    *,
    grant: bool,
    current: Mode,
    now: datetime,
    next_session: UUID,
) -> Decision:
    """The mode that follows, the entries it leaves in the ledger, and the session that it opens or closes.

    `connectivity` is None before the first word of the prober: then only a person's wish moves the mode.
    `next_session` is the id of the session that opens, should one open.
    """
    missing = missing_for_offline(readiness, grant=grant)
    name, trigger = _target(wish, connectivity, missing, current)
    if name == "cannot_sell" and connectivity and connectivity.superseded:
        missing = (INSTALLATION,)
    session = (current.session_id or next_session) if name == "offline" else None
    same = (name, trigger) == (current.name, current.trigger)
    manual = trigger == "manual"
    mode = Mode(
        name=name,
        trigger=trigger,
        session_id=session,
        missing=missing,
        warnings=_warnings(missing, readiness) if name == "offline" else (),
        since=current.since if same else now,
        by=wish.by if manual else None,
        banner=_banner(name, trigger, connectivity, missing),
        turn_off=manual and connectivity is not None and connectivity.head_office,
    )
    return Decision(
        mode,
        _entries(current, mode, wish, connectivity, now),
        opened=session if session != current.session_id else None,
        closed=current.session_id if session != current.session_id else None,
    )


def gap(last_step: datetime | None, now: datetime, session_id: UUID | None) -> tuple[Entry, ...]:
    """The entry for a time in which nobody watched the mode; what happened in it is not invented afterwards."""
    if last_step is None or now - last_step <= GAP:
        return ()
    return (Entry("gap", now, session_id, facts={"from": last_step.isoformat(), "to": now.isoformat()}),)


def _target(
    wish: Wish, connectivity: Connectivity | None, missing: tuple[str, ...], current: Mode
) -> tuple[Name, Trigger | None]:
    if connectivity and connectivity.superseded:
        return "cannot_sell", None
    if wish.on:
        return "offline", "manual"
    if connectivity.head_office if connectivity else current.name == "online":
        return "online", None
    selling_offline = current.name == "offline"
    return ("offline", "automatic") if selling_offline or not missing else ("cannot_sell", None)


def _banner(name: Name, trigger: Trigger | None, connectivity: Connectivity | None, missing: tuple[str, ...]) -> Banner:
    if name == "cannot_sell":
        return banners.cannot_sell(missing)
    if trigger == "manual":
        return banners.manual()
    if trigger == "automatic":
        return banners.automatic(internet=connectivity is not None and connectivity.internet)
    return banners.NONE


def _warnings(missing: tuple[str, ...], readiness: Readiness) -> tuple[str, ...]:
    return (
        *(f"{what}_missing" for what in missing),
        *(f"{what}_too_old" for what in readiness.too_old),
        *(f"{what}_stale" for what in readiness.stale),
    )


def _entries(
    current: Mode, mode: Mode, wish: Wish, connectivity: Connectivity | None, now: datetime
) -> tuple[Entry, ...]:
    """Ends of what was first, then beginnings of what is."""
    by_hand = mode.trigger == "manual" or (current.trigger == "manual" and not wish.on)
    by, reason = (wish.by, wish.reason) if by_hand else (None, None)
    entry = Entry("", now, mode.session_id, by, reason, facts=_facts(mode, wish, connectivity))
    kinds = []
    if current.session_id and current.session_id != mode.session_id:
        kinds.append(replace(entry, kind="session_closed", session_id=current.session_id))
    if mode.session_id and current.session_id != mode.session_id:
        kinds.append(replace(entry, kind="session_opened"))
    elif mode.session_id and current.trigger != mode.trigger:
        kinds.append(replace(entry, kind="session_taken_over"))
    elif mode.session_id and set(mode.missing) - set(current.missing):
        kinds.append(replace(entry, kind="readiness_lost", by=None, reason=None))
    if mode.name == "cannot_sell" and current.name != "cannot_sell":
        kinds.append(replace(entry, kind="selling_stopped"))
    if mode.name != "cannot_sell" and current.name == "cannot_sell":
        kinds.append(replace(entry, kind="selling_resumed"))
    return tuple(kinds)


def _facts(mode: Mode, wish: Wish, connectivity: Connectivity | None) -> dict[str, Any]:
    """What the table was asked with, so that the ledger can be replayed through it, and its answer."""
    return {
        "mode": mode.name,
        "trigger": mode.trigger,
        "wish": wish.on,
        "internet": connectivity.internet if connectivity else None,
        "head_office": connectivity.head_office if connectivity else None,
        "missing": list(mode.missing),
        "warnings": list(mode.warnings),
    }
