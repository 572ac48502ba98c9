"""What routes and procedures take and give."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from services.catalog.domain.datasets import Dataset
from services.catalog.domain.freshness import Freshness
from services.catalog.store.datasets import State
from services.chassis.fields import Safe, Since, Strict, Whole

Sought = Annotated[Safe, StringConstraints(max_length=200)]
Category = Annotated[Safe, StringConstraints(min_length=1, max_length=200)]
Size = Annotated[Safe, StringConstraints(min_length=1, max_length=40)]
Cursor = Annotated[Safe, StringConstraints(max_length=500)]
# a scanner sends separators that no text may hold
Scanned = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Limit = Annotated[int, Field(ge=1, le=100)]


class Search(Strict):
    """`q` holds the beginnings of words, all of which must be there."""

    q: Sought = ""
    category: Category | None = None
    size: Size | None = None
    cursor: Cursor | None = None
    limit: Limit = 24


class Lookup(Strict):
    code: Scanned


class Changes(Since):
    """What changed after the number `since`."""


class Agreement(Strict):
    """How many records may go, as the refusal says."""

    deletes: Annotated[int, Field(ge=1, le=2**31 - 1), Whole]


class SyncNow(Strict):
    """Which data sets; all of them without it."""

    datasets: Annotated[list[Dataset], Field(min_length=1, max_length=4)] | None = None


class Variant(BaseModel):
    """One size of a product. `left` is what this store may still sell, as far as is known; amounts in minor units."""

    sku: str
    size: str
    barcode: str | None
    price_minor: int | None
    left: int


class Product(BaseModel):
    product_id: str
    name: str
    category: str
    brand: str | None
    price_from_minor: int | None
    price_to_minor: int | None
    left: int
    variants: list[Variant]


class SearchPage(BaseModel):
    """Products by name; `cursor` asks for the next page, null on the last."""

    items: list[Product]
    cursor: str | None


class Found(BaseModel):
    """A variant by its barcode or SKU."""

    sku: str
    product_id: str
    name: str
    size: str
    category: str
    barcode: str | None
    hsn: str | None
    exempt: bool
    price_minor: int | None
    tax_rate_bp: int | None
    left: int


class CategoryCount(BaseModel):
    category: str
    products: int


class Categories(BaseModel):
    items: list[CategoryCount]


class Item(BaseModel):
    """A variant as it stands; `number` rises with each change. Amounts in minor units, rates in hundredths of 1 %."""

    sku: str
    number: int
    deleted: bool
    product_id: str
    name: str
    size: str
    category: str
    barcode: str | None
    hsn: str | None
    exempt: bool
    prices: list[dict[str, Any]]
    tax_rates: list[dict[str, Any]]
    stock: int
    stock_as_of: datetime | None


class ChangesPage(BaseModel):
    """What changed, by number; `number` is the `since` of the next page, `more` whether there is one by now."""

    number: int
    items: list[Item]
    more: bool


class SyncError(BaseModel):
    """Why a feed changed nothing. `would_delete` is set where a manager may agree to the deletions."""

    code: str
    reason: str
    would_delete: int | None


class DatasetStatus(BaseModel):
    """One data set: `done` of `total` records while it is syncing; `count` are held."""

    dataset: Dataset
    state: State
    done: int
    total: int
    count: int
    version: int
    freshness: Freshness
    age_seconds: int | None
    as_of: datetime | None
    synced_at: datetime | None
    tried_at: datetime | None
    wanted: bool
    error: SyncError | None


class DataSync(BaseModel):
    """`ready` when all four have synced; `missing` names those that never did."""

    ready: bool
    missing: list[Dataset]
    datasets: list[DatasetStatus]
