"""What head office reckoned for carts, and took for them, while the store was online."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

KEEP = text("""
    insert into online_quotes (order_id, fingerprint, answer) values (:order_id, :fingerprint, cast(:answer as jsonb))
    on conflict (order_id) do update set fingerprint = excluded.fingerprint, answer = excluded.answer, quoted_at = now()
""")
CAPTURED = text("""
    insert into captures (order_id, n, amount_minor, answer)
    values (:order_id, :n, :amount_minor, cast(:answer as jsonb)) on conflict do nothing
""")
CAPTURE = text("select answer from captures where order_id = :order_id and n = :n")
OLD = text("""
    delete from online_quotes where order_id in (select order_id from online_quotes
        where quoted_at < now() - make_interval(days => :days) limit :limit for update skip locked)
""")
READ = text("select answer from online_quotes where order_id = :order_id and fingerprint = :fingerprint")


def keep(tx: Tx, order_id: UUID, fingerprint: str, answer: dict[str, Any]) -> None:
    tx.execute(KEEP, {"order_id": order_id, "fingerprint": fingerprint, "answer": json.dumps(answer)})


def prune(tx: Tx, *, days: int, limit: int) -> int:
    """Removes answers for carts that nobody paid for so long; they can be asked for again."""
    return tx.execute(OLD, {"days": days, "limit": limit}).rowcount


def read(tx: Tx, order_id: UUID, fingerprint: str) -> dict[str, Any] | None:
    """The answer for this very cart, None for any other."""
    found: dict[str, Any] | None = tx.scalar(READ, {"order_id": order_id, "fingerprint": fingerprint})
    return found


def keep_capture(tx: Tx, order_id: UUID, n: int, amount_minor: int, answer: dict[str, Any]) -> None:
    """Keeps that the customer has paid: no later word of head office takes that back."""
    row = {"order_id": order_id, "n": n, "amount_minor": amount_minor, "answer": json.dumps(answer)}
    tx.execute(CAPTURED, row)


def capture(tx: Tx, order_id: UUID, n: int) -> dict[str, Any] | None:
    """The online payment that the customer has made, None where none is known of."""
    found: dict[str, Any] | None = tx.scalar(CAPTURE, {"order_id": order_id, "n": n})
    return found
