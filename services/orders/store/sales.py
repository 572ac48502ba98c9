"""The statements of a sale, in the order in which `place` runs them: a customer waits for each round trip."""
# ruff: noqa: S608  what is put into statements is the text below

import json
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.chassis.database import Tx
from services.chassis.errors import Busy

REFERENCE_ONCE = "payments_reference_once"
# one round trip for both; the id before the mode, as everybody takes them
LOCKS = text("""
    select pg_advisory_xact_lock(hashtextextended('order:' || :order_id, 0)),
        pg_advisory_xact_lock_shared(hashtextextended('orders.mode', 0))
""")
MODE_EXCLUSIVE = text("select pg_advisory_xact_lock(hashtextextended('orders.mode', 0))")

STANDING = """
    select (select jsonb_build_object('fingerprint', o.fingerprint, 'document', o.document, 'state', o.state)
            from orders o where o.order_id = :order_id) as stored,
        exists (select from abandoned a where a.order_id = :order_id) as abandoned,
        m.mode, m.session_id, m.shown,
        (select s.identity from store s) as store, (select s.stopped from store s) as stopped,
        (select s.value from states s where s.name = 'readiness') as readiness,
        (select jsonb_agg(p) from payment_modes p) as payment_modes,
        (select jsonb_object_agg(s.staff_code, s.name) from staff s
            where s.active and s.staff_code = any(:staff)) as staff,
        (select coalesce(sum(t.session_minor), 0) from tills t where t.session_id = m.session_id) as session_minor,
        (select jsonb_object_agg(c.n, c.amount_minor) from captures c where c.order_id = :order_id) as captured,
        (select jsonb_agg(b) from book b) as book
"""
BEFORE_QUOTE = text(f"""
    with book as (
        select p.item, coalesce(s.synced - s.sold, 0) as left from price_book p left join stock s on s.sku = p.sku
        where p.sku = any(:skus) and not p.deleted
    )
    {STANDING} from mode m
""")
# stock is locked in the order of SKUs, and before the till: everybody does so
BEFORE_SALE = text(f"""
    with book as materialized (
        select p.item, s.synced - s.sold as left from price_book p join stock s on s.sku = p.sku
        where p.sku = any(:skus) and not p.deleted order by s.sku for update of s
    ), till as materialized (
        select * from tills where till_id = :till_id and (select count(*) from book) >= 0 for update
    )
    {STANDING}, to_jsonb(till) as till,
        array(select p.payment_mode || ' ' || p.unique_reference from payments p
            where (p.payment_mode, p.unique_reference) in
                (select * from unnest(cast(:modes as text[]), cast(:references as text[])))) as used_references
    from mode m left join till on true
""")

APPROVED = text("""
    select action, subject, up_to, approved_by, reason from approvals where order_id = :order_id order by up_to
""")

# what a sale and an order that comes back have in common; money may have been taken under an id that was given up since
STORED = """stored as (
        insert into orders (order_id, fingerprint, document, mode, session_id, till_id, seller, placed_at,
            business_date, invoice_number, series, sequence, total_minor, kept, personal, found_by)
        values (:order_id, :fingerprint, cast(:document as jsonb), :mode, :session_id, :till_id, :seller, :placed_at,
            :business_date, :invoice_number, :series, :sequence, :total_minor, :kept,
            :personal, :found_by)
        returning order_id
    )"""
STOCKED = """stocked as (
        update stock set sold = sold + m.quantity
        from unnest(cast(:skus as text[]), cast(:quantities as int[])) as m (sku, quantity) where stock.sku = m.sku
    )"""
# what a customer paid beyond the sale stays open, to be given back
TAKEN_OVER = """taken_over as (
        update orphan_payments o set state = case when o.amount_minor > p.amount_minor then 'open' else 'sold' end,
            amount_minor = case when o.amount_minor > p.amount_minor then o.amount_minor - p.amount_minor
                else o.amount_minor end
        from jsonb_to_recordset(cast(:payments as jsonb)) as p (payment_mode text, reference text, amount_minor bigint)
        where o.state = 'open' and o.payment_mode = p.payment_mode and o.reference = p.reference
    )"""
STORE = text(f"""
    with {STORED}, paid as (
        insert into payments (order_id, n, payment_mode, kind, amount_minor, reference, status, unique_reference)
        select s.order_id, p.* from stored s, jsonb_to_recordset(cast(:payments as jsonb)) as p
            (n smallint, payment_mode text, kind text, amount_minor bigint, reference text, status text,
             unique_reference text)
    ), moved as (
        insert into movements (order_id, sku, quantity)
        select s.order_id, m.* from stored s, unnest(cast(:skus as text[]), cast(:quantities as int[])) as m
    ), {STOCKED}, numbered as (
        update tills set series_year = :series_year, series_next = :sequence + 1, series_head = :head,
            last_date = :business_date, session_id = :session_id,
            session_orders = case when session_id is not distinct from :session_id then session_orders else 0 end + 1,
            session_minor = case when session_id is not distinct from :session_id then session_minor else 0 end
                + :total_minor
        where till_id = :till_id
    ), {TAKEN_OVER}, released as (
        delete from held_carts where order_id = :order_id
    ), told as (
        insert into outbox (event_id, queue, type, body)
        select :event_id, q, :event_type, :event_body from unnest(cast(:queues as text[])) as q
    )
    select order_id from stored
""")

WAKE = text("""select pg_notify('outbox.orders', ''), pg_notify('changes', '{"what": "orders"}')""")

ORPHAN = text("""
    insert into orphan_payments (order_id, n, payment_mode, amount_minor, reference, till_id, seller)
    select :order_id, coalesce((select max(n) from orphan_payments where order_id = :order_id), 0) + 1,
        :payment_mode, :amount_minor, :reference, :till_id, :seller
    where not exists (select from payments
        where order_id = :order_id and payment_mode = :payment_mode and reference = :reference)
    on conflict do nothing
""")
TOMBSTONE = text("""
    with released as (delete from held_carts where order_id = :order_id)
    insert into abandoned (order_id, "by") values (:order_id, :by) on conflict do nothing
""")


@dataclass(frozen=True)
class Priced:
    """An article of the price book, and how many of it are left."""

    item: dict[str, Any]
    left: int


@dataclass(frozen=True)
class Till:
    """A till and where its invoice series stands."""

    till_id: UUID
    name: str
    active: bool
    prefix: str | None
    series_year: int | None
    series_next: int
    series_head: str
    last_date: date | None


@dataclass(frozen=True)
class Before:
    """What stands before a sale.

    `stopped` says why this server must not sell at all: "superseded" or "set_back".
    `captured` is what the customer has paid online for it: minor units by the payment's number.
    `used_references` are those of its payments that have paid before, as "MODE REFERENCE".
    """

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
    captured: dict[int, int]
    book: list[Priced]
    till: Till | None = None
    used_references: tuple[str, ...] = ()
    stopped: str | None = None


def lock(tx: Tx, order_id: UUID) -> None:
    """Waits for whoever else has this order in hand, and keeps the mode as it is."""
    tx.execute(LOCKS, {"order_id": str(order_id)})


def lock_mode(tx: Tx) -> None:
    """Waits until no sale is under way; none begins until the transaction ends."""
    tx.execute(MODE_EXCLUSIVE)


def before_quote(tx: Tx, order_id: UUID, staff: list[str], skus: list[str]) -> Before:
    """What a quote is reckoned from; nothing is locked."""
    return _before(tx.execute(BEFORE_QUOTE, {"order_id": order_id, "staff": staff, "skus": skus}).one())


def before_sale(
    tx: Tx, order_id: UUID, staff: list[str], skus: list[str], *, till_id: UUID, references: list[tuple[str, str]]
) -> Before:
    """What a sale is made from, in one statement; its stock and its till stay as they are until it is stored.

    `references` are the (payment mode, reference) that it is paid with.
    """
    asked = {"order_id": order_id, "staff": staff, "skus": skus, "till_id": till_id}
    paid = {"modes": [mode for mode, _ in references], "references": [reference for _, reference in references]}
    row = tx.execute(BEFORE_SALE, asked | paid).one()
    return replace(_before(row), till=_till(row.till), used_references=tuple(row.used_references))


def approvals(tx: Tx, order_id: UUID) -> list[Any]:
    """What managers approved for this order."""
    return list(tx.execute(APPROVED, {"order_id": order_id}))


def store_sale(tx: Tx, values: dict[str, Any]) -> None:
    """Order, payments, movements, stock, number and outgoing message: all or nothing, in one statement.

    Raises Busy when a reference has been paid with at another till since it was looked for.
    """
    try:
        tx.execute(STORE, values)
    except IntegrityError as error:
        if not (isinstance(error.orig, UniqueViolation) and error.orig.diag.constraint_name == REFERENCE_ONCE):
            raise
        raise Busy from error


def tell_of_sales(tx: Tx) -> None:
    """Wakes the relay, and whoever shows orders."""
    tx.execute(WAKE)


def keep_orphans(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Keeps money that was taken for a sale that was refused, once; the id's lock is held."""
    for row in rows:
        tx.execute(ORPHAN, row)


def entomb(tx: Tx, order_id: UUID, by: str) -> None:
    """Refuses an id for ever."""
    tx.execute(TOMBSTONE, {"order_id": order_id, "by": by})


def _before(row: Any) -> Before:
    return Before(
        stored=row.stored,
        abandoned=row.abandoned,
        mode=row.mode,
        session_id=row.session_id,
        shown=row.shown,
        store=row.store,
        stopped=row.stopped,
        readiness=row.readiness,
        payment_modes=row.payment_modes or [],
        staff=row.staff or {},
        session_minor=int(row.session_minor),
        captured={int(n): amount for n, amount in (row.captured or {}).items()},
        book=[Priced(**priced) for priced in row.book or []],
    )


def _till(row: dict[str, Any] | None) -> Till | None:
    if row is None:
        return None
    known = {field.name: row[field.name] for field in fields(Till)}
    last_date = date.fromisoformat(row["last_date"]) if row["last_date"] else None
    return Till(**known | {"till_id": UUID(row["till_id"]), "last_date": last_date})


def as_json(value: Any) -> str:
    return json.dumps(value)
