"""Offline sessions: begun and ended with the mode, sealed by `orders`, settled by `sync`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Tx
from services.sessions.domain.offline_sessions import Seal, Status
from services.sessions.models import deliveries, ledger, offline_sessions

Session = Row[Any]


def begin(tx: Tx, session_id: UUID, **values: Any) -> None:
    tx.execute(insert(offline_sessions).values(session_id=session_id, status="open", **values))


def note_takeover(tx: Tx, session_id: UUID, takeover: dict[str, Any]) -> None:
    _change(tx, session_id, takeovers=offline_sessions.c.takeovers.concat([takeover]))


def end(tx: Tx, session_id: UUID, *, ended_at: datetime, ended_by: str | None) -> None:
    _change(tx, session_id, status="syncing", ended_at=ended_at, ended_by=ended_by)


def confirm(tx: Tx, session_id: UUID, manager: str) -> None:
    """Notes who agreed to sell from data that are too old."""
    _change(tx, session_id, confirmed_by=manager)


def note_figures(tx: Tx, session_id: UUID, orders: int, total_minor: int) -> None:
    """What `orders` last said of a session; a sealed one stays as it was sealed."""
    unsealed = (offline_sessions.c.session_id == session_id) & offline_sessions.c.sealed_at.is_(None)
    tx.execute(update(offline_sessions).where(unsealed).values(orders=orders, total_minor=total_minor))


def seal(tx: Tx, session_id: UUID, version: int, values: dict[str, Any]) -> bool:
    """Stores what `orders` answered to the end of a session; whether it is news."""
    older = (offline_sessions.c.session_id == session_id) & (offline_sessions.c.seal_version < version)
    statement = update(offline_sessions).where(older).values(**values, seal_version=version)
    return tx.execute(statement).rowcount > 0


def restate(tx: Tx, session_id: UUID, status: Status, ledger_head: str) -> Session:
    """Gives the session a status, the next version and the ledger's head of now; returns it."""
    values = {"status": status, "ledger_head": ledger_head, "version": offline_sessions.c.version + 1}
    return _change(tx, session_id, **values)


def lock(tx: Tx, session_id: UUID) -> Session | None:
    """The session, kept from being changed by others to the end of the transaction."""
    return tx.execute(_one(session_id).with_for_update()).first()


def get(tx: Tx, session_id: UUID) -> Session | None:
    return tx.execute(_one(session_id)).first()


def page(
    tx: Tx,
    *,
    start: datetime | None,
    end: datetime | None,
    statuses: Sequence[str],
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Session]:
    """Sessions that began in [start, end), the newest first, behind the one named by `before`."""
    key = tuple_(offline_sessions.c.started_at, offline_sessions.c.session_id)
    query = select(offline_sessions)
    if start:
        query = query.where(offline_sessions.c.started_at >= start)
    if end:
        query = query.where(offline_sessions.c.started_at < end)
    if statuses:
        query = query.where(offline_sessions.c.status.in_(statuses))
    if before:
        query = query.where(key < tuple_(*before))
    newest_first = (offline_sessions.c.started_at.desc(), offline_sessions.c.session_id.desc())
    return list(tx.execute(query.order_by(*newest_first).limit(limit)))


def settle(tx: Tx, outcomes: Iterable[dict[str, Any]]) -> None:
    """Notes where deliveries stand; an older word on an order changes nothing."""
    rows = sorted(outcomes, key=lambda row: str(row["order_id"]))
    statement = insert(deliveries)
    newer = {name: statement.excluded[name] for name in ("session_id", "state", "delivery_version")}
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["order_id"],
            set_=newer,
            where=deliveries.c.delivery_version < statement.excluded.delivery_version,
        ),
        rows,
    )


def delivered(tx: Tx, session_id: UUID) -> dict[str, int]:
    """How many orders of a session stand where."""
    query = select(deliveries.c.state, func.count()).where(deliveries.c.session_id == session_id)
    return dict(tx.execute(query.group_by(deliveries.c.state)).all())


def count_by_status(tx: Tx) -> dict[str, int]:
    query = select(offline_sessions.c.status, func.count()).group_by(offline_sessions.c.status)
    return dict(tx.execute(query).all())


def unsealed(tx: Tx) -> list[UUID]:
    """Sessions that have ended and that `orders` has not sealed yet, the oldest first."""
    ended = offline_sessions.c.ended_at.is_not(None) & offline_sessions.c.sealed_at.is_(None)
    return list(
        tx.scalars(
            select(offline_sessions.c.session_id).where(ended).order_by(offline_sessions.c.started_at).limit(100)
        )
    )


def with_lost_heads(tx: Tx) -> list[UUID]:
    """Sessions whose head of the ledger, as it was told to head office, is no longer in it."""
    known = select(ledger.c.hash).where(ledger.c.hash == offline_sessions.c.ledger_head).exists()
    return list(tx.scalars(select(offline_sessions.c.session_id).where(~known)))


def everything(tx: Tx) -> Iterator[Session]:
    """Every session, read in portions."""
    return iter(tx.execute(select(offline_sessions), execution_options={"yield_per": 1000}))


def seal_of(session: Session) -> Seal | None:
    return Seal(session.orders, session.total_minor) if session.sealed_at else None


def _one(session_id: UUID) -> Select[Any]:
    return select(offline_sessions).where(offline_sessions.c.session_id == session_id)


def _change(tx: Tx, session_id: UUID, **values: Any) -> Session:
    statement = update(offline_sessions).where(offline_sessions.c.session_id == session_id).values(values)
    return tx.execute(statement.returning(*offline_sessions.c)).one()
