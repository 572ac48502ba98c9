"""Orders as they are shown and found, and wishes about them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.chassis.fields import Code, Day, Flag, Line, NoCardNumber, Note, Safe, Strict
from services.orders.schemas.words import Email, OrderState, Phone, Reference, Sku


class OrderOut(BaseModel):
    """An order: its document as printed, which never changes, and how it stands."""

    order_id: UUID
    document: dict[str, Any]
    offline: bool
    label: str | None
    state: OrderState
    state_text: str
    oms_id: str | None
    accepted_at: datetime | None
    reason: dict[str, Any] | None
    revision: int


class OrderRow(BaseModel):
    order_id: UUID
    invoice_number: str
    placed_at: datetime
    business_date: date
    till_id: UUID
    seller: str
    total_minor: int
    offline: bool
    label: str | None
    session_id: UUID | None
    state: OrderState
    state_text: str
    reason: dict[str, Any] | None
    oms_id: str | None


class OrderPage(BaseModel):
    items: list[OrderRow]
    next: str | None


Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


class OrderQuery(Strict):
    state: OrderState | None = None
    mode: Literal["online", "offline"] | None = None
    till_id: UUID | None = None
    session_id: UUID | None = None
    business_date: Day | None = None
    search: Annotated[Safe, StringConstraints(max_length=64)] | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Abandoned(BaseModel):
    """`order` is the sale that is stored after all; null: the id is refused for ever."""

    order: OrderOut | None


class VoidWish(Strict):
    wish_id: UUID
    reason: Line
    goods_back: Flag
    approval_id: UUID | None = None


class LineCorrection(Strict):
    line_no: Annotated[int, Field(ge=1, le=500)]
    oms_sku: Sku


class PaymentCorrection(Strict):
    n: Annotated[int, Field(ge=1, le=10)]
    payment_mode: Code | None = None
    reference: Annotated[Reference, NoCardNumber] | None = None


class Contact(Strict):
    phone: Phone | None = None
    email: Email | None = None


class CorrectionWish(Strict):
    """What may be corrected; the order as printed never changes."""

    wish_id: UUID
    reason: Line
    lines: Annotated[list[LineCorrection], Field(max_length=500, default_factory=list)]
    sales_employee_code: Code | None = None
    payments: Annotated[list[PaymentCorrection], Field(max_length=10, default_factory=list)]
    contact: Contact | None = None
    note: Note | None = None


class WishOut(BaseModel):
    wish_id: UUID
    order_id: UUID
    kind: Literal["void", "correct"]
    revision: int
    state: Literal["asked", "done", "too_late"]
