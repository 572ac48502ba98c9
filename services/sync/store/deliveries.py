"""Deliveries: taking in, claiming, and writing down what became of them."""
# ruff: noqa: S608  what is put into statements are the names below

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.domain.delivery import Delivery, State, Step
from services.sync.domain.reasons import Reason

FIELDS = """d.order_id, d.session_id, d.total_minor, d.invoice_number, d.state, d.revision, d.attempts, d.asks,
    d.doubtful, d.void_asked, d.due_at, d.reason_code, d.reason_text, d.oms_id, d.accepted_at, d.fence, d.mode,
    d.posted_at, coalesce(d.placed_at < (select restored_at from switches), false) as set_back"""

TAKE = text("""
    insert into deliveries as d (order_id, session_id, mode, placed_at, business_date, invoice_number, total_minor,
        currency, payments, oversold, state, due_at, doubtful)
    select order_id, session_id, mode, placed_at, business_date, invoice_number, total_minor,
        currency, payments, oversold, 'waiting', least(placed_at, now()),
        coalesce(placed_at < (select restored_at from switches), false)
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (order_id uuid, session_id uuid, mode text,
        placed_at timestamptz, business_date date, invoice_number text, total_minor bigint, currency text,
        payments jsonb, oversold jsonb)
    on conflict (order_id) do update set session_id = excluded.session_id, mode = excluded.mode,
        placed_at = excluded.placed_at, business_date = excluded.business_date,
        invoice_number = excluded.invoice_number, total_minor = excluded.total_minor,
        currency = excluded.currency, payments = excluded.payments, oversold = excluded.oversold
    where d.placed_at is null
""")
DOUBT = text("update deliveries set doubtful = true where state in ('waiting', 'sending', 'unknown', 'pending')")
RESTORED = text("update switches set restored_at = :at")
KEEP = text("""
    insert into documents (order_id, document, personal)
    select cast(r ->> 'order_id' as uuid), r - 'personal', r ->> 'personal'
    from jsonb_array_elements(cast(:documents as jsonb)) as r
    on conflict do nothing
""")
ENTOMB = text("""
    insert into deliveries (order_id, session_id, mode, business_date, invoice_number, total_minor, state)
    values (:order_id, :session_id, :mode, :business_date, :invoice_number, 0, 'withdrawn')
    on conflict do nothing
""")
# no wait is as long as an hour: what is due later than that was put off by a clock that ran ahead
CLAIM = text(f"""
    update deliveries d set state = case d.state when 'waiting' then 'sending' else d.state end,
        fence = d.fence + 1, claimed_by = :me
    from (
        select order_id from deliveries i, switches s
        where i.state in ('waiting', 'unknown') and i.claimed_by is null
            and (i.due_at <= :now or i.due_at > cast(:now as timestamptz) + interval '1 hour')
            and (i.mode = 'online' or i.released or i.doubtful or s.auto_sync or i.placed_at <= s.released_before)
            and exists (select 1 from drainer where holder = :me and until > now())
        order by i.due_at limit :limit for update of i skip locked
    ) due, documents o
    where d.order_id = due.order_id and o.order_id = d.order_id
    returning {FIELDS}, o.document, o.personal, o.correction, (select toast_due from drainer) as toast_due
""")
WRITE = text(f"""
    update deliveries d set state = r.state, revision = r.revision, attempts = r.attempts, asks = r.asks,
        doubtful = r.doubtful, due_at = r.due_at, reason_code = r.reason_code, reason_text = r.reason_text,
        oms_id = r.oms_id, accepted_at = r.accepted_at, claimed_by = null, changed_at = now(),
        posted_at = case when r.posted then now() else d.posted_at end,
        version = d.version + 1, fence = d.fence + 1, released = d.released or r.released
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (order_id uuid, fence bigint, state text, revision int,
        attempts int, asks int, doubtful boolean, due_at timestamptz, reason_code text, reason_text text, oms_id text,
        accepted_at timestamptz, released boolean, posted boolean)
    where d.order_id = r.order_id and d.fence = r.fence
    returning {FIELDS}, d.version
""")
NOTE = text("""
    insert into history (order_id, edge, state, revision, fence, how, by, code, duration_ms)
    select order_id, edge, state, revision, fence, how, by, code, duration_ms
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (order_id uuid, edge text, state text, revision int,
        fence bigint, how text, by text, code text, duration_ms int)
""")
LOCKED = text(f"select {FIELDS}, d.version from deliveries d where order_id = any(:ids) order by order_id for update")
LOCKED_PENDING = text(f"""
    select {FIELDS}, d.version from deliveries d where state = 'pending' order by order_id limit :limit for update
""")
LEFT_BEHIND = text(f"""
    select {FIELDS}, d.version from deliveries d
    where claimed_by is not null and not (claimed_by = :me and order_id = any(:mine)) order by order_id for update
""")
GIVE_BACK = text("""
    update deliveries set state = case state when 'sending' then 'waiting' else state end, claimed_by = null
    where claimed_by = :me and order_id = any(:ids)
""")
VOID_ASKED = text("update deliveries set void_asked = :asked where order_id = any(:ids)")
RAISE = text(
    f"update deliveries d set version = d.version + 1 where order_id = :order_id returning {FIELDS}, d.version"
)
CORRECTED = text("update documents set correction = cast(:correction as jsonb) where order_id = :order_id")


MAY_HAVE_ARRIVED = ("post", "recovery")


@dataclass(frozen=True)
class Held:
    """A delivery as stored, and the number under which it may be written."""

    delivery: Delivery
    fence: int
    session_id: UUID | None
    void_asked: bool
    mode: str
    posted_at: datetime | None
    version: int = 0


@dataclass(frozen=True)
class Claimed:
    """A delivery that this process may send, with what it sends; what a customer told is sealed."""

    held: Held
    document: dict[str, Any]
    correction: dict[str, Any] | None
    personal: str | None = None

    @property
    def delivery(self) -> Delivery:
        return self.held.delivery


@dataclass(frozen=True)
class Change:
    """A step to be written; `how` and `by` are for the history."""

    held: Held
    step: Step
    how: str
    by: str | None = None
    duration_ms: int | None = None
    released: bool = False


def take(tx: Tx, rows: Sequence[dict[str, Any]], documents: Sequence[dict[str, Any]]) -> None:
    """Stores new orders; one that is here already stays as it is."""
    tx.execute(TAKE, {"rows": json.dumps(rows, default=str)})
    tx.execute(KEEP, {"documents": json.dumps(documents)})


def doubt_all(tx: Tx, at: datetime) -> None:
    """Head office may have everything that was placed before this moment and is not known to be there."""
    tx.execute(RESTORED, {"at": at})
    tx.execute(DOUBT)


def entomb(tx: Tx, row: dict[str, Any]) -> None:
    """Stores that an order which is not here yet will never be sent."""
    tx.execute(ENTOMB, row)


def claim(tx: Tx, me: UUID, *, limit: int, now: datetime) -> tuple[list[Claimed], bool]:
    """Deliveries that are due and may go out, now this process's; none when another process is the one that sends.

    And whether people are still to be told that sending has started.
    """
    rows = list(tx.execute(CLAIM, {"me": me, "limit": limit, "now": now}))
    return [Claimed(_held(row), row.document, row.correction, row.personal) for row in rows], any(
        row.toast_due for row in rows
    )


def locked(tx: Tx, order_ids: Iterable[UUID]) -> dict[UUID, Held]:
    """Deliveries by order id, locked to the end of the transaction."""
    return {row.order_id: _held(row) for row in tx.execute(LOCKED, {"ids": list(order_ids)})}


def locked_pending(tx: Tx, limit: int) -> list[Held]:
    """Deliveries that wait for a person, locked."""
    return [_held(row) for row in tx.execute(LOCKED_PENDING, {"limit": limit})]


def left_behind(tx: Tx, me: UUID, mine: Iterable[UUID]) -> list[Held]:
    """Claimed deliveries that nobody works on, locked: claimed by one that was replaced, or forgotten by this one."""
    return [_held(row) for row in tx.execute(LEFT_BEHIND, {"me": me, "mine": list(mine)})]


def give_back(tx: Tx, me: UUID, order_ids: Iterable[UUID]) -> None:
    """Lets go of deliveries that were claimed and not tried."""
    tx.execute(GIVE_BACK, {"me": me, "ids": list(order_ids)})


def write(tx: Tx, changes: Sequence[Change]) -> dict[UUID, Held]:
    """Writes steps and their history; returns those that were written.

    A change whose fence is not the stored one is left out: whoever made it has been replaced, or it is written already
    and only its commit went unheard.
    """
    if not changes:
        return {}
    result = tx.execute(WRITE, {"rows": json.dumps([_row(c) for c in changes], default=str)})
    written = {row.order_id: _held(row) for row in result}
    notes = [_note(c) for c in changes if c.held.delivery.order_id in written]
    if notes:
        tx.execute(NOTE, {"rows": json.dumps(notes, default=str)})
    return written


def ask_void(tx: Tx, order_ids: Iterable[UUID], *, asked: bool) -> None:
    """Marks deliveries as under, or no more under, a wish to void."""
    tx.execute(VOID_ASKED, {"ids": list(order_ids), "asked": asked})


def raise_version(tx: Tx, held: Held) -> Held:
    """The delivery under its next version: something is told of it, though it stays as it is."""
    return _held(tx.execute(RAISE, {"order_id": held.delivery.order_id}).one())


def keep_correction(tx: Tx, order_id: UUID, correction: dict[str, Any] | None) -> None:
    """Keeps what a revision corrects, beside the order as it was printed."""
    tx.execute(CORRECTED, {"order_id": order_id, "correction": json.dumps(correction)})


def _held(row: Any) -> Held:
    reason = Reason(row.reason_code, row.reason_text or "") if row.reason_code else None
    delivery = Delivery(
        order_id=row.order_id,
        total_minor=row.total_minor,
        invoice_number=row.invoice_number,
        state=State(row.state),
        revision=row.revision,
        attempts=row.attempts,
        asks=row.asks,
        doubtful=row.doubtful,
        set_back=row.set_back,
        due_at=row.due_at,
        reason=reason,
        oms_id=row.oms_id,
        accepted_at=row.accepted_at,
    )
    version = getattr(row, "version", 0)
    return Held(delivery, row.fence, row.session_id, row.void_asked, row.mode, row.posted_at, version)


def _row(change: Change) -> dict[str, Any]:
    after = change.step.delivery
    reason = after.reason
    return {
        "order_id": after.order_id,
        "fence": change.held.fence,
        "state": after.state,
        "revision": after.revision,
        "attempts": after.attempts,
        "asks": after.asks,
        "doubtful": after.doubtful,
        "due_at": after.due_at,
        "reason_code": reason.code if reason else None,
        "reason_text": reason.text if reason else None,
        "oms_id": after.oms_id,
        "accepted_at": after.accepted_at,
        "released": change.released,
        "posted": change.how in MAY_HAVE_ARRIVED,
    }


def _note(change: Change) -> dict[str, Any]:
    after = change.step.delivery
    return {
        "order_id": after.order_id,
        "edge": change.step.edge,
        "state": after.state,
        "revision": after.revision,
        "fence": change.held.fence,
        "how": change.how,
        "by": change.by,
        "code": after.reason.code if after.reason else None,
        "duration_ms": change.duration_ms,
    }
