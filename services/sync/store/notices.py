"""What head office is told besides orders: customers, sessions, cancellations."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.domain.notices import Fate

Kind = Literal["customer", "session", "cancellation"]

PUT = text("""
    insert into notices as n (kind, subject, version, body, state, due_at)
    values (:kind, :subject, :version, cast(:body as jsonb), 'waiting', :now)
    on conflict (kind, subject) do update set version = excluded.version, body = excluded.body, state = 'waiting',
        attempts = 0, due_at = :now, reason_code = null, changed_at = now()
    where n.version < excluded.version
""")
# one greenlet a process tells: what this process had claimed before broke off; and no wait is as long as an hour: what
# is due later than that was put off by a clock that ran ahead
CLAIM = text("""
    update notices n set fence = n.fence + 1, claimed_by = :me, changed_at = now()
    from (
        select kind, subject from notices where state = 'waiting'
            and (due_at <= :now or due_at > cast(:now as timestamptz) + interval '1 hour')
            and exists (select 1 from drainer where holder = :me and until > now())
        order by due_at limit :limit for update skip locked
    ) due
    where n.kind = due.kind and n.subject = due.subject
    returning n.kind, n.subject, n.version, n.body, n.attempts, n.fence
""")
SETTLE = text("""
    update notices set state = case when version = :version then :state else 'waiting' end, attempts = :attempts,
        due_at = :due_at, reason_code = :reason_code, claimed_by = null, changed_at = now()
    where kind = :kind and subject = :subject and fence = :fence
""")
WAITING = text("select kind, count(*) as waiting from notices where state = 'waiting' group by kind")
REFUSED = text("select kind, subject, reason_code, changed_at from notices where state = 'refused' order by changed_at")
RETRY = text("""
    update notices set state = 'waiting', attempts = 0, due_at = :now, reason_code = null, changed_at = now()
    where state = 'refused'
""")


@dataclass(frozen=True)
class Notice:
    """One thing to tell, claimed by this process."""

    kind: Kind
    subject: str
    version: int
    body: dict[str, Any]
    attempts: int
    fence: int


def put(tx: Tx, kind: Kind, subject: str, version: int, body: dict[str, Any], now: datetime) -> None:  # noqa: PLR0917
    """Has something told; an older version than the one that is known changes nothing."""
    values = {"kind": kind, "subject": subject, "version": version, "body": json.dumps(body), "now": now}
    tx.execute(PUT, values)


def claim(tx: Tx, me: UUID, now: datetime, limit: int) -> list[Notice]:
    """Notices that are due, now this process's."""
    rows = tx.execute(CLAIM, {"me": me, "now": now, "limit": limit})
    return [Notice(**row._mapping) for row in rows]  # noqa: SLF001


def settle(tx: Tx, notice: Notice, fate: Fate) -> None:
    """Notes what became of a notice; a version that came meanwhile stays due."""
    values: dict[str, Any] = {"kind": notice.kind, "subject": notice.subject, "version": notice.version}
    values |= {"fence": notice.fence, "state": fate.state, "attempts": fate.attempts, "due_at": fate.due_at}
    tx.execute(SETTLE, values | {"reason_code": fate.reason})


def waiting(tx: Tx) -> dict[str, int]:
    """How many wait, by kind."""
    return {row.kind: row.waiting for row in tx.execute(WAITING)}


def refused(tx: Tx) -> list[Any]:
    """Those that head office did not take: kind, subject, reason_code, changed_at."""
    return list(tx.execute(REFUSED))


def retry_refused(tx: Tx, now: datetime) -> None:
    """Has those told again that head office did not take."""
    tx.execute(RETRY, {"now": now})
