"""What people look at: the backlog, deliveries and their history."""
# ruff: noqa: S608  what is put into statements are the names below

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis import states
from services.chassis.database import Tx
from services.sync.domain.backlog import Backlog, together

COLUMNS = """order_id, session_id, mode, placed_at, business_date, invoice_number, total_minor, currency, payments,
    oversold, state, revision, attempts, doubtful, void_asked, due_at, reason_code, reason_text, oms_id, accepted_at,
    taken_at, changed_at"""

UNSETTLED = "unsettled"

BACKLOG = text("""
    select state, count(*) as orders, min(coalesce(placed_at, taken_at)) as oldest from deliveries
    where state in ('waiting', 'sending', 'unknown', 'pending') group by state
""")
HELD_BACK = text("""
    select count(*) from deliveries where state = 'waiting' and mode = 'offline' and not released and not doubtful
        and (cast(:before as timestamptz) is null or placed_at > :before)
""")
MONEY = text("""
    select p.payment_mode, sum(p.amount_minor)::bigint as minor
    from deliveries, jsonb_to_recordset(payments) as p (payment_mode text, amount_minor bigint)
    where state in ('waiting', 'sending', 'unknown', 'pending') group by 1 order by 1
""")
SETTLED = text("""
    select count(*) from history where at > now() - make_interval(secs => :window) and edge in ('accepted', 'refused')
""")
LIST = text(f"""
    select {COLUMNS} from deliveries
    where (cast(:state as text) is null or state = :state)
        and (cast(:session_id as uuid) is null or session_id = :session_id)
        and (cast(:business_date as date) is null or business_date = :business_date)
        and (cast(:after_time as timestamptz) is null
            or (coalesce(placed_at, taken_at), order_id) < (:after_time, cast(:after_id as uuid)))
    order by coalesce(placed_at, taken_at) desc, order_id desc limit :limit
""")
PENDING = text(f"select {COLUMNS} from deliveries where state = 'pending' order by changed_at limit :limit")
COUNT_PENDING = text("select count(*) from deliveries where state = 'pending'")
ONE = text(f"select {COLUMNS} from deliveries where order_id = :order_id")
HISTORY = text("""
    select at, edge, state, revision, how, by, code, duration_ms from history where order_id = :order_id
    order by id desc limit :limit
""")
MOST_HISTORY = 500


@dataclass(frozen=True)
class Filter:
    """Which deliveries; `after` is the last one already shown, newest first."""

    state: str | None = None
    session_id: UUID | None = None
    business_date: date | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50


def backlog(tx: Tx) -> list[Any]:
    """Orders that are not at head office, by state: state, orders, oldest."""
    return list(tx.execute(BACKLOG))


def whole_backlog(tx: Tx) -> Backlog:
    """Everything that is not at head office: here, in the queue, or still in the counter's outbox."""
    rows = backlog(tx)
    oldest = min((row.oldest for row in rows), default=None)
    return together(Backlog(sum(row.orders for row in rows), oldest, money(tx)), _of_counter(tx))


def _of_counter(tx: Tx) -> Backlog:
    heard = states.read(tx, UNSETTLED)
    if heard is None:
        return Backlog()
    told = heard.value
    oldest = datetime.fromisoformat(told["oldest_at"]) if told["oldest_at"] else None
    return Backlog(told["orders"], oldest, told["money_minor"])


def held_back(tx: Tx, released_before: datetime | None) -> int:
    """Offline orders that wait for a person while Auto-Sync is off."""
    return int(tx.execute(HELD_BACK, {"before": released_before}).scalar_one())


def money(tx: Tx) -> dict[str, int]:
    """Money of orders that are not at head office, minor units by payment mode."""
    return {row.payment_mode: row.minor for row in tx.execute(MONEY)}


def settled(tx: Tx, window: float) -> int:
    """How many orders were judged in the last `window` seconds."""
    return int(tx.execute(SETTLED, {"window": window}).scalar_one())


def find(tx: Tx, wanted: Filter) -> list[Any]:
    """Deliveries, the newest first."""
    time, order_id = wanted.after or (None, None)
    parameters = {
        "state": wanted.state,
        "session_id": wanted.session_id,
        "business_date": wanted.business_date,
        "after_time": time,
        "after_id": order_id,
        "limit": wanted.limit,
    }
    return list(tx.execute(LIST, parameters))


def pending(tx: Tx, limit: int) -> list[Any]:
    """Deliveries that wait for a person, those that have waited longest first."""
    return list(tx.execute(PENDING, {"limit": limit}))


def count_pending(tx: Tx) -> int:
    """How many wait for a person."""
    return int(tx.execute(COUNT_PENDING).scalar_one())


def one(tx: Tx, order_id: UUID) -> Any | None:
    """One delivery."""
    return tx.execute(ONE, {"order_id": order_id}).first()


def history(tx: Tx, order_id: UUID) -> list[Any]:
    """Its tries and what people did to it, the newest first."""
    return list(tx.execute(HISTORY, {"order_id": order_id, "limit": MOST_HISTORY}))
