"""Orders that come back to a server that was restored: under their old numbers, in series that are closed."""
# ruff: noqa: S608  what is put into the statement is what a sale has in common with it

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx
from services.orders.store.sales import STOCKED, STORED, TAKEN_OVER

KNOWN = text("""
    select w.order_id from unnest(cast(:order_ids as text[])) as w (order_id)
    where exists (select from orders o where o.order_id::text = w.order_id)
""")
IS_OPEN = text("select exists (select from prefixes where prefix = :prefix and closed_at is null)")
NUMBER_TAKEN = text("""
    select exists (select from orders where invoice_number = :invoice_number
        or (series = :series and sequence = :sequence))
""")
USED = text("""
    select payment_mode, unique_reference from payments where (payment_mode, unique_reference) in
        (select * from unnest(cast(:modes as text[]), cast(:references as text[])))
""")
# the till may be one that this server never knew
PREFIX = text("""
    insert into prefixes (prefix, till_id, taken_at, closed_at) values (:prefix, :till_id, now(), now())
    on conflict do nothing
""")
STORE = text(f"""
    with {STORED}, paid as (
        insert into payments (order_id, n, payment_mode, kind, amount_minor, reference, status, unique_reference)
        select s.order_id, p.*, case when not exists (select from payments u
                where u.payment_mode = p.payment_mode and u.unique_reference = p.reference) then p.reference end
        from stored s, jsonb_to_recordset(cast(:payments as jsonb)) as p
            (n smallint, payment_mode text, kind text, amount_minor bigint, reference text, status text)
    ), moved as (
        insert into movements (order_id, sku, quantity)
        select s.order_id, m.sku, m.quantity from stored s,
            unnest(cast(:skus as text[]), cast(:quantities as int[])) as m (sku, quantity) join stock using (sku)
    ), {STOCKED}, {TAKEN_OVER}
    insert into outbox (event_id, queue, type, body)
    select :event_id, q, :event_type, :event_body from unnest(cast(:queues as text[])) as q
""")
LOCK_STOCK = text("select from stock where sku = any(:skus) order by sku for update")
COUNT_IN_OPEN = text("""
    with counted as (
        update tills t set session_orders = f.orders, session_minor = f.minor
        from (select till_id, count(*) as orders, sum(total_minor) as minor from orders
            where session_id = :session_id group by 1) as f
        where t.till_id = f.till_id and t.session_id = :session_id
    )
    select exists (select from mode where session_id = :session_id)
""")
FIGURES = text("""
    select count(*)::int as orders, coalesce(sum(total_minor), 0)::bigint as total_minor from orders
    where session_id = :session_id
""")
BY_PAYMENT_MODE = text("""
    select p.payment_mode, sum(p.amount_minor)::bigint as minor from payments p join orders o using (order_id)
    where o.session_id = :session_id group by 1
""")
NEWEST_DAY = text("""
    select (facts ->> 'newest_day')::date from marks where kind = 'restored' order by sequence desc limit 1
""")
LAST_DAY = text("select max(business_date) from orders")


def known(tx: Tx, order_ids: Iterable[str]) -> set[str]:
    """Those of the orders that are here."""
    return set(tx.scalars(KNOWN, {"order_ids": list(order_ids)}))


def is_open(tx: Tx, prefix: str) -> bool:
    """Whether this server goes on with numbers of a prefix, or may."""
    return bool(tx.scalar(IS_OPEN, {"prefix": prefix}))


def number_taken(tx: Tx, invoice_number: str, series: str, sequence: int) -> bool:
    """Whether another sale has this number."""
    values = {"invoice_number": invoice_number, "series": series, "sequence": sequence}
    return bool(tx.scalar(NUMBER_TAKEN, values))


def used(tx: Tx, references: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (payment mode, reference) that have paid an order."""
    asked = {"modes": [mode for mode, _ in references], "references": [reference for _, reference in references]}
    return {(row.payment_mode, row.unique_reference) for row in tx.execute(USED, asked)}


def moved(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Pieces by article, in the order in which everybody locks them."""
    pieces: Counter[str] = Counter()
    for line in lines:
        if line.get("for_line") is None:
            pieces[line["sku"]] += line["quantity"]
    return dict(sorted(pieces.items()))


def store(tx: Tx, prefix: str, values: dict[str, Any]) -> None:
    """Order, payments, movements, stock, outgoing message; a reference that pays another order stays that one's."""
    tx.execute(LOCK_STOCK, {"skus": values["skus"]})
    tx.execute(PREFIX, {"prefix": prefix, "till_id": values["till_id"]})
    tx.execute(STORE, values)


def count_in_open(tx: Tx, session_id: UUID) -> bool:
    """Counts the orders of a session that is open here; False where it is not."""
    return bool(tx.scalar(COUNT_IN_OPEN, {"session_id": session_id}))


def figures(tx: Tx, session_id: UUID) -> dict[str, Any]:
    """What a session sold, as far as its orders are here; amounts in minor units."""
    row = tx.execute(FIGURES, {"session_id": session_id}).one()
    by_mode = {r.payment_mode: r.minor for r in tx.execute(BY_PAYMENT_MODE, {"session_id": session_id})}
    told = {"orders": row.orders, "total_minor": row.total_minor, "currency": "INR", "by_payment_mode": by_mode}
    return {"session_id": str(session_id)} | told


def newest_day_of_backup(tx: Tx) -> date | None:
    """The day of the newest order that the backup had; None where it had none, or nothing was restored."""
    day: date | None = tx.scalar(NEWEST_DAY)
    return day


def last_day(tx: Tx) -> date | None:
    """The day of the newest order."""
    day: date | None = tx.scalar(LAST_DAY)
    return day
