"""What head office reckoned for carts while the store was online."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

KEEP = text("""
    insert into online_quotes (order_id, fingerprint, answer) values (:order_id, :fingerprint, cast(:answer as jsonb))
    on conflict (order_id) do update set fingerprint = excluded.fingerprint, answer = excluded.answer, quoted_at = now()
""")
READ = text("select answer from online_quotes where order_id = :order_id and fingerprint = :fingerprint")


def keep(tx: Tx, order_id: UUID, fingerprint: str, answer: dict[str, Any]) -> None:
    tx.execute(KEEP, {"order_id": order_id, "fingerprint": fingerprint, "answer": json.dumps(answer)})


def read(tx: Tx, order_id: UUID, fingerprint: str) -> dict[str, Any] | None:
    """The answer for this very cart, None for any other."""
    found: dict[str, Any] | None = tx.scalar(READ, {"order_id": order_id, "fingerprint": fingerprint})
    return found
