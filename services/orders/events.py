"""What orders tells, and the fields that it reads of what others tell."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.chassis.events import Event, Fact, expect
from services.chassis.fields import Safe
from services.chassis.topology import Queue

OUTCOMES = Queue("orders.outcomes")
QUEUES = (OUTCOMES,)
ORDERS_SETTLED = "sync.orders_settled"

PLACED_TO = ("sync.orders", "catalog.facts")
AMENDED_TO = ("sync.facts",)
VOIDED_TO = ("catalog.facts",)
CUSTOMERS_TO = ("sync.facts",)
SEALED_TO = ("sessions.facts",)

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
OmsId = Annotated[Safe, StringConstraints(max_length=200)]


class Outcome(Fact):
    """Where the delivery of an order stands; the higher `delivery_version` is the later word.

    `revision` is the one that head office has, or is to have next.
    """

    order_id: UUID
    delivery_version: Version
    revision: Version = 1
    state: Literal["synced", "pending", "withdrawn", "too_late", "waiting"]
    wish_id: UUID | None = None
    oms_id: OmsId | None = None
    accepted_at: AwareDatetime | None = None
    reason: dict[str, Any] | None = None


class OrdersSettled(Fact):
    outcomes: tuple[Outcome, ...]


def outcomes_in(event: Event) -> tuple[Outcome, ...]:
    """The outcomes that sync tells of. Raises UnknownFact, or ValidationError for what cannot be read."""
    expect(event, ORDERS_SETTLED)
    return OrdersSettled.of(event).outcomes


def order_placed(facts: dict[str, Any], personal: str) -> Event:
    """An order, and, sealed, what its customer told."""
    return Event(type="orders.order_placed", aggregate_id=facts["order_id"], data=facts | {"personal": personal})


def order_amended(order_id: str, revision: int, data: dict[str, Any]) -> Event:
    return Event(type="orders.order_amended", aggregate_id=order_id, aggregate_version=revision, data=data)


def order_voided(order_id: str, lines: list[dict[str, Any]], *, goods_back: bool, voided_at: datetime) -> Event:
    return Event(
        type="orders.order_voided",
        aggregate_id=order_id,
        aggregate_version=2,
        data={
            "order_id": order_id,
            "lines": lines,
            "goods_back": goods_back,
            "voided_at": voided_at.isoformat(),
        },
    )


def customer_saved(customer: dict[str, Any]) -> Event:
    """Who the customer is, sealed: who has no key passes it on."""
    data = {"customer_id": str(customer["customer_id"])} | {n: customer[n] for n in ("revision", "personal")}
    return Event(
        type="orders.customer_saved",
        aggregate_id=data["customer_id"],
        aggregate_version=customer["revision"],
        data=data,
    )


def session_sealed_again(sealed: dict[str, Any]) -> Event:
    """The seal of a session to which orders came back; the more there are, the later is the word."""
    version = 1 + int(sealed["orders"])
    return Event(
        type="orders.session_sealed", aggregate_id=sealed["session_id"], aggregate_version=version, data=sealed
    )


def customer_erased(customer_id: UUID, revision: int, order_ids: list[UUID]) -> Event:
    """What a customer told is to be kept nowhere in the store, nor what came with these orders."""
    data = {"customer_id": str(customer_id), "revision": revision, "order_ids": [str(i) for i in order_ids]}
    return Event(type="orders.customer_erased", aggregate_id=str(customer_id), aggregate_version=revision, data=data)


def session_sealed(sealed: dict[str, Any]) -> Event:
    return Event(type="orders.session_sealed", aggregate_id=sealed["session_id"], data=sealed)
