"""Orders as people see them."""

from typing import Any
from uuid import UUID

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.tokens import Principal
from services.orders.app import App
from services.orders.domain import personal
from services.orders.handlers import private, standing
from services.orders.handlers.reckoning import NOT_AVAILABLE
from services.orders.schemas import (
    ModeOut,
    OrderOut,
    OrderPage,
    OrderQuery,
    OrderRow,
    PaymentModeOut,
    PaymentModes,
)
from services.orders.store import heard, orders

OFFLINE_ORDER = "Offline Order"
STATE_TEXTS = {
    "waiting": "Waiting to sync",
    "synced": "Synced",
    "pending": "Pending – action needed",
    "void_asked": "Void asked",
    "void": "Void",
}
FILTERS = ("state", "mode", "till_id", "session_id", "business_date")


def one(app: App, tx: Tx, order_id: UUID) -> OrderOut:
    """Raises NotFound."""
    row = orders.get(tx, order_id)
    if row is None:
        raise NotFound(what="order")
    return order_out(app, row)


def placed(document: dict[str, Any]) -> OrderOut:
    """An order that was stored a moment ago."""
    offline = document["mode"] == "offline"
    return OrderOut(
        order_id=document["order_id"],
        document=document,
        offline=offline,
        label=OFFLINE_ORDER if offline else None,
        state="waiting",
        state_text=STATE_TEXTS["waiting"],
        oms_id=None,
        accepted_at=None,
        reason=None,
        revision=document["revision"],
    )


def detail(app: App, order_id: UUID, who: Principal) -> OrderOut:
    """The order as this person may see it; that they did is noted where it names somebody."""
    with app.db.transaction() as tx:
        return seen(tx, one(app, tx, order_id), who, "order")


def seen(tx: Tx, order: OrderOut, who: Principal, why: str, *, in_full: bool = False) -> OrderOut:
    """An order as this person may see it, or in full; that they did is noted where it names somebody."""
    note_order_read(tx, order.document, who, why)
    shown = order.document if in_full else private.for_whom(order.document, who)
    return order.model_copy(update={"document": shown})


def note_order_read(tx: Tx, document: dict[str, Any], who: Principal, why: str) -> None:
    """Notes that somebody was shown an order, where it names somebody."""
    if personal.names_somebody(document):
        customer = document["customer"] or {}
        known = [UUID(customer["customer_id"])] if customer.get("customer_id") else []
        private.note_read(tx, who, why, UUID(document["order_id"]), known)


def order_out(app: App, row: Any) -> OrderOut:
    return OrderOut(
        order_id=row.order_id,
        document=private.opened_order(app, row),
        offline=row.mode == "offline",
        label=OFFLINE_ORDER if row.mode == "offline" else None,
        state=row.state,
        state_text=STATE_TEXTS[row.state],
        oms_id=row.oms_id,
        accepted_at=row.accepted_at,
        reason=row.reason,
        revision=row.revision,
    )


def page(app: App, query: OrderQuery) -> OrderPage:
    """Orders, the newest first."""
    filters = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
    before = int(query.cursor) if query.cursor else None
    with app.db.transaction() as tx:
        rows = orders.page(tx, filters=filters, search=_search(app, query), before=before, limit=query.limit)
    following = str(rows[-1].id) if len(rows) == query.limit else None
    return OrderPage(items=[_row(row) for row in rows], next=following)


def _search(app: App, query: OrderQuery) -> orders.Search | None:
    plain = query.search
    return orders.Search(plain, app.seals.sought(personal.words_for(plain))) if plain else None


def mode(app: App) -> ModeOut:
    """The mode in which this store sells."""
    with app.db.transaction() as tx:
        row, stopped = heard.mode(tx), heard.stopped(tx)
    zone = app.zone.key
    if stopped:
        shown = row.shown | standing.shown(stopped)
        return ModeOut(mode="cannot_sell", trigger=None, session_id=None, shown=shown, time_zone=zone)
    return ModeOut(mode=row.mode, trigger=row.trigger, session_id=row.session_id, shown=row.shown, time_zone=zone)


def payment_modes(app: App) -> PaymentModes:
    """How a sale may be paid in the mode that stands."""
    with app.db.transaction() as tx:
        offline = heard.mode(tx).mode == "offline"
        rows = heard.payment_modes(tx)
    return PaymentModes(
        items=[
            PaymentModeOut(
                code=row.code,
                name=row.name,
                kind=row.kind,
                unavailable=NOT_AVAILABLE if offline and not row.offline else None,
            )
            for row in rows
        ]
    )


def _row(row: Any) -> OrderRow:
    return OrderRow(
        order_id=row.order_id,
        invoice_number=row.invoice_number,
        placed_at=row.placed_at,
        business_date=row.business_date,
        till_id=row.till_id,
        seller=row.seller,
        total_minor=row.total_minor,
        offline=row.mode == "offline",
        label=OFFLINE_ORDER if row.mode == "offline" else None,
        session_id=row.session_id,
        state=row.state,
        state_text=STATE_TEXTS[row.state],
        reason=row.reason,
        oms_id=row.oms_id,
    )
