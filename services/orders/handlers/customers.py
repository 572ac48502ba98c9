"""Customers of this store: found, shown, saved; each look is noted."""

from typing import Any
from uuid import UUID

from services.chassis.errors import NotFound
from services.chassis.tokens import Principal
from services.orders import events, metrics
from services.orders.app import App
from services.orders.domain import personal
from services.orders.handlers import private
from services.orders.schemas import CustomerIn, CustomerOut, CustomerRead, CustomerReads, Customers, ReadQuery
from services.orders.store import customers

CANDIDATES = 200
MOST_SHOWN = 10


def save(app: App, customer_id: UUID, body: CustomerIn) -> CustomerOut:
    """Adds or edits a customer; head office hears of it once a change."""
    told = body.model_dump(mode="json")
    with app.db.transaction() as tx:
        customers.lock(tx, customer_id)
        known = customers.get(tx, customer_id)
        if known and _opened(app, known) == told:
            return _out(known, told)
        row = _sealed(app, customer_id, customers.last_revision(tx, customer_id) + 1, told)
        customers.keep(tx, row)
        app.outbox.record(tx, events.customer_saved(row), to=events.CUSTOMERS_TO)
        return _out(customers.get(tx, customer_id), told)


def find(app: App, search: str, who: Principal) -> Customers:
    """Those whose name or phone number begins so, at most ten; who is no manager sees how each number ends."""
    tokens = app.seals.sought(personal.words_for(search))
    with app.db.transaction() as tx:
        found = [(row, _opened(app, row)) for row in customers.find(tx, tokens, limit=CANDIDATES)]
        shown = sorted((f for f in found if f[1]), key=lambda f: str(f[1]["name"]).casefold())[:MOST_SHOWN]
        private.note_read(tx, who, "search", None, [row.customer_id for row, _ in shown])
    seen = (lambda told: told) if who.role == private.MANAGER else personal.masked
    return Customers(items=[_out(row, seen(told)) for row, told in shown])


def one(app: App, customer_id: UUID, who: Principal) -> CustomerOut:
    """One customer, as a sale needs them. Raises NotFound."""
    with app.db.transaction() as tx:
        row = customers.get(tx, customer_id)
        if row is None:
            raise NotFound(what="customer")
        private.note_read(tx, who, "customer", customer_id, [customer_id])
    return _out(row, _opened(app, row))


def reads(app: App, query: ReadQuery) -> CustomerReads:
    """Who looked at customers, the newest look first."""
    before = int(query.cursor) if query.cursor else None
    with app.db.transaction() as tx:
        rows = customers.reads(tx, query.staff_code, query.customer_id, before=before, limit=query.limit)
    following = str(rows[-1].id) if len(rows) == query.limit else None
    items = [CustomerRead.model_validate(row, from_attributes=True) for row in rows]
    return CustomerReads(items=items, next=following)


def show_reads(app: App) -> None:
    """Shows how many customers who looked most was shown within the hour."""
    with app.db.transaction() as tx:
        metrics.MOST_LOOKED_UP.set(customers.most_by_one(tx))


def _sealed(app: App, customer_id: UUID, revision: int, told: dict[str, Any]) -> dict[str, Any]:
    words = personal.words_of(told | {"customer_id": customer_id})
    return {
        "customer_id": customer_id,
        "revision": revision,
        "personal": app.seals.seal(told, private.about_customer(customer_id)),
        "found_by": app.seals.tokens(words),
    }


def _opened(app: App, row: Any) -> dict[str, Any]:
    return private.opened(app, row.personal, private.about_customer(row.customer_id))


def _out(row: Any, told: dict[str, Any]) -> CustomerOut:
    return CustomerOut(
        customer_id=row.customer_id, revision=row.revision, **dict.fromkeys(CustomerIn.model_fields) | told
    )
