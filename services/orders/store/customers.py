"""Customers of this store, sealed, and who looked at them."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

KEEP = text("""
    insert into customers as c (customer_id, revision, personal, found_by)
    values (:customer_id, :revision, :personal, :found_by)
    on conflict (customer_id) do update set revision = excluded.revision, personal = excluded.personal,
        found_by = excluded.found_by, changed_at = now()
""")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('customer:' || :customer_id, 0))")
GET = text("select customer_id, revision, personal, changed_at from customers where customer_id = :customer_id")
FIND = text("""
    select customer_id, revision, personal from customers where found_by && cast(:tokens as bigint[])
    order by changed_at desc limit :limit
""")
NOTE_READ = text("""
    insert into customer_reads (staff_code, role, till_id, why, subject, customers)
    values (:staff_code, :role, :till_id, :why, :subject, :customers)
""")

READS = text("""
    select id, at, staff_code, role, till_id, why, subject, customers from customer_reads
    where (cast(:staff_code as text) is null or staff_code = :staff_code)
        and (cast(:customer_id as uuid) is null or subject = :customer_id or customers @> array[:customer_id]::uuid[])
        and (cast(:before as bigint) is null or id < :before)
    order by id desc limit :limit
""")
# an order that names somebody who is no customer of this store stands for them
MOST_BY_ONE = text("""
    select coalesce(max(seen), 0) from (
        select count(distinct customer) as seen from customer_reads, lateral unnest(
            case when customers = '{}' then array[coalesce(subject, gen_random_uuid())] else customers end
        ) as shown (customer)
        where at > now() - interval '1 hour' and not (why = 'search' and customers = '{}') group by staff_code
    ) as people
""")
# of one that is gone: who comes back under the same id goes on behind it, or head office would take it for old
LAST_REVISION = text("""
    select coalesce(
        (select revision from customers where customer_id = :customer_id),
        (select revision from gone_customers where customer_id = :customer_id), 0)
""")
DELETE = text("""
    with gone as (delete from customers where customer_id = :customer_id)
    insert into gone_customers (customer_id, revision) values (:customer_id, :revision)
    on conflict (customer_id) do update set revision = excluded.revision
""")
ORDERS_OF = text("""
    select order_id, personal, document, state from orders where found_by && cast(:tokens as bigint[])
    order by order_id for no key update
""")
ERASE_ORDERS = text("update orders set personal = null, found_by = null where order_id = any(:order_ids)")
ERASE_WISHES = text("update amendments set personal = null where order_id = any(:order_ids)")
ERASURE = text("""
    insert into erasures (erasure_id, customer_id, asked_at, asked_by, reason, erased, waiting)
    values (:erasure_id, :customer_id, :asked_at, :asked_by, :reason, :erased, :waiting)
    returning *
""")
UNDONE = text("""
    select erasure_id, customer_id, erased, waiting from erasures where waiting <> '{}'
        and exists (select from orders where order_id = any(waiting) and state in ('synced', 'void'))
    order by asked_at limit :limit for update skip locked
""")
SETTLED = text("""
    select order_id from orders where order_id = any(:order_ids) and state in ('synced', 'void')
    order by order_id for no key update
""")
GO_ON = text("update erasures set erased = :erased, waiting = :waiting where erasure_id = :erasure_id")
ALL_HELD = text("select order_id, cart, held_by, held_at from held_carts order by order_id for update")
RESEAL_CART = text("update held_carts set cart = :cart where order_id = :order_id")

OLD = text("""
    select customer_id from customers where changed_at < now() - make_interval(days => :days) and customer_id > :after
    order by customer_id limit :limit for update skip locked
""")
SEEN_SINCE = text("""
    select exists (select from orders where found_by && cast(:tokens as bigint[])
        and placed_at > now() - make_interval(days => :days))
""")
OLD_ORDERS = text("""
    select order_id from orders where business_date < current_date - cast(:days as int) and personal is not null
        and state in ('synced', 'void')
    order by business_date limit :limit for no key update skip locked
""")
OLD_CARTS = text("""
    delete from held_carts where order_id in (select order_id from held_carts
        where held_at < now() - make_interval(days => :days) limit :limit for update skip locked)
""")
OLD_READS = text("""
    delete from customer_reads where id in (select id from customer_reads
        where at < now() - make_interval(days => :days) order by id limit :limit)
""")


@dataclass(frozen=True)
class Read:
    """Somebody was shown what customers told: by which route, of which order or customer, of how many."""

    staff_code: str
    role: str
    till_id: str | None
    why: str
    subject: UUID | None
    customers: list[UUID]


def note_read(tx: Tx, read: Read) -> None:
    """Adds to the access log."""
    tx.execute(NOTE_READ, asdict(read))


def lock(tx: Tx, customer_id: UUID) -> None:
    """Waits for whoever else saves this customer."""
    tx.execute(LOCK, {"customer_id": str(customer_id)})


def keep(tx: Tx, row: dict[str, Any]) -> None:
    """Stores a customer under a revision."""
    tx.execute(KEEP, row)


def get(tx: Tx, customer_id: UUID) -> Any:
    """The customer, or None."""
    return tx.execute(GET, {"customer_id": customer_id}).first()


def find(tx: Tx, tokens: list[int], *, limit: int) -> list[Any]:
    """Customers with one of these tokens, those changed last first."""
    return list(tx.execute(FIND, {"tokens": tokens, "limit": limit}))


def reads(tx: Tx, staff_code: str | None, customer_id: UUID | None, *, before: int | None, limit: int) -> list[Any]:
    """Looks at customers, the newest first, from below the id `before`."""
    asked = {"staff_code": staff_code, "customer_id": customer_id, "before": before, "limit": limit}
    return list(tx.execute(READS, asked))


def most_by_one(tx: Tx) -> int:
    """How many customers whoever looked most was shown within the hour, each counted once."""
    return int(tx.execute(MOST_BY_ONE).scalar_one())


def last_revision(tx: Tx, customer_id: UUID) -> int:
    """The revision under which a customer was told last, 0 for one who was never here."""
    return int(tx.execute(LAST_REVISION, {"customer_id": customer_id}).scalar_one())


def delete(tx: Tx, customer_id: UUID, revision: int) -> None:
    """Removes a customer; whoever comes back under this id goes on behind the revision."""
    tx.execute(DELETE, {"customer_id": customer_id, "revision": revision})


def orders_of(tx: Tx, tokens: list[int]) -> list[Any]:
    """Orders with one of these tokens, locked."""
    return list(tx.execute(ORDERS_OF, {"tokens": tokens}))


def erase_orders(tx: Tx, order_ids: list[UUID]) -> None:
    """Removes what customers told with these orders, and with corrections of them."""
    tx.execute(ERASE_ORDERS, {"order_ids": order_ids})
    tx.execute(ERASE_WISHES, {"order_ids": order_ids})


def note_erasure(tx: Tx, values: dict[str, Any]) -> Any:
    """The erasure as it is kept."""
    return tx.execute(ERASURE, values).one()


def undone(tx: Tx, *, limit: int = 100) -> list[Any]:
    """Erasures for which something can be done now, locked."""
    return list(tx.execute(UNDONE, {"limit": limit}))


def settled(tx: Tx, order_ids: list[UUID]) -> list[UUID]:
    """Those of these orders that head office has, or will never have; locked."""
    return list(tx.scalars(SETTLED, {"order_ids": order_ids}))


def go_on(tx: Tx, erasure_id: UUID, erased: list[UUID], waiting: list[UUID]) -> None:
    tx.execute(GO_ON, {"erasure_id": erasure_id, "erased": erased, "waiting": waiting})


def held_carts(tx: Tx) -> list[Any]:
    """All of them, locked."""
    return list(tx.execute(ALL_HELD))


def reseal_cart(tx: Tx, order_id: UUID, cart: str) -> None:
    tx.execute(RESEAL_CART, {"order_id": order_id, "cart": cart})


def old(tx: Tx, *, days: int, after: UUID, limit: int) -> list[UUID]:
    """Customers that have not changed for so many days, behind one, locked."""
    return list(tx.scalars(OLD, {"days": days, "after": after, "limit": limit}))


def seen_since(tx: Tx, tokens: list[int], *, days: int) -> bool:
    """Whether something was sold under one of these tokens within so many days."""
    return bool(tx.scalar(SEEN_SINCE, {"tokens": tokens, "days": days}))


def old_orders(tx: Tx, *, days: int, limit: int) -> list[UUID]:
    """Orders of so long ago that still say whose they are, locked."""
    return list(tx.scalars(OLD_ORDERS, {"days": days, "limit": limit}))


def prune_held(tx: Tx, *, days: int, limit: int) -> int:
    return tx.execute(OLD_CARTS, {"days": days, "limit": limit}).rowcount


def prune_reads(tx: Tx, *, days: int, limit: int) -> int:
    return tx.execute(OLD_READS, {"days": days, "limit": limit}).rowcount
