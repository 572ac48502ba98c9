"""A cart, its quote, and a sale."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator

from services.chassis.fields import Code, Flag, Minor, PlainLine, PlainNote, Quantity, Strict
from services.orders.domain.freshness import Freshness
from services.orders.schemas.words import Gstin, PlainEmail, PlainPhone, Reference, Sku, StateCode


class CartLine(Strict):
    """An article, and the codes of what extends each piece of it: an alteration, a warranty."""

    sku: Sku
    quantity: Quantity
    extensions: Annotated[list[Code], Field(max_length=5, default_factory=list)]


class Customer(Strict):
    """A buyer as this sale knows them."""

    customer_id: UUID | None = None
    name: PlainLine
    phone: PlainPhone | None = None
    email: PlainEmail | None = None
    gstin: Gstin | None = None


class Delivery(Strict):
    """Where goods go to, and who is called there."""

    address: Annotated[PlainLine, StringConstraints(max_length=300)]
    phone: PlainPhone


class Cart(Strict):
    """A cart under the id that stays with it to the OMS; one that is delivered says where to before it is paid.

    Its texts may hold a card number, which whoever takes it refuses: money may have been taken for it by then.
    """

    order_id: UUID
    lines: Annotated[list[CartLine], Field(min_length=1, max_length=500)]
    fulfilment: Literal["self_pickup", "delivery"] = "self_pickup"
    delivery: Delivery | None = None
    customer: Customer | None = None
    place_of_supply: StateCode | None = None
    sales_employee_code: Code | None = None
    coupon: Code | None = None
    note: PlainNote = ""
    pays_cash: Flag = False

    @field_validator("lines")
    @classmethod
    def _extended_alike(cls, lines: list[CartLine]) -> list[CartLine]:
        extended: dict[str, list[str]] = {}
        for line in lines:
            if extended.setdefault(line.sku, line.extensions) != line.extensions:
                raise ValueError(f"each piece of {line.sku} has to have the same extensions")
        return lines


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


class GivenUp(Strict):
    """What was taken for a sale that is given up."""

    payments: Annotated[list[PaymentIn], Field(max_length=10, default_factory=list)]


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
    extensions: list[str]
    for_line: int | None


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
