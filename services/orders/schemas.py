"""What routes and procedures take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo

from services.chassis.fields import Amount, Code, Day, Flag, JsonInt, Line, Minor, Note, Quantity, Safe, Strict
from services.orders.domain.freshness import Freshness
from services.orders.domain.payments import holds_card_number
from services.orders.errors import CardNumberRefused

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
# at most the fifteen digits of E.164: no room for most card numbers
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9](?:[ -]?[0-9]){6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
Gstin = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}[A-Z0-9]{13}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


def _no_card_number(text: str, field: ValidationInfo) -> str:
    """Raises CardNumberRefused, which is no matter of form."""
    if holds_card_number(text):
        raise CardNumberRefused(field=field.field_name)
    return text


# what a person types and the store keeps
Words = Annotated[Line, AfterValidator(_no_card_number)]
NoteWords = Annotated[Note, AfterValidator(_no_card_number)]
Reference = Annotated[Safe, StringConstraints(max_length=64)]
OrderState = Literal["waiting", "synced", "pending", "void_asked", "void"]


class CartLine(Strict):
    sku: Sku
    quantity: Quantity


class Customer(Strict):
    """A buyer as this sale knows them."""

    customer_id: UUID | None = None
    name: Line
    phone: Phone | None = None
    email: Email | None = None
    gstin: Gstin | None = None


class Delivery(Strict):
    """Where goods go to, and who is called there."""

    address: Annotated[Words, StringConstraints(max_length=300)]
    phone: Phone


class Cart(Strict):
    """A cart under the id that stays with it to the OMS; one that is delivered says where to before it is paid."""

    order_id: UUID
    lines: Annotated[list[CartLine], Field(min_length=1, max_length=500)]
    fulfilment: Literal["self_pickup", "delivery"] = "self_pickup"
    delivery: Delivery | None = None
    customer: Customer | None = None
    place_of_supply: StateCode | None = None
    sales_employee_code: Code | None = None
    coupon: Code | None = None
    extensions: Annotated[list[Code], Field(max_length=20, default_factory=list)]
    note: Note = ""
    pays_cash: Flag = False


class PaymentIn(Strict):
    payment_mode: Code
    amount_minor: Minor
    tendered_minor: Minor | None = None
    reference: Reference | None = None


class Sale(Cart):
    """A cart that is paid: `total_minor` is what the customer agreed to, `agreed` the unit price of each SKU."""

    total_minor: Minor
    payments: Annotated[list[PaymentIn], Field(min_length=1, max_length=10)]
    agreed: Annotated[dict[Sku, Minor], Field(default_factory=dict)]
    kept: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class QuoteLine(BaseModel):
    line_no: int
    sku: str
    name: str
    size: str | None
    hsn: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    discount_minor: int
    tax_rate_bp: int
    taxable_minor: int
    cgst_minor: int
    sgst_minor: int
    igst_minor: int
    oversold: bool
    left: int | None


class TotalsOut(BaseModel):
    lines_minor: int
    discount_minor: int
    round_off_minor: int
    total_minor: int
    taxable_minor: int
    cgst_minor: int
    sgst_minor: int
    igst_minor: int


class Needed(BaseModel):
    """An approval that is missing: about what, and up to how many pieces or minor units."""

    action: str
    subject: str
    up_to: int


class Age(BaseModel):
    """How old a data set is that a quote stands on; `as_of` by head office's clock."""

    dataset: str
    as_of: datetime | None
    freshness: Freshness


class QuoteOut(BaseModel):
    """`stock_note` and `unavailable` say in words what the mode takes away."""

    order_id: UUID
    mode: str
    currency: str
    business_date: date
    lines: list[QuoteLine]
    totals: TotalsOut
    approvals_needed: list[Needed]
    unavailable: dict[str, str]
    stock_note: str | None
    ages: list[Age]


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
    reason: Words
    goods_back: Flag
    approval_id: UUID | None = None


class LineCorrection(Strict):
    line_no: Annotated[int, Field(ge=1, le=500)]
    oms_sku: Sku


class PaymentCorrection(Strict):
    n: Annotated[int, Field(ge=1, le=10)]
    payment_mode: Code | None = None
    reference: Annotated[Reference, AfterValidator(_no_card_number)] | None = None


class Contact(Strict):
    phone: Phone | None = None
    email: Email | None = None


class CorrectionWish(Strict):
    """What may be corrected; the order as printed never changes."""

    wish_id: UUID
    reason: Words
    lines: Annotated[list[LineCorrection], Field(max_length=500, default_factory=list)]
    sales_employee_code: Code | None = None
    payments: Annotated[list[PaymentCorrection], Field(max_length=10, default_factory=list)]
    contact: Contact | None = None
    note: NoteWords | None = None


class WishOut(BaseModel):
    wish_id: UUID
    order_id: UUID
    kind: Literal["void", "correct"]
    revision: int
    state: Literal["asked", "done", "too_late"]


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
    asked_by: Code
    reason: Words


class ApprovalOut(BaseModel):
    approval_id: UUID
    action: str
    subject: str
    up_to: int
    approved_by: str


class TillIn(Strict):
    name: Words


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
    label: Words


class CustomerIn(Strict):
    name: Words
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
    reason: Words


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


class Scanned(BaseModel):
    """What a barcode or SKU means here; amounts in minor units."""

    sku: str
    name: str
    size: str | None
    unit_price_minor: int | None
    left: int
    stock_note: str | None


class ModeOut(BaseModel):
    """The mode in which this store sells now, as a page must show it."""

    mode: str
    trigger: str | None
    session_id: UUID | None
    shown: dict[str, Any]


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
    note: Words


class PaymentIntentIn(Strict):
    """`n` is the payment's number in the order, from 1."""

    order_id: UUID
    n: Annotated[int, Field(ge=1, le=10)]
    amount_minor: Amount
    payment_mode: Code


class PaymentIntent(BaseModel):
    """An online payment as head office has it; its reference goes with Pay."""

    key: str
    amount_minor: Minor
    status: str
    reference: str | None = None


class OnlineLine(BaseModel):
    """What head office takes off the line of a SKU, in minor units."""

    sku: Sku
    discount_minor: Minor


class OnlineCharge(BaseModel):
    code: Code
    name: Line
    amount_minor: Minor


class OnlinePromotion(BaseModel):
    code: Code
    name: Line


class OnlineQuote(BaseModel):
    """What head office reckoned of a cart."""

    quote_id: Code
    promotions: list[OnlinePromotion]
    lines: list[OnlineLine]
    delivery_minor: Minor
    extensions: list[OnlineCharge]


class LiveStockIn(Strict):
    skus: Annotated[list[Sku], Field(min_length=1, max_length=100)]


class ArticleStock(BaseModel):
    """How many there are at head office at this moment."""

    sku: Sku
    quantity: JsonInt


class StockOfHeadOffice(BaseModel):
    items: list[ArticleStock]


class LiveStockRow(BaseModel):
    """What is left at this moment: head office's figure less what was sold here and is not there yet."""

    sku: str
    left: int


class LiveStock(BaseModel):
    """An article that head office does not know is left out."""

    items: list[LiveStockRow]


class ProductUpdate(Strict):
    name: Line | None = None
    category: Line | None = None


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
