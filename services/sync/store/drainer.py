"""Which process sends: one at a time, and another as soon as it is gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

# a hold that ends later than any could was taken by a clock that ran ahead
HOLD = text("""
    with before as (select holder from drainer where id = 1 for update)
    update drainer set holder = :me, until = now() + make_interval(secs => :ttl), in_flight = :in_flight,
        "limit" = :limit, latency_ms = :latency_ms, paused_until = :paused_until, pause_reason = :pause_reason
    from before where id = 1 and (drainer.holder = :me or drainer.holder is null or drainer.until < now()
        or drainer.until > now() + make_interval(secs => 2 * :ttl))
    returning before.holder is not distinct from :me as kept
""")
LET_GO = text("update drainer set holder = null, until = null, in_flight = 0 where holder = :me")
TOAST_DUE = text("update drainer set toast_due = true where not toast_due")
TOAST = text("update drainer set toast_due = false where toast_due returning 1")
QUEUED = text("update drainer set queued = :queued, queued_at = now()")
READ = text("""
    select holder is not null and until > now() as working, in_flight, "limit", latency_ms, paused_until,
        pause_reason, queued, queued_at from drainer
""")


@dataclass(frozen=True)
class Pulse:
    """How the sending goes, for those who look at it; `latency_ms` is of late, None before the first answer."""

    in_flight: int
    limit: int
    latency_ms: int | None
    paused_until: datetime | None
    pause_reason: str | None


def hold(tx: Tx, me: UUID, pulse: Pulse, *, ttl: float) -> bool | None:
    """Whether this process was the one that sends and stays it; None while another one is it.

    False: it has just become the one, and what the one before had claimed is left behind.
    """
    row = tx.execute(HOLD, {"me": me, "ttl": ttl, **pulse.__dict__}).first()
    return None if row is None else bool(row.kept)


def let_go(tx: Tx, me: UUID) -> None:
    """Lets another process send at once."""
    tx.execute(LET_GO, {"me": me})


def note_standstill(tx: Tx) -> None:
    """Nothing can be sent: people are told when it starts again."""
    tx.execute(TOAST_DUE)


def take_toast(tx: Tx) -> bool:
    """Whether people are to be told that sending has started; true once for each standstill."""
    return tx.execute(TOAST).first() is not None


def note_queued(tx: Tx, queued: int) -> None:
    """Keeps how many messages the broker holds for the intake."""
    tx.execute(QUEUED, {"queued": queued})


def read(tx: Tx) -> Any:
    """How the sending goes: working, in_flight, limit, latency_ms, paused_until, pause_reason, queued, queued_at."""
    return tx.execute(READ).one()
