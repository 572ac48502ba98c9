"""Reports, for a manager."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.chassis.fields import Day, Strict


class CashierRow(BaseModel):
    """Exceptions of one cashier in a span of days."""

    staff_code: str
    sales: int
    voids_asked: int
    voided_minor: int
    approvals: int
    oversold: int
    by_action: dict[str, int]


class ExceptionReport(BaseModel):
    items: list[CashierRow]


class OversoldRow(BaseModel):
    """An article that was sold beyond the figures, with the orders that did so."""

    sku: str
    quantity: int
    orders: list[UUID]


class OversoldReport(BaseModel):
    items: list[OversoldRow]


class Days(Strict):
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
