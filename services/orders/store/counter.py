"""What stands at the counter: tills, held carts, customers."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

TAKE_PREFIX = text("""
    update prefixes set till_id = :till_id, taken_at = now()
    where prefix = (select prefix from prefixes where till_id is null and closed_at is null
        order by id limit 1 for update skip locked)
    returning prefix
""")
# nobody may use again what was open before, here or on the server that this one stands in for
CLOSE_PREFIXES = text("""
    update prefixes p set closed_at = now(), closed_head = t.series_head
    from prefixes o left join tills t using (prefix) where p.prefix = o.prefix and p.closed_at is null
""")
CLOSE_SERIES = text("""
    update tills set prefix = null, series_year = null, series_next = 1, series_head = :head where prefix is not null
""")
GIVE_PREFIXES = text("""
    with spare as (
        select prefix, row_number() over (order by id) as n from prefixes where till_id is null and closed_at is null
    ), bare as (
        select till_id, row_number() over (order by paired_at) as n from tills where active and prefix is null
    ), given as (
        update prefixes p set till_id = bare.till_id, taken_at = now() from spare join bare using (n)
        where p.prefix = spare.prefix returning p.prefix, p.till_id
    )
    update tills t set prefix = given.prefix from given where t.till_id = given.till_id
""")
ADD_TILL = text("""
    insert into tills (till_id, name, key_hash, active, prefix, paired_by, series_head)
    values (:till_id, :name, :key_hash, true, :prefix, :paired_by, :head)
""")
LOCK_TILLS = text("select pg_advisory_xact_lock(hashtextextended('orders.tills', 0))")
NAMED = text("select exists (select from tills where active and name = :name and till_id is distinct from :till_id)")
TILL = text("select * from tills where till_id = :till_id for update")
TILLS = text("select * from tills order by active desc, name")
RENAME = text("update tills set name = :name, number = nextval('tills_number') where till_id = :till_id")
RETIRE = text("update tills set active = false, number = nextval('tills_number') where till_id = :till_id")
HOLD = text("""
    insert into held_carts (order_id, cart, held_by) values (:order_id, :cart, :by)
    on conflict (order_id) do update
        set cart = excluded.cart, held_by = excluded.held_by, held_at = now(), taken_by = null
""")
HELD = text("""
    select * from held_carts where taken_by is null or taken_by = :taker order by held_at desc limit 200
""")
# it stays until it is sold, given up, held again or old: the answer may get lost
RECALL = text("""
    update held_carts set taken_by = :taker where order_id = :order_id and (taken_by is null or taken_by = :taker)
    returning *
""")


def take_prefix(tx: Tx, till_id: UUID) -> str | None:
    """The next spare prefix, which is this till's for ever; None when none is left."""
    prefix: str | None = tx.scalar(TAKE_PREFIX, {"till_id": till_id})
    return prefix


def close_series(tx: Tx, head: str) -> None:
    """Closes every series, and every prefix that was given for one; tills then wait for new ones."""
    tx.execute(CLOSE_PREFIXES)
    tx.execute(CLOSE_SERIES, {"head": head})


def give_prefixes(tx: Tx) -> None:
    """Gives a spare prefix to each till that has none."""
    tx.execute(GIVE_PREFIXES)


def add_till(tx: Tx, values: dict[str, Any]) -> None:
    tx.execute(ADD_TILL, values)


def lock_tills(tx: Tx) -> None:
    """Tills change one after another: whoever pulls them has every change with a lower number."""
    tx.execute(LOCK_TILLS)


def named(tx: Tx, name: str, *, but: UUID | None = None) -> bool:
    """Whether a till, another than `but`, has this name."""
    return bool(tx.scalar(NAMED, {"name": name, "till_id": but}))


def till(tx: Tx, till_id: UUID) -> Any:
    """The till, locked, or None."""
    return tx.execute(TILL, {"till_id": till_id}).first()


def tills(tx: Tx) -> list[Any]:
    return list(tx.execute(TILLS))


def rename(tx: Tx, till_id: UUID, name: str) -> None:
    tx.execute(RENAME, {"till_id": till_id, "name": name})


def retire(tx: Tx, till_id: UUID) -> None:
    tx.execute(RETIRE, {"till_id": till_id})


def hold(tx: Tx, order_id: UUID, cart: str, by: str) -> None:
    """Keeps a cart, sealed."""
    tx.execute(HOLD, {"order_id": order_id, "cart": cart, "by": by})


def held(tx: Tx, taker: str) -> list[Any]:
    """What this taker may recall, the newest first: carts that nobody recalls hide no other."""
    return list(tx.execute(HELD, {"taker": taker}))


def recall(tx: Tx, order_id: UUID, taker: str) -> Any:
    """The cart, which from now on is in one taker's hands only; None for the second who asks."""
    return tx.execute(RECALL, {"order_id": order_id, "taker": taker}).first()
