"""What only head office can give."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.chassis.fields import MAX_MINOR, Amount, Code, Line, Minor, PlainLine, Strict, Whole
from services.orders.schemas.words import Reference, Sku


class PaymentIntentIn(Strict):
    """`n` is the payment's number in the order, from 1."""

    order_id: UUID
    n: Annotated[int, Field(ge=1, le=10)]
    amount_minor: Amount
    payment_mode: Code


class PaymentIntent(BaseModel):
    """An online payment as head office has it; its reference goes with Pay."""

    key: PlainLine
    amount_minor: Minor
    status: Literal["pending", "captured", "cancelled", "failed"]
    reference: Reference | None = None


class OnlineLine(BaseModel):
    """What head office takes off the line of a SKU, in minor units."""

    sku: Sku
    discount_minor: Minor


class OnlineExtension(BaseModel):
    """What extends the line of a SKU; it costs `amount_minor` for all its pieces."""

    sku: Sku
    code: Code
    name: PlainLine
    amount_minor: Minor


class OnlinePromotion(BaseModel):
    code: Code
    name: PlainLine


class OnlineQuote(BaseModel):
    """What head office reckoned of a cart."""

    quote_id: Code
    promotions: list[OnlinePromotion]
    lines: list[OnlineLine]
    delivery_minor: Minor
    extensions: list[OnlineExtension]


class LiveStockIn(Strict):
    skus: Annotated[list[Sku], Field(min_length=1, max_length=100)]


class ArticleStock(BaseModel):
    """How many there are at head office at this moment."""

    sku: Sku
    quantity: Annotated[int, Field(ge=-MAX_MINOR, le=MAX_MINOR), Whole]


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
