"""What customers told is removed: on request, and once head office has had it for long enough."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

# an older word that comes later changes nothing, and who came back since is not gone
CUSTOMER = text("""
    insert into notices as n (kind, subject, version, body, state)
    values ('customer', :subject, :version, '{}', 'sent')
    on conflict (kind, subject) do update set body = '{}', state = 'sent', claimed_by = null, fence = n.fence + 1,
        version = excluded.version, reason_code = null, changed_at = now()
    where n.version < excluded.version
""")
DOCUMENTS = text("""
    update documents set personal = null, correction = correction - 'personal' where order_id = any(:order_ids)
""")
WISHES = text("""
    update wishes set body = body #- '{correction,personal}' where order_id = any(:order_ids) and kind = 'correct'
""")
OLD_DOCUMENTS = text("""
    select order_id from deliveries join documents using (order_id)
    where state in ('synced', 'withdrawn') and changed_at < now() - make_interval(days => :days)
        and personal is not null
    limit :limit
""")
OLD_NOTICES = text("""
    update notices set body = '{}' where kind = 'customer' and state = 'sent' and body <> '{}' and subject in (
        select subject from notices where kind = 'customer' and state = 'sent' and body <> '{}'
            and changed_at < now() - make_interval(days => :days) limit :limit
        for update skip locked)
""")


def erase_customer(tx: Tx, customer_id: str, revision: int) -> None:
    """Head office is told no more of this customer, unless they came back since."""
    tx.execute(CUSTOMER, {"subject": customer_id, "version": revision})


def erase_orders(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Keeps of these orders only the facts."""
    tx.execute(DOCUMENTS, {"order_ids": list(order_ids)})
    tx.execute(WISHES, {"order_ids": list(order_ids)})


def prune(tx: Tx, *, days: int, limit: int) -> int:
    """Removes what head office has had for so many days, at most `limit` of each; how many orders and customers."""
    order_ids = list(tx.scalars(OLD_DOCUMENTS, {"days": days, "limit": limit}))
    if order_ids:
        erase_orders(tx, order_ids)
    return len(order_ids) + tx.execute(OLD_NOTICES, {"days": days, "limit": limit}).rowcount
