"""States of others that orders pulls, with the fields it reads of them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.chassis.events import Fact
from services.chassis.fields import MAX_MINOR, Moment

MOST_PIECES = 2**31 - 1
MOST_NUMBER = 2**62


class Mode(Fact):
    mode: Literal["online", "offline", "cannot_sell"]
    trigger: Literal["manual", "automatic"] | None
    session_id: UUID | None
    missing: Annotated[list[str], Field(default_factory=list)]
    unsealed: Annotated[list[UUID], Field(default_factory=list)]


class PaymentMode(Fact):
    code: str
    name: str
    kind: Literal["cash", "card", "upi", "online"]
    offline: bool
    limit_minor: Annotated[int, Field(ge=0, le=MAX_MINOR)] | None


class Staff(Fact):
    staff_code: str
    name: str
    role: Literal["associate", "manager"]
    active: bool


class Dataset(Fact):
    as_of: Moment | None
    synced_at: Moment | None
    stale_at: Moment | None = None
    too_old_at: Moment | None = None
    freshness: Literal["never", "fresh", "stale", "too_old"] = "never"


class Readiness(Fact):
    datasets: dict[str, Dataset]


class Price(Fact):
    valid_from: Moment
    price_minor: Annotated[int, Field(ge=0, le=MAX_MINOR)]


class Rate(Fact):
    valid_from: Moment
    rate_bp: Annotated[int, Field(ge=0, le=10_000)]


class Article(Fact):
    sku: str
    number: Annotated[int, Field(ge=1, le=MOST_NUMBER)]
    deleted: bool
    barcode: str | None
    name: str
    size: str
    hsn: str | None
    exempt: bool
    prices: list[Price]
    tax_rates: list[Rate]
    stock: Annotated[int, Field(ge=-MOST_PIECES, le=MOST_PIECES)]
    stock_as_of: Moment | None


class Page(Fact):
    """Articles that changed; with `more` there are others behind them."""

    items: list[Article]
    more: bool
