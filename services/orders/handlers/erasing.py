"""What a customer told is removed when they ask for it; invoices stay, and so does their chain."""

from typing import Any
from uuid import UUID

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.tokens import Principal
from services.orders import events
from services.orders.app import App
from services.orders.domain import personal
from services.orders.domain.erasures import mark_of
from services.orders.handlers import private
from services.orders.schemas import EraseIn, Erasure
from services.orders.store import customers, marks

SETTLED = ("synced", "void")
ERASED_LABEL = "Held cart"


def erase(app: App, customer_id: UUID, body: EraseIn, who: Principal) -> Erasure:
    """Removes a customer, and what they told with orders and held carts; what head office has yet to be told, later.

    Raises NotFound where nothing of them is here.
    """
    with app.db.transaction() as tx:
        customers.lock(tx, customer_id)
        row = customers.get(tx, customer_id)
        told = private.opened(app, row.personal, private.about_customer(customer_id)) if row else {}
        words = _words(customer_id, told.get("phone"))
        found = customers.orders_of(tx, app.seals.sought(words))
        if row is None and not found:
            raise NotFound(what="customer")
        revision = customers.last_revision(tx, customer_id) + 1
        customers.delete(tx, customer_id, revision)
        _clear_held(app, tx, words)
        done = [order.order_id for order in found if order.state in SETTLED]
        waiting = [order.order_id for order in found if order.state not in SETTLED]
        erasure = {"erasure_id": new_id(), "customer_id": customer_id, "erased": done, "waiting": waiting}
        _erase(app, tx, customer_id, revision, done)
        note(app, tx, erasure | {"asked_by": who.staff_code, "reason": body.reason})
    return Erasure(**erasure | {"erased": len(done), "waiting": len(waiting)})


def go_on(app: App) -> None:
    """Erases what waited for head office to have it."""
    with app.db.transaction() as tx:
        for row in customers.undone(tx):
            done = customers.settled(tx, row.waiting)
            if done:
                _erase(app, tx, row.customer_id, customers.last_revision(tx, row.customer_id), done)
                waiting = [order_id for order_id in row.waiting if order_id not in done]
                customers.go_on(tx, row.erasure_id, row.erased + done, waiting)


def note(app: App, tx: Tx, erasure: dict[str, Any]) -> None:
    """Keeps who asked for what to be erased, with a mark; last in its transaction, for others wait to make theirs."""
    row = customers.note_erasure(tx, erasure | {"asked_at": app.clock.now()})
    marks.append(tx, mark_of(marks.erasure(row), app.salt), app.salt)


def _erase(app: App, tx: Tx, customer_id: UUID, revision: int, order_ids: list[UUID]) -> None:
    customers.erase_orders(tx, order_ids)
    event = events.customer_erased(customer_id, revision, order_ids)
    app.outbox.record(tx, event, to=events.CUSTOMERS_TO)


def _words(customer_id: UUID, phone: str | None) -> list[str]:
    return [personal.same_customer(customer_id)] + ([personal.same_phone(phone)] if phone else [])


def _clear_held(app: App, tx: Tx, words: list[str]) -> None:
    for row in customers.held_carts(tx):
        about = private.about_cart(row.order_id)
        told: dict[str, Any] = private.opened(app, row.cart, about)
        if set(words) & set(personal.words_of((told.get("cart") or {}).get("customer"))):
            cleared = told["cart"] | {"customer": None, "delivery": None, "note": ""}
            customers.reseal_cart(tx, row.order_id, app.seals.seal({"cart": cleared, "label": ERASED_LABEL}, about))
