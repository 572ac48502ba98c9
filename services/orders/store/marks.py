"""Marks on invoices: appended to under a lock, never changed."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, text

from services.chassis.database import Tx
from services.orders.domain.erasures import Erasure
from services.orders.domain.marks import RESTORED, Mark, Wish, link
from services.orders.models.sales import marks

LOCK = text("select pg_advisory_xact_lock(hashtextextended('orders.marks', 0))")
WISHES = text("select * from amendments order by wish_id")
ERASURES = text("select * from erasures order by erasure_id")
VOID = text("select order_id from orders where state = 'void'")
VOID_WISHES = text("select order_id, bool_or(state = 'done') as done from amendments where kind = 'void' group by 1")
CHUNK = 500


def append(tx: Tx, bare: Mark, salt: str) -> Mark:
    """Puts a mark behind the last one; others that append wait until the transaction has ended."""
    tx.execute(LOCK)
    last = tx.execute(select(marks.c.sequence, marks.c.hash).order_by(marks.c.sequence.desc()).limit(1)).first()
    mark = link((last.sequence, last.hash) if last else None, bare, salt)
    tx.execute(insert(marks).values(asdict(mark)))
    return mark


def everything(tx: Tx) -> Iterator[Mark]:
    """The whole chain from its first mark on, a few hundred in memory at a time."""
    rows = tx.execute(select(marks).order_by(marks.c.sequence), execution_options={"yield_per": CHUNK})
    return (Mark(**row._asdict()) for row in rows)


def holds(tx: Tx, hash_: str) -> bool:
    """Whether a mark has this hash."""
    return tx.execute(select(marks.c.sequence).where(marks.c.hash == hash_)).first() is not None


def restores(tx: Tx) -> list[tuple[int, dict[str, Any]]]:
    """Place and facts of every mark that says that this store was set back."""
    rows = tx.execute(select(marks.c.sequence, marks.c.facts).where(marks.c.kind == RESTORED))
    return [(row.sequence, row.facts) for row in rows]


def wishes(tx: Tx) -> Iterator[Wish]:
    """Every wish, as it must have been asked."""
    return (wish(row) for row in tx.execute(WISHES, execution_options={"yield_per": CHUNK}))


def wish(row: Any) -> Wish:
    said = {name: getattr(row, name) for name in ("reason", "asked_by", "approved_by", "details")}
    return Wish(row.wish_id, row.order_id, row.kind, row.revision, row.asked_at, said)


def erasures(tx: Tx) -> Iterator[Erasure]:
    """Every erasure, as it must have been asked."""
    return (erasure(row) for row in tx.execute(ERASURES, execution_options={"yield_per": CHUNK}))


def erasure(row: Any) -> Erasure:
    said = {"customer_id": str(row.customer_id), "asked_by": row.asked_by, "reason": row.reason}
    before = None if row.before_marks is None else frozenset(row.before_marks)
    return Erasure(row.erasure_id, frozenset(row.erased + row.waiting), row.asked_at, said, before)


def void(tx: Tx) -> set[Any]:
    """Orders that are void."""
    return set(tx.scalars(VOID))


def void_wishes(tx: Tx) -> dict[Any, bool]:
    """Orders that somebody wished void, and whether a wish says that they are."""
    return {row.order_id: row.done for row in tx.execute(VOID_WISHES)}
