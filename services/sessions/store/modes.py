"""The mode that stands, what people wish, and the states that others pull."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.chassis import states
from services.chassis.database import Tx
from services.sessions.domain.banners import Banner
from services.sessions.domain.mode import Connectivity, Mode, Readiness, Wish
from services.sessions.models import machine, published, storage_grants

MODE = "mode"
REVOCATIONS = "revocations"
EDGE = "edge"


class Published(NamedTuple):
    number: int
    value: Any


class Machine(NamedTuple):
    wish: Wish
    stepped_at: datetime | None


def state(tx: Tx, name: str) -> Published | None:
    row = tx.execute(select(published.c.number, published.c.value).where(published.c.name == name)).first()
    return Published(*row) if row else None


def publish(tx: Tx, name: str, value: Any, now: datetime) -> int:
    """Replaces a state of ours by one with the next number, which is returned."""
    row = {"name": name, "number": 1, "value": value, "changed_at": now}
    newer = {"number": published.c.number + 1, "value": value, "changed_at": now}
    statement = insert(published).values(row).on_conflict_do_update(index_elements=["name"], set_=newer)
    return int(tx.execute(statement.returning(published.c.number)).scalar_one())


def current(tx: Tx) -> Mode | None:
    """The mode that stands; None before the first."""
    found = state(tx, MODE)
    return _mode(found.value) if found else None


def encode(mode: Mode) -> dict[str, Any]:
    """The mode as its state, its routes and its procedure show it."""
    return {
        "mode": mode.name,
        "trigger": mode.trigger,
        "session_id": str(mode.session_id) if mode.session_id else None,
        "missing": list(mode.missing),
        "warnings": list(mode.warnings),
        "since": mode.since.isoformat(),
        "by": mode.by,
        "banner": asdict(mode.banner),
        "turn_off": mode.turn_off,
    }


def _mode(value: dict[str, Any]) -> Mode:
    return Mode(
        name=value["mode"],
        trigger=value["trigger"],
        session_id=UUID(value["session_id"]) if value["session_id"] else None,
        missing=tuple(value["missing"]),
        warnings=tuple(value["warnings"]),
        since=datetime.fromisoformat(value["since"]),
        by=value["by"],
        banner=Banner(**value["banner"]),
        turn_off=value["turn_off"],
    )


def watched(tx: Tx) -> Machine:
    """What people wish, and when the mode was watched last."""
    row = tx.execute(select(machine)).first()
    if row is None:
        return Machine(Wish(), None)
    return Machine(Wish(row.wish_on, row.wish_by, row.wish_reason), row.stepped_at)


def keep_watch(tx: Tx, wish: Wish, now: datetime) -> None:
    values = {"wish_on": wish.on, "wish_by": wish.by, "wish_reason": wish.reason, "stepped_at": now}
    statement = insert(machine).values(id=1, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def connectivity(tx: Tx) -> Connectivity | None:
    """What the prober last said; None before its first word."""
    heard = states.read(tx, "connectivity")
    if heard is None:
        return None
    value = heard.value
    return Connectivity(value["internet"] == "up", value["head_office"] == "up", bool(value.get("superseded")))


def readiness(tx: Tx, now: datetime) -> Readiness:
    """What is synced, and how old it is by now, though `catalog` may be silent; nothing is before the first word."""
    heard = states.read(tx, "readiness")
    if heard is None:
        return Readiness()
    freshness = {name: _grown(of, now) for name, of in heard.value["datasets"].items()}
    return Readiness(
        missing=tuple(heard.value["missing"]),
        stale=tuple(name for name, how in freshness.items() if how == "stale"),
        too_old=tuple(name for name, how in freshness.items() if how == "too_old"),
    )


def _grown(told: dict[str, Any], now: datetime) -> str:
    for how in ("too_old", "stale"):
        turns = told.get(f"{how}_at")
        if turns and now >= datetime.fromisoformat(turns):
            return how
    return str(told["freshness"])


def granted(tx: Tx) -> bool:
    """Whether the edge server's storage folder was granted and works."""
    good = (storage_grants.c.place == EDGE) & storage_grants.c.problem.is_(None)
    return bool(tx.scalar(select(func.count()).select_from(storage_grants).where(good)))
