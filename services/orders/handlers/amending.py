"""Wishes to void or to correct an order: sync decides, for the order may be on its way."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.chassis.database import Tx, notify
from services.chassis.errors import InvalidInput, NotFound
from services.chassis.tokens import Principal
from services.orders import events
from services.orders.app import App
from services.orders.domain import corrections, personal
from services.orders.domain.marks import ASKED, Mark, bare, said_digest
from services.orders.domain.rules import Action, Needed
from services.orders.errors import AlreadySynced, AlreadyVoid, ApprovalNeeded, IdTaken, SecondPerson, WishPending
from services.orders.handlers import private
from services.orders.schemas import CorrectionWish, VoidWish, WishOut
from services.orders.store import marks, orders, wishes


def void(app: App, order_id: UUID, wish: VoidWish, who: Principal) -> WishOut:
    """Wishes an order void; it is void once sync says that it will never be sent."""
    with app.db.transaction() as tx:
        order = _existing(tx, order_id)
        if known := _known(tx, wish.wish_id, order_id, "void"):
            return _out(known)
        _must_be_changeable(tx, order)
        approved_by = _second_person(tx, order, wish.approval_id, who)
        refund = [{"payment_mode": p["payment_mode"], "amount_minor": p["amount_minor"]} for p in _payments(order)]
        details = {"refund": refund, "goods_back": wish.goods_back, "correction": None}
        asked = _asked(wish.wish_id, order, "void", order.revision) | _by(wish.reason, who, approved_by)
        _ask(app, tx, order, asked, details)
        orders.set_state(tx, order_id, "void_asked")
        return _out(wishes.get(tx, wish.wish_id))


def correct(app: App, order_id: UUID, wish: CorrectionWish, who: Principal) -> WishOut:
    """Wishes a correction: a row beside the order as printed, sent as a new revision, on top of earlier ones.

    Raises InvalidInput for one that corrects nothing, or what the order does not have.
    """
    with app.db.transaction() as tx:
        order = _existing(tx, order_id)
        if known := _known(tx, wish.wish_id, order_id, "correct"):
            return _out(known)
        _must_be_changeable(tx, order)
        told = wish.model_dump(mode="json", exclude={"wish_id", "reason"})
        _must_make_sense(told, order)
        correction, said = personal.split(corrections.added(_corrected(app, tx, order_id), told), personal.CORRECTED)
        sealed = app.seals.seal(said, private.about_wish(wish.wish_id))
        details = {"refund": [], "goods_back": False, "correction": correction}
        revision = orders.next_revision(tx, order_id)
        asked = _asked(wish.wish_id, order, "correct", revision) | _by(wish.reason, who, who.staff_code)
        _ask(app, tx, order, asked | {"personal": sealed}, details)
        return _out(wishes.get(tx, wish.wish_id))


def _existing(tx: Tx, order_id: UUID) -> Any:
    """The order, locked: whoever wishes the same at the same time waits here."""
    order = orders.lock(tx, order_id)
    if order is None:
        raise NotFound(what="order")
    return order


def _known(tx: Tx, wish_id: UUID, order_id: UUID, kind: str) -> Any:
    """The wish that is asked for once more, None for a new one. Raises IdTaken for another one under its id."""
    row = wishes.get(tx, wish_id)
    if row is not None and (row.order_id, row.kind) != (order_id, kind):
        raise IdTaken
    return row


def _must_make_sense(told: dict[str, Any], order: Any) -> None:
    if corrections.is_empty(told):
        raise InvalidInput("nothing is corrected: name a line, a payment, the sales employee, contact or note")
    if unknown := corrections.strangers(told, order.document):
        raise InvalidInput(f"the order has no {', '.join(unknown)}")


def _corrected(app: App, tx: Tx, order_id: UUID) -> dict[str, Any]:
    """All that earlier corrections say."""
    last = wishes.last_correction(tx, order_id)
    if last is None:
        return {}
    correction: dict[str, Any] = last.details["correction"]
    return correction | private.opened(app, last.personal, private.about_wish(last.wish_id))


def _must_be_changeable(tx: Tx, order: Any) -> None:
    if order.state == "void":
        raise AlreadyVoid
    if order.state == "synced":
        raise AlreadySynced
    if wishes.void_asked(tx, order.order_id):
        raise WishPending


def _second_person(tx: Tx, order: Any, approval_id: UUID | None, who: Principal) -> str:
    """The manager who approves: never the seller, and never who asks."""
    if approval_id is None:
        raise _approval_needed(order)
    approval = wishes.approval(tx, approval_id)
    if approval is None or (approval.order_id, approval.action) != (order.order_id, Action.VOID_AFTER_PRINT):
        raise _approval_needed(order)
    if approval.approved_by in (order.seller, who.staff_code):
        raise SecondPerson
    return str(approval.approved_by)


def _approval_needed(order: Any) -> ApprovalNeeded:
    return ApprovalNeeded(needed=[asdict(Needed(Action.VOID_AFTER_PRINT, order.invoice_number))])


def _asked(wish_id: UUID, order: Any, kind: str, revision: int) -> dict[str, Any]:
    return {"wish_id": wish_id, "order_id": order.order_id, "kind": kind, "revision": revision}


def _by(reason: str, who: Principal, approved_by: str) -> dict[str, Any]:
    return {"reason": reason, "asked_by": who.staff_code, "approved_by": approved_by}


def _ask(app: App, tx: Tx, order: Any, asked: dict[str, Any], details: dict[str, Any]) -> None:
    now = app.clock.now()
    wishes.ask(tx, {"personal": None} | asked | {"details": details, "asked_at": now})
    mark = _mark(app, tx, wishes.get(tx, asked["wish_id"]))
    told = {k: str(v) if isinstance(v, UUID) else v for k, v in asked.items() if k != "personal"} | {
        "asked_at": now.isoformat(),
        "invoice_number": order.invoice_number,
        "business_date": order.business_date.isoformat(),
        "session_id": str(order.session_id) if order.session_id else None,
        "mark": {"sequence": mark.sequence, "hash": mark.hash},
    }
    if sealed := asked.get("personal"):
        details = details | {"correction": details["correction"] | {"personal": sealed}}
    event = events.order_amended(str(order.order_id), asked["revision"], told | details)
    app.outbox.record(tx, event, to=events.AMENDED_TO)
    notify(tx, "changes", {"what": "orders"})


def _mark(app: App, tx: Tx, row: Any) -> Mark:
    """Puts a wish, as it was asked, into the chain."""
    wish = marks.wish(row)
    kept = bare(
        ASKED[wish.kind],
        wish.asked_at,
        order_id=wish.order_id,
        wish_id=wish.wish_id,
        facts={"revision": wish.revision},
        said_digest=said_digest(wish.wish_id, wish.said, app.salt),
    )
    return marks.append(tx, kept, app.salt)


def _payments(order: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = order.document["payments"]
    return found


def _out(row: Any) -> WishOut:
    return WishOut(wish_id=row.wish_id, order_id=row.order_id, kind=row.kind, revision=row.revision, state=row.state)
