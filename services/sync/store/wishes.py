"""Wishes to void or to correct."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.domain.wishes import Kind, Verdict

ADD = text("""
    insert into wishes (wish_id, order_id, kind, revision, body, verdict)
    values (:wish_id, :order_id, :kind, :revision, cast(:body as jsonb), 'undecided')
    on conflict do nothing returning wish_id
""")
UNDECIDED = text("""
    select wish_id, order_id, kind, revision, body from wishes
    where verdict = 'undecided' and order_id = any(:ids) order by order_id, kind desc, revision, wish_id
""")
DECIDE = text("update wishes set verdict = :verdict, decided_at = :now where wish_id = :wish_id")
OF_ORDER = text("""
    select wish_id, kind, revision, verdict, body, asked_at, decided_at from wishes
    where order_id = :order_id order by asked_at, wish_id
""")


@dataclass(frozen=True)
class Wish:
    """A wish as it was asked; `body` is the event's data."""

    wish_id: UUID
    order_id: UUID
    kind: Kind
    revision: int
    body: dict[str, Any]


def add(tx: Tx, wish: Wish) -> bool:
    """Stores a wish; False for one that is known."""
    values = {
        "wish_id": wish.wish_id,
        "order_id": wish.order_id,
        "kind": wish.kind,
        "revision": wish.revision,
        "body": json.dumps(wish.body),
    }
    return tx.execute(ADD, values).first() is not None


def undecided(tx: Tx, order_ids: Iterable[UUID]) -> list[Wish]:
    """Open wishes of these orders: of each the voids first, then corrections by their revision."""
    rows = tx.execute(UNDECIDED, {"ids": list(order_ids)})
    return [Wish(r.wish_id, r.order_id, Kind(r.kind), r.revision, r.body) for r in rows]


def decide(tx: Tx, wish_id: UUID, verdict: Verdict, now: datetime) -> None:
    """Notes what became of a wish."""
    tx.execute(DECIDE, {"wish_id": wish_id, "verdict": verdict, "now": now})


def of_order(tx: Tx, order_id: UUID) -> list[Any]:
    """All wishes on an order, the oldest first."""
    return list(tx.execute(OF_ORDER, {"order_id": order_id}))
