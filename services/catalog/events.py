"""The facts that catalog takes in, with the fields it reads, and the one that it tells."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.catalog.domain.datasets import Dataset
from services.chassis.events import Event, Fact
from services.chassis.fields import Safe
from services.chassis.topology import Queue

Sku = Annotated[Safe, StringConstraints(min_length=1, max_length=64)]

FACTS = Queue("catalog.facts")
QUEUES = (FACTS,)

ORDER_PLACED = "orders.order_placed"
ORDER_VOIDED = "orders.order_voided"
ORDERS_SETTLED = "sync.orders_settled"
SNAPSHOT_SYNCED = "catalog.snapshot_synced"


class Line(Fact):
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=9999)]


class OrderPlaced(Fact):
    order_id: UUID
    lines: tuple[Line, ...]


class OrderVoided(Fact):
    """Goods that are not back count as sold until a figure that is later than `voided_at`."""

    order_id: UUID
    goods_back: bool
    voided_at: AwareDatetime


class Outcome(Fact):
    order_id: UUID
    state: Literal["synced", "pending", "withdrawn", "too_late", "waiting"]
    accepted_at: AwareDatetime | None = None


class OrdersSettled(Fact):
    outcomes: tuple[Outcome, ...]


def snapshot_synced(dataset: Dataset, *, version: int, count: int, as_of: datetime, synced_at: datetime) -> Event:
    """A data set was replaced by a newer one."""
    data = {
        "dataset": dataset,
        "snapshot_version": version,
        "count": count,
        "as_of": as_of.isoformat(),
        "synced_at": synced_at.isoformat(),
    }
    return Event(type=SNAPSHOT_SYNCED, aggregate_id=dataset, aggregate_version=version, data=data)
