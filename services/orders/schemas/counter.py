"""What a counter works with: approvals, tills, held carts, the mode, ways to pay, money without an order."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.chassis.fields import Code, Line, Minor, NoCardNumber, Strict
from services.orders.schemas.selling import Cart


class ApprovalIn(Strict):
    """What a manager, who is signed in, approves; `up_to` so many pieces or minor units, and no more."""

    approval_id: UUID
    order_id: UUID
    action: Literal[
        "oversell",
        "payment_limit",
        "order_limit",
        "session_limit",
        "reused_reference",
        "void_after_print",
    ]
    subject: Line
    up_to: Minor = 0
    asked_by: Annotated[Code, NoCardNumber]
    reason: Line


class ApprovalOut(BaseModel):
    approval_id: UUID
    action: str
    subject: str
    up_to: int
    approved_by: str


class TillIn(Strict):
    name: Line


class TillOut(BaseModel):
    till_id: UUID
    name: str
    prefix: Annotated[str | None, Field(description="null: it waits for one from head office")]
    active: bool
    paired_by: str
    paired_at: datetime
    series_year: int | None
    series_next: int
    last_date: date | None


class PairedTill(TillOut):
    """`till_key` is shown once."""

    till_key: str


class Tills(BaseModel):
    items: list[TillOut]


class HeldCart(BaseModel):
    order_id: UUID
    label: str
    held_by: str
    held_at: datetime
    cart: dict[str, Any]


class HeldCarts(BaseModel):
    items: list[HeldCart]


class Hold(Strict):
    cart: Cart
    label: Line


class Scanned(BaseModel):
    """What a barcode or SKU means here; amounts in minor units."""

    sku: str
    name: str
    size: str | None
    unit_price_minor: int | None
    left: int
    stock_note: str | None


class ModeOut(BaseModel):
    """The mode in which this store sells now, as a page must show it; times are shown in the store's own zone."""

    mode: str
    trigger: str | None
    session_id: UUID | None
    shown: dict[str, Any]
    time_zone: str


class RecoveryKey(BaseModel):
    """What a till seals its copies of sales with: P-256, SubjectPublicKeyInfo, DER, base64."""

    store_id: str
    key_id: str
    public_key: str


class PaymentModeOut(BaseModel):
    """How a sale may be paid; `unavailable` says why it may not at present, and is null where it may."""

    code: str
    name: str
    kind: Literal["cash", "card", "upi", "online"]
    unavailable: str | None


class PaymentModes(BaseModel):
    items: list[PaymentModeOut]


class OrphanOut(BaseModel):
    order_id: UUID
    n: int
    payment_mode: str
    amount_minor: int
    reference: str
    seller: str
    taken_at: datetime
    state: Literal["open", "sold", "refunded"]
    note: str | None


class Orphans(BaseModel):
    items: list[OrphanOut]


class Refund(Strict):
    note: Line
