"""Records of a feed as rows of the staging tables."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from services.catalog.domain import barcodes
from services.catalog.domain.datasets import Dataset
from services.catalog.domain.inventory import stock
from services.catalog.domain.payment_modes import payment_mode
from services.catalog.domain.products import Price, Product, TaxRate, Variant, product
from services.catalog.domain.reading import Fields
from services.catalog.domain.staff import staff_member
from services.catalog.domain.words import fold, words

# some letters come apart into many
MAX_SORT_KEY = 200


class Row(NamedTuple):
    """A row for one of the staging tables, its values in the order of the table's columns."""

    table: str
    values: tuple[Any, ...]


Reader = Callable[[Fields], Iterable[Row]]

# the columns that are staged, the key first; `gone` of each data set holds keys only
COLUMNS: dict[str, tuple[str, ...]] = {
    "products": ("product_id", "name", "sort_key", "category", "brand", "sizes", "words"),
    "variants": (
        "sku",
        "product_id",
        "position",
        "name",
        "category",
        "size",
        "barcode",
        "barcode_key",
        "hsn",
        "exempt",
        "prices",
        "tax_rates",
    ),
    "stock": ("sku", "quantity"),
    "payment_modes": ("code", "name", "kind", "offline", "limit_minor"),
    "staff": ("staff_code", "name", "role", "permissions", "active", "valid_until"),
}

TABLES: dict[Dataset, tuple[str, ...]] = {
    "products": ("products", "variants"),
    "inventory": ("stock",),
    "payment-modes": ("payment_modes",),
    "staff": ("staff",),
}


def rows(dataset: Dataset, fields: Fields) -> Iterable[Row]:
    """The rows of a record. Raises BadRecord."""
    return _READERS[dataset](fields)


def _products(fields: Fields) -> Iterable[Row]:
    read = product(fields)
    sort_key = fold(read.name)[:MAX_SORT_KEY]
    yield Row("products", (read.product_id, read.name, sort_key, read.category, read.brand, *_searched(read)))
    for position, variant in enumerate(read.variants):
        yield Row("variants", _variant(read, position, variant))


def _searched(read: Product) -> tuple[list[str], str]:
    """Sizes, and the words under which a product is found, as a tsvector."""
    sizes = list(dict.fromkeys(v.size for v in read.variants if v.size))
    skus = [v.sku.lower() for v in read.variants]
    found = words(read.name, read.category, read.brand, *sizes, read.product_id, *skus)
    return sizes, " ".join(f"'{word}'" for word in found)


def _variant(read: Product, position: int, variant: Variant) -> tuple[Any, ...]:
    prices = [{"valid_from": _told(p.valid_from), "price_minor": p.price_minor} for p in variant.prices]
    return (
        variant.sku,
        read.product_id,
        position,
        read.name,
        read.category,
        variant.size,
        variant.barcode,
        variant.barcode and barcodes.normalise(variant.barcode),
        variant.hsn,
        variant.exempt,
        json.dumps(prices),
        json.dumps([{"valid_from": _told(r.valid_from), "rate_bp": r.rate_bp} for r in variant.tax_rates]),
    )


def _inventory(fields: Fields) -> Iterable[Row]:
    read = stock(fields)
    yield Row("stock", (read.sku, read.quantity))


def _payment_modes(fields: Fields) -> Iterable[Row]:
    read = payment_mode(fields)
    yield Row("payment_modes", (read.code, read.name, read.kind, read.offline, read.limit_minor))


def _staff(fields: Fields) -> Iterable[Row]:
    read = staff_member(fields)
    permissions = json.dumps(read.permissions)
    yield Row("staff", (read.staff_code, read.name, read.role, permissions, read.active, read.valid_until))


@lru_cache(maxsize=4096)
def _told(moment: datetime) -> str:
    return moment.isoformat()


def prices(stored: Iterable[dict[str, Any]]) -> list[Price]:
    """Prices as they were stored."""
    return [Price(datetime.fromisoformat(p["valid_from"]), p["price_minor"]) for p in stored]


def tax_rates(stored: Iterable[dict[str, Any]]) -> list[TaxRate]:
    """Tax rates as they were stored."""
    return [TaxRate(datetime.fromisoformat(r["valid_from"]), r["rate_bp"]) for r in stored]


_READERS: dict[Dataset, Reader] = {
    "products": _products,
    "inventory": _inventory,
    "payment-modes": _payment_modes,
    "staff": _staff,
}
