"""Customers, and who looked at them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.chassis.fields import Code, Line, Safe, Strict
from services.orders.schemas.orders import Cursor
from services.orders.schemas.words import Email, Gstin, Phone, StateCode


class CustomerIn(Strict):
    name: Line
    phone: Phone | None = None
    email: Email | None = None
    gstin: Gstin | None = None
    state_code: StateCode | None = None


class CustomerOut(BaseModel):
    customer_id: UUID
    revision: int
    name: str
    phone: str | None
    email: str | None
    gstin: str | None
    state_code: str | None


class Customers(BaseModel):
    items: list[CustomerOut]


class CustomerQuery(Strict):
    search: Annotated[Safe, StringConstraints(min_length=4, max_length=64)]


class EraseIn(Strict):
    reason: Line


class Erasure(BaseModel):
    """`waiting` orders are erased by themselves once head office has them: it needs what they say."""

    erasure_id: UUID
    customer_id: UUID
    erased: int
    waiting: int


class CustomerRead(BaseModel):
    """One look: by which route, of which order or customer, and which customers were shown."""

    at: datetime
    staff_code: str
    role: str
    till_id: UUID | None
    why: str
    subject: UUID | None
    customers: list[UUID]


class CustomerReads(BaseModel):
    items: list[CustomerRead]
    next: str | None


class ReadQuery(Strict):
    staff_code: Code | None = None
    customer_id: UUID | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
