"""The statements of a sale, in the order in which `place` runs them: a customer waits for each round trip."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.chassis.database import Tx
from services.chassis.errors import Busy

# one round trip for both; the id before the mode, as everybody takes them
LOCKS = text("""
    select pg_advisory_xact_lock(hashtextextended('order:' || :order_id, 0)),
        pg_advisory_xact_lock_shared(hashtextextended('orders.mode', 0))
""")
MODE_EXCLUSIVE = text("select pg_advisory_xact_lock(hashtextextended('orders.mode', 0))")

BEFORE = text("""
    select (select jsonb_build_object('fingerprint', o.fingerprint, 'document', o.document, 'state', o.state)
            from orders o where o.order_id = :order_id) as stored,
        exists (select from abandoned a where a.order_id = :order_id) as abandoned,
        m.mode, m.session_id, m.shown,
        (select s.identity from store s) as store,
        (select s.value from states s where s.name = 'readiness') as readiness,
        (select jsonb_agg(p) from payment_modes p) as payment_modes,
        (select jsonb_object_agg(s.staff_code, s.name) from staff s
            where s.active and s.staff_code = any(:staff)) as staff,
        (select coalesce(sum(t.session_minor), 0) from tills t where t.session_id = m.session_id) as session_minor
    from mode m
""")

BOOK = text("""
    select p.item, coalesce(s.synced - s.sold, 0) as left
    from price_book p left join stock s on s.sku = p.sku
    where p.sku = any(:skus) and not p.deleted
""")
BOOK_LOCKED = text("""
    select p.item, s.synced - s.sold as left
    from price_book p join stock s on s.sku = p.sku
    where p.sku = any(:skus) and not p.deleted order by s.sku for update of s
""")

APPROVED = text("select action, subject, approved_by, reason from approvals where order_id = :order_id")

TILL = text("""
    select t.*, array(
        select p.payment_mode || ' ' || p.unique_reference from payments p
        where (p.payment_mode, p.unique_reference) in
            (select * from unnest(cast(:modes as text[]), cast(:references as text[])))
    ) as used_references
    from tills t where t.till_id = :till_id for update of t
""")

STORE = text("""
    with stored as (
        insert into orders (order_id, fingerprint, document, mode, session_id, till_id, seller, placed_at,
            business_date, invoice_number, series, sequence, total_minor, kept)
        values (:order_id, :fingerprint, cast(:document as jsonb), :mode, :session_id, :till_id, :seller, :placed_at,
            :business_date, :invoice_number, :series, :sequence, :total_minor, :kept)
        returning order_id
    ), paid as (
        insert into payments (order_id, n, payment_mode, kind, amount_minor, reference, status, unique_reference)
        select s.order_id, p.* from stored s, jsonb_to_recordset(cast(:payments as jsonb)) as p
            (n smallint, payment_mode text, kind text, amount_minor bigint, reference text, status text,
             unique_reference text)
    ), moved as (
        insert into movements (order_id, sku, quantity)
        select s.order_id, m.* from stored s, unnest(cast(:skus as text[]), cast(:quantities as int[])) as m
    ), stocked as (
        update stock set sold = sold + m.quantity
        from unnest(cast(:skus as text[]), cast(:quantities as int[])) as m (sku, quantity) where stock.sku = m.sku
    ), numbered as (
        update tills set series_year = :series_year, series_next = :sequence + 1, series_head = :head,
            last_date = :business_date, session_id = :session_id,
            session_orders = case when session_id is not distinct from :session_id then session_orders else 0 end + 1,
            session_minor = case when session_id is not distinct from :session_id then session_minor else 0 end
                + :total_minor
        where till_id = :till_id
    ), taken_over as (
        update orphan_payments o set state = 'sold'
        from jsonb_to_recordset(cast(:payments as jsonb)) as p (payment_mode text, reference text)
        where o.order_id = :order_id and o.state = 'open' and o.payment_mode = p.payment_mode
            and o.reference = p.reference
    ), released as (
        delete from held_carts where order_id = :order_id
    ), told as (
        insert into outbox (event_id, queue, type, body)
        select :event_id, q, :event_type, :event_body from unnest(cast(:queues as text[])) as q
    )
    select pg_notify('outbox.orders', ''), pg_notify('changes', '{"what": "orders"}')
""")

ORPHAN = text("""
    insert into orphan_payments (order_id, n, payment_mode, amount_minor, reference, till_id, seller)
    select :order_id, coalesce((select max(n) from orphan_payments where order_id = :order_id), 0) + 1,
        :payment_mode, :amount_minor, :reference, :till_id, :seller
    where not exists (select from payments
        where order_id = :order_id and payment_mode = :payment_mode and reference = :reference)
    on conflict do nothing
""")
TOMBSTONE = text("""insert into abandoned (order_id, "by") values (:order_id, :by) on conflict do nothing""")


@dataclass(frozen=True)
class Before:
    """What stands before a sale."""

    stored: dict[str, Any] | None
    abandoned: bool
    mode: str
    session_id: UUID | None
    shown: dict[str, Any]
    store: dict[str, Any] | None
    readiness: dict[str, Any] | None
    payment_modes: list[dict[str, Any]]
    staff: dict[str, str]
    session_minor: int


def lock(tx: Tx, order_id: UUID) -> None:
    """Waits for whoever else has this order in hand, and keeps the mode as it is."""
    tx.execute(LOCKS, {"order_id": str(order_id)})


def lock_mode(tx: Tx) -> None:
    """Waits until no sale is under way; none begins until the transaction ends."""
    tx.execute(MODE_EXCLUSIVE)


def before(tx: Tx, order_id: UUID, staff: list[str]) -> Before:
    """Everything but prices and numbers, in one statement."""
    row = tx.execute(BEFORE, {"order_id": order_id, "staff": staff}).one()
    return Before(
        stored=row.stored,
        abandoned=row.abandoned,
        mode=row.mode,
        session_id=row.session_id,
        shown=row.shown,
        store=row.store,
        readiness=row.readiness,
        payment_modes=row.payment_modes or [],
        staff=row.staff or {},
        session_minor=int(row.session_minor),
    )


def book(tx: Tx, skus: list[str], *, locked: bool = False) -> list[Any]:
    """Price-book items and what is left of each; locked, their stock stays as it is, taken in the order of SKUs."""
    return list(tx.execute(BOOK_LOCKED if locked else BOOK, {"skus": skus}))


def approvals(tx: Tx, order_id: UUID) -> list[Any]:
    """What managers approved for this order."""
    return list(tx.execute(APPROVED, {"order_id": order_id}))


def till(tx: Tx, till_id: UUID, references: list[tuple[str, str]]) -> Any:
    """The till, locked, for its numbers are taken one after another; None for none.

    `used_references` of the row names those (payment mode, reference) that have paid before, as "MODE REFERENCE".
    """
    told = {"modes": [mode for mode, _ in references], "references": [reference for _, reference in references]}
    return tx.execute(TILL, {"till_id": till_id} | told).first()


def store_sale(tx: Tx, values: dict[str, Any]) -> None:
    """Order, payments, movements, stock, number and outgoing message: all or nothing, in one statement.

    Raises Busy when a reference has been paid with at another till since it was looked for.
    """
    try:
        tx.execute(STORE, values)
    except IntegrityError as error:
        raise Busy from error


def keep_orphans(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Keeps money that was taken for a sale that was refused, once; the id's lock is held."""
    for row in rows:
        tx.execute(ORPHAN, row)


def entomb(tx: Tx, order_id: UUID, by: str) -> None:
    """Refuses an id for ever."""
    tx.execute(TOMBSTONE, {"order_id": order_id, "by": by})


def as_json(value: Any) -> str:
    return json.dumps(value)
