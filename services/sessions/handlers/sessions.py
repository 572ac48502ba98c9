"""The list of offline sessions, one of them with its ledger, and their export."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.chassis.errors import NotFound
from services.sessions.app import App
from services.sessions.domain.offline_sessions import LABELS, settled, waiting, whole_days
from services.sessions.store import ledger, offline_sessions
from services.sessions.store.offline_sessions import Session

PORTION = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def page(
    app: App, *, first: date | None, last: date | None, statuses: Sequence[str], cursor: str | None, limit: int
) -> dict[str, Any]:
    """A page of sessions, the newest first, and the cursor of the next page; None on the last one."""
    start, end = whole_days(first, last, app.zone)
    before = _decode(cursor) if cursor else None
    with app.db.transaction() as tx:
        rows = offline_sessions.page(tx, start=start, end=end, statuses=statuses, before=before, limit=limit + 1)
    more = len(rows) > limit
    return {"items": [show(row) for row in rows[:limit]], "cursor": _encode(rows[limit - 1]) if more else None}


def every(app: App, *, first: date | None, last: date | None, statuses: Sequence[str]) -> Iterator[Session]:
    """Every session that the filters find, read in portions: a slow reader keeps no transaction open."""
    start, end = whole_days(first, last, app.zone)
    before = None
    while True:
        with app.db.transaction() as tx:
            rows = offline_sessions.page(tx, start=start, end=end, statuses=statuses, before=before, limit=PORTION)
        yield from rows
        if len(rows) < PORTION:
            return
        before = (rows[-1].started_at, rows[-1].session_id)


def by_hand(app: App, *, first: date | None, last: date | None) -> list[Any]:
    """Who turned offline mode on by hand, how often and why."""
    start, end = whole_days(first, last, app.zone)
    with app.db.transaction() as tx:
        return ledger.by_hand(tx, start=start, end=end)


def one(app: App, session_id: UUID) -> dict[str, Any]:
    """A session with where its orders stand, and its ledger."""
    with app.db.transaction() as tx:
        session = offline_sessions.get(tx, session_id)
        if session is None:
            raise NotFound(what="offline session")
        delivered = offline_sessions.delivered(tx, session_id)
        links = ledger.of_session(tx, session_id)
    entries = [
        {
            "sequence": link.sequence,
            "at": link.at,
            "kind": link.kind,
            "by": link.personal.said.get("by"),
            "reason": link.personal.said.get("reason"),
            "facts": link.facts,
            "hash": link.hash,
        }
        for link in links
    ]
    progress = {"settled": settled(delivered), "waiting": waiting(session.orders, delivered), "by_state": delivered}
    return show(session) | progress | {"ledger": entries}


def show(session: Session) -> dict[str, Any]:
    """A session as the list has it; amounts in minor units."""
    return {
        "session_id": session.session_id,
        "status": session.status,
        "label": LABELS[session.status],
        "trigger": session.trigger,
        "started_by": session.started_by,
        "reason": session.reason,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "ended_by": session.ended_by,
        "takeovers": session.takeovers,
        "confirmed_by": session.confirmed_by,
        "orders": session.orders,
        "total_minor": session.total_minor,
        "currency": session.currency,
        "by_payment_mode": session.by_payment_mode,
        "sealed_at": session.sealed_at,
        "ledger_head": session.ledger_head,
    }


def _encode(session: Session) -> str:
    """Where a page ends: the session's start in microseconds since 1970, and its id."""
    microseconds = (session.started_at - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{session.session_id.hex}"


def _decode(cursor: str) -> tuple[datetime, UUID]:
    microseconds, _, session_id = cursor.partition("-")
    return EPOCH + timedelta(microseconds=int(microseconds)), UUID(session_id)
