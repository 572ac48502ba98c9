"""Comparisons with head office: what is to be compared, and what came of it."""
# ruff: noqa: S608  what is put into statements is the condition below

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.domain.delivery import State
from services.sync.domain.reconciliation import Held

OF_JOB = """(cast(:session_id as uuid) is null or session_id = :session_id)
    and (cast(:business_date as date) is null or business_date = :business_date)"""

ADD = text("""
    insert into reconciliations (reconciliation_id, session_id, business_date, status, requested_by)
    values (:id, :session_id, :business_date, 'queued', :by) returning *
""")
UNFINISHED = text("""
    select * from reconciliations where status in ('queued', 'running')
        and session_id is not distinct from cast(:session_id as uuid)
        and business_date is not distinct from cast(:business_date as date)
""")
START = text("""
    update reconciliations r set status = 'running', started_at = now(), compared = 0, found = 0,
        held = (select count(*) from deliveries d where (r.session_id is null or d.session_id = r.session_id)
            and (r.business_date is null or d.business_date = r.business_date))
    where reconciliation_id = (
        select reconciliation_id from reconciliations where status in ('queued', 'running')
        order by requested_at limit 1 for update skip locked)
    returning reconciliation_id, session_id, business_date
""")
PROGRESS = text("""
    update reconciliations set compared = :compared, found = :found where reconciliation_id = :id
""")
FINISH = text("""
    update reconciliations set status = 'done', finished_at = now(), found = :found,
        differences = cast(:differences as jsonb), claimed_payments = cast(:claimed as jsonb),
        oversold = cast(:oversold as jsonb)
    where reconciliation_id = :id
""")
FAIL = text("""
    update reconciliations set status = 'failed', finished_at = now(), error = :error where reconciliation_id = :id
""")
NEWEST = text("""
    select reconciliation_id, session_id, business_date, status, held, compared, found, error, requested_by,
        requested_at, started_at, finished_at
    from reconciliations order by requested_at desc limit :limit
""")
GET = text("select * from reconciliations where reconciliation_id = :id")
COUNT = text(f"select count(*) from deliveries where {OF_JOB}")
HELD = text(f"""
    select order_id, state, total_minor, invoice_number from deliveries
    where {OF_JOB} and (cast(:after as uuid) is null or order_id > :after) order by order_id limit :limit
""")
HELD_AGAIN = text("select order_id, state, total_minor, invoice_number from deliveries where order_id = any(:ids)")
CLAIMED = text(f"""
    select order_id, invoice_number, p.n, p.payment_mode, p.amount_minor, p.reference
    from deliveries, jsonb_to_recordset(payments) as p (n int, payment_mode text, amount_minor bigint, status text,
        reference text)
    where {OF_JOB} and p.status = 'claimed' and state <> 'withdrawn' order by invoice_number, p.n limit :limit
""")
OVERSOLD = text(f"""
    select o.sku, sum(o.quantity)::int as quantity, jsonb_agg(order_id order by order_id) as orders
    from deliveries, jsonb_to_recordset(oversold) as o (sku text, quantity int)
    where {OF_JOB} and state <> 'withdrawn' group by o.sku order by o.sku limit :limit
""")
MISSING = text("""
    select 1 from reconciliations r, jsonb_array_elements(r.differences) d, deliveries o
    where r.status = 'done' and d ->> 'kind' = 'missing' and d ->> 'order_id' = cast(:order_id as text)
        and o.order_id = cast(:order_id as uuid) and r.finished_at > o.changed_at limit 1
""")
MOST_LISTED = 1000


@dataclass(frozen=True)
class Job:
    """What is to be compared: a session, or a day."""

    reconciliation_id: UUID
    session_id: UUID | None
    business_date: date | None

    def of_job(self) -> dict[str, Any]:
        return {"session_id": self.session_id, "business_date": self.business_date}


def add(tx: Tx, new: UUID, session_id: UUID | None, business_date: date | None, by: str) -> Any:
    """Asks for a comparison."""
    values = {"id": new, "session_id": session_id, "business_date": business_date, "by": by}
    return tx.execute(ADD, values).one()


def unfinished(tx: Tx, session_id: UUID | None, business_date: date | None) -> Any | None:
    """The comparison of the same thing that is not done yet."""
    return tx.execute(UNFINISHED, {"session_id": session_id, "business_date": business_date}).first()


def start_next(tx: Tx) -> Job | None:
    """The oldest one that is not done, now running."""
    row = tx.execute(START).first()
    return Job(*row) if row else None


def note_progress(tx: Tx, job: Job, compared: int, found: int) -> None:
    tx.execute(PROGRESS, {"id": job.reconciliation_id, "compared": compared, "found": found})


def finish(  # noqa: PLR0917
    tx: Tx, job: Job, differences: Sequence[Any], found: int, claimed: Sequence[Any], oversold: Sequence[Any]
) -> None:
    """Stores what came of it; `found` counts differences that are not listed, too."""
    values: dict[str, Any] = {"id": job.reconciliation_id, "found": found, "differences": json.dumps(differences)}
    values |= {"claimed": json.dumps(claimed, default=str), "oversold": json.dumps(oversold, default=str)}
    tx.execute(FINISH, values)


def fail(tx: Tx, job: Job, error: str) -> None:
    tx.execute(FAIL, {"id": job.reconciliation_id, "error": error})


def newest(tx: Tx, limit: int) -> list[Any]:
    """The newest ones, without their lists."""
    return list(tx.execute(NEWEST, {"limit": limit}))


def get(tx: Tx, reconciliation_id: UUID) -> Any | None:
    return tx.execute(GET, {"id": reconciliation_id}).first()


def count(tx: Tx, session_id: UUID | None, business_date: date | None) -> int:
    """How many orders are held of a session or a day."""
    return int(tx.execute(COUNT, {"session_id": session_id, "business_date": business_date}).scalar_one())


def held(tx: Tx, job: Job, after: UUID | None, limit: int) -> list[Held]:
    """Orders of the job by their id, from behind `after` on."""
    return [_held(r) for r in tx.execute(HELD, job.of_job() | {"after": after, "limit": limit})]


def held_again(tx: Tx, order_ids: Sequence[UUID]) -> list[Held]:
    """These orders as they stand now."""
    return [_held(r) for r in tx.execute(HELD_AGAIN, {"ids": list(order_ids)})]


def claimed_payments(tx: Tx, job: Job) -> list[dict[str, Any]]:
    """Payments that were confirmed offline, and that head office has to settle."""
    return [dict(r._mapping) for r in tx.execute(CLAIMED, job.of_job() | {"limit": MOST_LISTED})]  # noqa: SLF001


def oversold(tx: Tx, job: Job) -> list[dict[str, Any]]:
    """SKUs that were sold beyond their figure, with the orders that did so."""
    return [dict(r._mapping) for r in tx.execute(OVERSOLD, job.of_job() | {"limit": MOST_LISTED})]  # noqa: SLF001


def is_missing(tx: Tx, order_id: UUID) -> bool:
    """Whether a comparison found that head office has lost this order since it was synced."""
    return tx.execute(MISSING, {"order_id": order_id}).first() is not None


def _held(row: Any) -> Held:
    return Held(row.order_id, State(row.state), row.total_minor, row.invoice_number)
