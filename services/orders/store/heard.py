"""Copies of what others own: mode, price book, stock, payment modes, staff, the store's identity."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

MODE = text("select * from mode")
SET_MODE = text("""
    update mode set number = number + 1, mode_number = :mode_number, mode = :mode, trigger = :trigger,
        session_id = :session_id, shown = cast(:shown as jsonb)
""")
SOLD_IN = text("""
    select coalesce(sum(session_orders), 0) as orders, coalesce(sum(session_minor), 0) as total_minor
    from tills where session_id = :session_id
""")
BY_PAYMENT_MODE = text("""
    select p.payment_mode, sum(p.amount_minor)::bigint as minor from payments p join orders o using (order_id)
    where o.session_id = :session_id group by 1
""")
WITHOUT_ORDERS = text("""
    select s from unnest(cast(:session_ids as uuid[])) as s
    where not exists (select from orders o where o.session_id = s)
""")
BOOK = text("""
    insert into price_book as b (sku, number, deleted, barcode, item)
    select r.sku, r.number, r.deleted, r.item ->> 'barcode', r.item from jsonb_to_recordset(cast(:rows as jsonb)) as r
        (sku text, number bigint, deleted boolean, item jsonb)
    on conflict (sku) do update set number = excluded.number, deleted = excluded.deleted, barcode = excluded.barcode,
        item = excluded.item
    where b.number < excluded.number
""")
# a movement counts until a figure comes that is later than head office's word on its order
CLOSED = text("""
    update movements m set open = false from jsonb_to_recordset(cast(:rows as jsonb)) as r
        (sku text, stock int, stock_as_of timestamptz)
    where m.sku = r.sku and m.open and m.accepted_at < r.stock_as_of
""")
# a figure may be heard before the word on an order that it holds already
HELD = text("""
    select distinct m.sku from movements m join stock s using (sku)
    where m.open and m.accepted_at < s.as_of limit :limit
""")
CLOSE_HELD = text("""
    update movements m set open = false from stock s
    where m.sku = any(:skus) and s.sku = m.sku and m.open and m.accepted_at < s.as_of
""")
COUNT_AGAIN = text("""
    update stock s set sold = coalesce((select sum(m.quantity) from movements m where m.sku = s.sku and m.open), 0)
    where s.sku = any(:skus)
""")
LOCK_STOCK = text("select from stock where sku = any(:skus) order by sku for update")
STOCK = text("""
    insert into stock as s (sku, synced, as_of, sold)
    select r.sku, coalesce(r.stock, 0), r.stock_as_of,
        coalesce((select sum(m.quantity) from movements m where m.sku = r.sku and m.open), 0)
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (sku text, stock int, stock_as_of timestamptz)
    on conflict (sku) do update set synced = excluded.synced, as_of = excluded.as_of, sold = excluded.sold
""")
PAYMENT_MODES = text("""
    with fresh as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as r
            (code text, name text, kind text, offline boolean, limit_minor bigint)
    ), gone as (delete from payment_modes where code not in (select code from fresh))
    insert into payment_modes (code, name, kind, offline, limit_minor) select * from fresh
    on conflict (code) do update set name = excluded.name, kind = excluded.kind, offline = excluded.offline,
        limit_minor = excluded.limit_minor
""")
LIST_PAYMENT_MODES = text("select code, name, kind, offline from payment_modes order by offline desc, code")
STAFF = text("""
    with fresh as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as r
            (staff_code text, name text, role text, active boolean)
    ), gone as (delete from staff where staff_code not in (select staff_code from fresh))
    insert into staff (staff_code, name, role, active) select * from fresh
    on conflict (staff_code) do update set name = excluded.name, role = excluded.role, active = excluded.active
""")
IDENTITY = text("""
    insert into store (id, identity) values (1, cast(:identity as jsonb))
    on conflict (id) do update set identity = excluded.identity, heard_at = now()
""")
STOP = text("""
    update store set stopped = :stopped
    where stopped is distinct from :stopped
        and (cast(:instead_of as text) is null or stopped is not distinct from :instead_of)
""")
STOPPED = text("select stopped from store")
PREFIXES = text("insert into prefixes (prefix) select unnest(cast(:prefixes as text[])) on conflict do nothing")
IDENTITY_READ = text("select identity from store")
UNSENT = text("""
    select sku, sum(quantity) as pieces from movements
    where sku = any(:skus) and open and accepted_at is null group by 1
""")
BY_CODE = text("""
    select p.item, coalesce(s.synced - s.sold, 0) as left from price_book p left join stock s on s.sku = p.sku
    where not p.deleted and (p.sku = :code or p.barcode = :code) order by p.sku limit 1
""")


def mode(tx: Tx) -> Any:
    """The one row that decides in which mode this store sells."""
    return tx.execute(MODE).one()


def set_mode(tx: Tx, mode_number: int, value: dict[str, Any]) -> None:
    values = {name: value[name] for name in ("mode", "trigger", "session_id")}
    tx.execute(SET_MODE, values | {"mode_number": mode_number, "shown": json.dumps(value)})


def sold_in(tx: Tx, session_id: Any) -> tuple[int, int]:
    """Orders and total of a session that is open, or that was until this transaction."""
    row = tx.execute(SOLD_IN, {"session_id": session_id}).one()
    return int(row.orders), int(row.total_minor)


def without_orders(tx: Tx, session_ids: Iterable[str]) -> list[UUID]:
    """Those of these sessions in which nothing was sold."""
    return list(tx.scalars(WITHOUT_ORDERS, {"session_ids": list(session_ids)}))


def by_payment_mode(tx: Tx, session_id: Any) -> dict[str, int]:
    """What a session took, by payment mode."""
    return {row.payment_mode: int(row.minor) for row in tx.execute(BY_PAYMENT_MODE, {"session_id": session_id})}


def keep_book(tx: Tx, items: list[dict[str, Any]]) -> None:
    """Takes a page of the price book: prices, and stock with what of it was sold since."""
    if not items:
        return
    book = [{"sku": i["sku"], "number": i["number"], "deleted": i["deleted"], "item": i} for i in items]
    tx.execute(BOOK, {"rows": json.dumps(book)})
    tx.execute(LOCK_STOCK, {"skus": [i["sku"] for i in items]})
    stock = json.dumps([{name: i[name] for name in ("sku", "stock", "stock_as_of")} for i in items])
    tx.execute(CLOSED, {"rows": stock})
    tx.execute(STOCK, {"rows": stock})


def close_held(tx: Tx, *, limit: int = 1000) -> int:
    """Counts no movement that a synced figure holds already; how many articles were put right."""
    skus = list(tx.scalars(HELD, {"limit": limit}))
    if skus:
        tx.execute(LOCK_STOCK, {"skus": skus})
        tx.execute(CLOSE_HELD, {"skus": skus})
        tx.execute(COUNT_AGAIN, {"skus": skus})
    return len(skus)


def payment_modes(tx: Tx) -> list[Any]:
    """Those that work offline first."""
    return list(tx.execute(LIST_PAYMENT_MODES))


def keep_payment_modes(tx: Tx, rows: list[dict[str, Any]]) -> None:
    tx.execute(PAYMENT_MODES, {"rows": json.dumps(rows)})


def keep_staff(tx: Tx, rows: list[dict[str, Any]]) -> None:
    tx.execute(STAFF, {"rows": json.dumps(rows)})


def keep_identity(tx: Tx, identity: dict[str, Any], prefixes: list[str]) -> None:
    """Keeps who this store is, and the spare prefixes that head office gave it."""
    tx.execute(IDENTITY, {"identity": json.dumps(identity)})
    tx.execute(PREFIXES, {"prefixes": prefixes})


def identity(tx: Tx) -> dict[str, Any] | None:
    """Who this store is; None before head office said so."""
    found: dict[str, Any] | None = tx.execute(IDENTITY_READ).scalar()
    return found


def stop(tx: Tx, stopped: str | None, instead_of: str | None) -> bool:
    """Notes why this server must not sell, None where it may; whether that is news.

    With `instead_of` only where that was the reason before.
    """
    return tx.execute(STOP, {"stopped": stopped, "instead_of": instead_of}).rowcount == 1


def stopped(tx: Tx) -> str | None:
    """Why this server must not sell at all; None where it may."""
    reason: str | None = tx.scalar(STOPPED)
    return reason


def sold_and_unsent(tx: Tx, skus: list[str]) -> dict[str, int]:
    """Pieces by SKU that were sold here and of which head office has given no word."""
    return {row.sku: int(row.pieces) for row in tx.execute(UNSENT, {"skus": skus})}


def by_code(tx: Tx, code: str) -> Any:
    """The article with this SKU or barcode, and what is left of it."""
    return tx.execute(BY_CODE, {"code": code}).first()
