"""Reading many orders at once: chains, exceptions, oversold articles."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import text

from services.chassis.database import Tx

INVOICES = text("""
    select o.id, o.order_id, o.fingerprint, o.kept, o.series, o.sequence, o.invoice_number, o.total_minor, o.mode,
        o.session_id, o.till_id, o.seller, o.placed_at, o.business_date, o.document, o.personal,
        paid.payments, paid.unique_references, (
            select true from erasures e where o.personal is null and e.erased @> array[o.order_id] limit 1
        ) as erased
    from orders o, lateral (
        select jsonb_agg(jsonb_build_array(p.n, p.payment_mode, p.amount_minor, p.reference, p.kind, p.status)
                order by p.n) as payments,
            jsonb_agg(p.unique_reference order by p.n) as unique_references
        from payments p where p.order_id = o.order_id
    ) as paid order by o.series, o.sequence
""")
HEADS = text("""
    select p.prefix, p.closed_at is not null as closed, p.closed_head, t.series_head, t.series_year, t.series_next
    from prefixes p left join tills t on t.prefix = p.prefix and t.till_id = p.till_id
    where p.till_id is not null or p.closed_at is not null
""")
LAST = text("""
    select s.series, (select max(o.sequence) from orders o where o.series = s.series) as sequence,
        p.prefix is not null as known, p.closed_at is not null as closed
    from unnest(cast(:series as text[])) as s (series)
    left join prefixes p on p.prefix = left(s.series, length(s.series) - 3)
""")
EXCEPTIONS = text("""
    with days as (select * from orders where business_date between :first and :last),
    voids as (
        select order_id, count(*) as asked from amendments join days using (order_id) where kind = 'void' group by 1
    ), by_action as (
        select o.seller, a.action, count(*) as times from approvals a join days o using (order_id) group by 1, 2
    )
    select o.seller as staff_code, count(*) as sales,
        coalesce(sum(v.asked), 0)::int as voids_asked,
        coalesce(sum(o.total_minor) filter (where o.state = 'void'), 0)::bigint as voided_minor,
        coalesce((select sum(times) from by_action b where b.seller = o.seller), 0)::int as approvals,
        count(*) filter (where o.document @? '$.lines[*] ? (@.oversold == true)') as oversold,
        coalesce((select jsonb_object_agg(b.action, b.times) from by_action b where b.seller = o.seller), '{}')
            as by_action
    from days o left join voids v using (order_id)
    group by o.seller order by o.seller
""")
OVERSOLD = text("""
    select line ->> 'sku' as sku, sum((line ->> 'quantity')::int)::int as quantity,
        array_agg(o.order_id::text) as orders
    from orders o, jsonb_array_elements(o.document -> 'lines') as line
    where o.business_date between :first and :last and (line ->> 'oversold')::boolean and o.state <> 'void'
    group by 1 order by 1
""")
MONEY_WITHOUT_ORDER = text("""
    select payment_mode, sum(amount_minor)::bigint as minor from orphan_payments where state = 'open' group by 1
""")
COUNTS = text("""
    select (select count(*) from prefixes where till_id is null and closed_at is null) as spare_prefixes,
        (select count(*) from tills where active) as active_tills
""")
HASH_OF = text("select document #>> '{invoice,hash}' from orders where series = :series and sequence = :sequence")
CHUNK = 500


def invoices(tx: Tx) -> Iterator[Any]:
    """Every invoice, series by series, a few hundred in memory at a time."""
    yield from tx.execute(INVOICES, execution_options={"yield_per": CHUNK})


def heads(tx: Tx) -> dict[str, Any]:
    """Of each prefix that was used: where its till says that the chain stands, or where it stood when it was closed."""
    return {row.prefix: row for row in tx.execute(HEADS)}


def last_numbers(tx: Tx, series: list[str]) -> dict[str, Any]:
    """Of each series its last number here (None without one), and whether its prefix is known and closed here."""
    return {row.series: row for row in tx.execute(LAST, {"series": series})}


def hash_of(tx: Tx, series: str, sequence: int) -> str | None:
    """The hash of one invoice; None where there is none."""
    found: str | None = tx.scalar(HASH_OF, {"series": series, "sequence": sequence})
    return found


def exceptions(tx: Tx, first: date, last: date) -> list[Any]:
    """Voids, approvals and oversold pieces by cashier."""
    return list(tx.execute(EXCEPTIONS, {"first": first, "last": last}).mappings())


def oversold(tx: Tx, first: date, last: date) -> list[Any]:
    """Articles that were sold beyond the figures, with the orders that did so."""
    return list(tx.execute(OVERSOLD, {"first": first, "last": last}).mappings())


def money_without_order(tx: Tx) -> dict[str, int]:
    """Money taken for sales that were refused and neither sold nor given back since, by payment mode."""
    return {row.payment_mode: row.minor for row in tx.execute(MONEY_WITHOUT_ORDER)}


def counts(tx: Tx) -> Any:
    """Spare prefixes and active tills."""
    return tx.execute(COUNTS).one()
