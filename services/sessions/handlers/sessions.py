"""The list of offline sessions, one of them with its ledger, and their export."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.chassis.errors import NotFound
from services.sessions.app import App
from services.sessions.domain.offline_sessions import LABELS, settled, waiting, whole_days
from services.sessions.errors import BadCursor
from services.sessions.store import ledger, offline_sessions
from services.sessions.store.offline_sessions import Session

PORTION = 500


def page(
    app: App, *, first: date | None, last: date | None, statuses: Sequence[str], cursor: str | None, limit: int
) -> dict[str, Any]:
    """A page of sessions, the newest first, and the cursor of the next page; None on the last one."""
    start, end = whole_days(first, last, app.zone)
    before = _decode(cursor) if cursor else None
    with app.db.transaction() as tx:
        rows = offline_sessions.page(tx, start=start, end=end, statuses=statuses, before=before, limit=limit + 1)
    more = len(rows) > limit
    return {"items": [show(row) for row in rows[:limit]], "next": _encode(rows[limit - 1]) if more else None}


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
            "by": link.personal.said.get("by") if link.personal else None,
            "reason": link.personal.said.get("reason") if link.personal else None,
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
    raw = f"{session.started_at.isoformat()}|{session.session_id}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, session_id = raw.partition("|")
        started_at = datetime.fromisoformat(moment)
        if started_at.tzinfo is None:
            raise ValueError("a time without a zone")  # noqa: TRY301
        return started_at, UUID(session_id)
    except (ValueError, binascii.Error) as error:
        raise BadCursor("it was changed") from error
