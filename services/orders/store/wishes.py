"""Wishes to void or correct, approvals, money without order."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

ASK = text("""
    insert into amendments (wish_id, order_id, kind, revision, reason, asked_by, approved_by, asked_at, details,
        personal)
    values (:wish_id, :order_id, :kind, :revision, :reason, :asked_by, :approved_by, :asked_at,
        cast(:details as jsonb), :personal)
""")
GET = text("select * from amendments where wish_id = :wish_id")
LAST_CORRECTION = text("""
    select wish_id, details, personal from amendments
    where order_id = :order_id and kind = 'correct' and state <> 'too_late'
    order by revision desc limit 1
""")
ANSWER = text("update amendments set state = :state where wish_id = :wish_id and state = 'asked'")
OVERTAKEN = text("""
    update amendments a set state = 'too_late'
    from unnest(cast(:order_ids as uuid[]), cast(:revisions as int[])) as r (order_id, revision)
    where a.order_id = r.order_id and a.kind = 'correct' and a.revision > r.revision and a.state <> 'too_late'
""")
VOID_ASKED = text("""
    select exists (select from amendments where order_id = :order_id and kind = 'void' and state = 'asked')
""")
GOODS_BACK = text("""
    select (details ->> 'goods_back')::boolean from amendments where order_id = :order_id and kind = 'void'
    order by asked_at desc limit 1
""")
APPROVE = text("""
    insert into approvals (approval_id, action, subject, up_to, order_id, asked_by, approved_by, reason)
    values (:approval_id, :action, :subject, :up_to, :order_id, :asked_by, :approved_by, :reason)
    on conflict (approval_id) do nothing
""")
APPROVAL = text("select * from approvals where approval_id = :approval_id")
ORPHANS = text("select * from orphan_payments where state = 'open' order by taken_at desc limit 500")
REFUND = text("""
    update orphan_payments set state = 'refunded', settled_by = :by, note = :note
    where order_id = :order_id and n = :n and state = 'open' returning *
""")


def ask(tx: Tx, values: dict[str, Any]) -> None:
    tx.execute(ASK, values | {"details": json.dumps(values["details"])})


def get(tx: Tx, wish_id: UUID) -> Any:
    return tx.execute(GET, {"wish_id": wish_id}).first()


def last_correction(tx: Tx, order_id: UUID) -> Any:
    """The newest correction of an order that did not come too late, or None."""
    return tx.execute(LAST_CORRECTION, {"order_id": order_id}).first()


def answer(tx: Tx, wish_id: UUID, state: str) -> None:
    """Notes what became of a wish; only the first answer counts."""
    tx.execute(ANSWER, {"wish_id": wish_id, "state": state})


def overtake(tx: Tx, taken: dict[UUID, int]) -> None:
    """Notes corrections that came too late: head office has the order under this older revision, or 0 for never."""
    tx.execute(OVERTAKEN, {"order_ids": list(taken), "revisions": list(taken.values())})


def void_asked(tx: Tx, order_id: UUID) -> bool:
    return bool(tx.scalar(VOID_ASKED, {"order_id": order_id}))


def goods_back(tx: Tx, order_id: UUID) -> bool:
    """Whether the goods of an order that was asked to be void are back on the shelf."""
    return tx.scalar(GOODS_BACK, {"order_id": order_id}) is not False


def approve(tx: Tx, values: dict[str, Any]) -> None:
    tx.execute(APPROVE, values)


def approval(tx: Tx, approval_id: UUID) -> Any:
    return tx.execute(APPROVAL, {"approval_id": approval_id}).first()


def orphans(tx: Tx) -> list[Any]:
    """Money that was taken for sales that were refused, and is neither sold nor given back: the newest first."""
    return list(tx.execute(ORPHANS))


def refund(tx: Tx, order_id: UUID, n: int, by: str, note: str) -> Any:
    return tx.execute(REFUND, {"order_id": order_id, "n": n, "by": by, "note": note}).first()
