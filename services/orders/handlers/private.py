"""What customers told the store: sealed where it is stored and sent, opened for those who may see it."""

from typing import Any
from uuid import UUID

from services.chassis.database import Tx
from services.chassis.logs import get_logger
from services.chassis.sealing import CannotOpen
from services.chassis.tokens import Principal
from services.orders import metrics
from services.orders.app import App
from services.orders.domain import personal
from services.orders.domain.invoices import PERSONAL
from services.orders.store import customers

log = get_logger()

MANAGER = "manager"
ANOTHER_SERVICE = Principal("another service", "", "service")


def sealed_order(app: App, document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of an order, and the columns that keep what its customer told."""
    facts, told = personal.split(document)
    tokens = app.seals.tokens(personal.words_of(told["customer"]))
    return facts, {"personal": app.seals.seal(told, about_order(document["order_id"])), "found_by": tokens or None}


def opened_order(app: App, row: Any) -> dict[str, Any]:
    """The order document; what was erased is null."""
    facts: dict[str, Any] = row.document
    return facts | dict.fromkeys(PERSONAL) | opened(app, row.personal, about_order(row.order_id))


def opened(app: App, sealed: str | None, about: str) -> dict[str, Any]:
    """What was sealed; nothing where it was erased, or where its key is gone, which stops no list."""
    if sealed is None:
        return {}
    try:
        told: dict[str, Any] = app.seals.open(sealed, about)
    except CannotOpen:
        metrics.UNOPENED.inc()
        log.error("cannot_open", about=about)  # noqa: TRY400  the traceback says no more
        return {}
    return told


def for_whom(document: dict[str, Any], who: Principal) -> dict[str, Any]:
    """An order as this person may see it: who is no manager sees only who the customer is, and the note on it."""
    if who.role == MANAGER:
        return document
    return personal.hidden(document, note=who == ANOTHER_SERVICE)


def note_read(tx: Tx, who: Principal, why: str, subject: UUID | None, shown: list[UUID]) -> None:
    """Notes that somebody was shown what customers told, in the transaction that reads it."""
    metrics.CUSTOMER_READS.labels(why, who.role).inc()
    customers.note_read(tx, customers.Read(who.staff_code, who.role, who.till_id, why, subject, shown))


def about_order(order_id: Any) -> str:
    return f"order {order_id}"


def about_customer(customer_id: Any) -> str:
    return f"customer {customer_id}"


def about_cart(order_id: Any) -> str:
    return f"cart {order_id}"


def about_wish(wish_id: Any) -> str:
    return f"wish {wish_id}"
