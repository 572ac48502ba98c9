"""Facts that sync takes in, with the fields it reads, and the one that it tells."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.chassis.events import Event, Fact, expect
from services.chassis.topology import Queue
from services.sync.domain.wishes import Kind

ORDERS = Queue("sync.orders", max_length=20_000)
FACTS = Queue("sync.facts")
QUEUES = (ORDERS, FACTS)

ORDER_PLACED = "orders.order_placed"
ORDER_AMENDED = "orders.order_amended"
CUSTOMER_SAVED = "orders.customer_saved"
CUSTOMER_ERASED = "orders.customer_erased"
SESSION_CHANGED = "sessions.session_changed"
ORDERS_SETTLED = "sync.orders_settled"

SETTLED_TO = ("orders.outcomes", "sessions.facts", "catalog.facts")
MOST_OUTCOMES = 100


class Invoice(Fact):
    number: str


class Payment(Fact):
    n: int
    payment_mode: str
    amount_minor: int
    status: str
    reference: str | None = None


class Line(Fact):
    line_no: int
    sku: str
    quantity: int
    oversold: bool = False


class Totals(Fact):
    total_minor: int = Field(ge=0)


class OrderPlaced(Fact):
    """Of the order document, what its delivery is about."""

    order_id: UUID
    session_id: UUID | None = None
    mode: Literal["online", "offline"]
    placed_at: AwareDatetime
    business_date: date
    currency: str
    invoice: Invoice
    payments: list[Payment]
    lines: list[Line]
    totals: Totals


class OrderAmended(Fact):
    """A wish to void or to correct."""

    wish_id: UUID
    order_id: UUID
    kind: Kind
    revision: int = Field(ge=1)
    invoice_number: str
    business_date: date | None = None
    session_id: UUID | None = None


class CustomerSaved(Fact):
    customer_id: UUID
    revision: int


class CustomerErased(Fact):
    """What a customer told is to be kept nowhere, nor what came with these orders."""

    customer_id: UUID
    revision: int
    order_ids: list[UUID]


class SessionChanged(Fact):
    session_id: UUID


def placed(event: Event) -> OrderPlaced:
    """The order in an order_placed. Raises UnknownFact, or ValidationError for a document that cannot be one."""
    expect(event, ORDER_PLACED)
    return OrderPlaced.of(event)


def settled(store_id: str, outcomes: Sequence[dict[str, Any]]) -> list[Event]:
    """Outcomes as events, up to a hundred in each; which word on an order is the later one, its own version says."""
    return [
        Event(type=ORDERS_SETTLED, aggregate_id=store_id, data={"outcomes": list(outcomes[n : n + MOST_OUTCOMES])})
        for n in range(0, len(outcomes), MOST_OUTCOMES)
    ]
