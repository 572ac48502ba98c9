"""Products of the feed: each with its variants, and each variant with its prices and tax rates by date."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.catalog.domain import barcodes, reading
from services.catalog.domain.reading import BadRecord, Fields

MAX_SIZE = 40
MAX_DATES = 64
MAX_VARIANTS = 500
MAX_RATE_BP = 10_000
HSN_LENGTHS = (2, 4, 6, 8)


class Dated(Protocol):
    @property
    def valid_from(self) -> datetime: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True)
class Price:
    """A price in minor units, tax included, from a moment on."""

    valid_from: datetime
    price_minor: int


@dataclass(frozen=True)
class TaxRate:
    """A tax rate in hundredths of a per cent, from a moment on."""

    valid_from: datetime
    rate_bp: int


@dataclass(frozen=True)
class Variant:
    """What can be sold: one size of a product."""

    sku: str
    size: str
    barcode: str | None
    hsn: str | None
    exempt: bool
    prices: tuple[Price, ...]
    tax_rates: tuple[TaxRate, ...]


@dataclass(frozen=True)
class Product:
    product_id: str
    name: str
    category: str
    brand: str | None
    variants: tuple[Variant, ...]


def product(fields: Fields) -> Product:
    """The product of a record. Raises BadRecord."""
    variants = tuple(_variant(reading.fields_of(item, "variants")) for item in _variants(fields))
    _refuse_twice([v.sku for v in variants], "sku")
    return Product(
        product_id=reading.code(fields, "product_id"),
        name=reading.text(fields, "name"),
        category=reading.text(fields, "category"),
        brand=reading.optional_text(fields, "brand"),
        variants=variants,
    )


def current(dated: Iterable[D], at: datetime) -> D | None:
    """The one of some dated values that holds at a moment; None before the first."""
    begun = [d for d in dated if d.valid_from <= at]
    return max(begun, key=lambda d: d.valid_from) if begun else None


def _variants(fields: Fields) -> list[object]:
    items = reading.items_of(fields, "variants")
    if len(items) > MAX_VARIANTS:
        raise BadRecord("variants_too_many", "variants", f"are more than {MAX_VARIANTS}")
    return items


def _variant(fields: Fields) -> Variant:
    exempt = reading.truth(fields, "exempt", default=False)
    return Variant(
        sku=reading.code(fields, "sku"),
        size=reading.optional_text(fields, "size", longest=MAX_SIZE) or "",
        barcode=_barcode(fields),
        hsn=_hsn(fields),
        exempt=exempt,
        prices=_dated(fields, "prices", _price),
        tax_rates=() if exempt else _dated(fields, "tax_rates", _tax_rate),
    )


def _barcode(fields: Fields) -> str | None:
    value = reading.optional_text(fields, "barcode", longest=barcodes.MAX_LENGTH)
    return value if value and barcodes.normalise(value) else None


def _hsn(fields: Fields) -> str | None:
    value = reading.optional_text(fields, "hsn")
    if value is not None and not (value.isascii() and value.isdigit() and len(value) in HSN_LENGTHS):
        raise BadRecord("hsn_invalid", "hsn", "is not an HSN code of 2, 4, 6 or 8 digits")
    return value


def _price(fields: Fields) -> Price:
    # a price of nothing is how a feed gives goods away
    minor = reading.whole(fields, "price_minor", lowest=1, highest=reading.MAX_MINOR)
    return Price(reading.moment(fields, "valid_from"), minor)


def _tax_rate(fields: Fields) -> TaxRate:
    rate = reading.whole(fields, "rate_bp", lowest=0, highest=MAX_RATE_BP)
    return TaxRate(reading.moment(fields, "valid_from"), rate)


def _dated(fields: Fields, name: str, read: Callable[[Fields], D]) -> tuple[D, ...]:
    """Dated values in order; two that begin at one moment contradict each other."""
    items = reading.items_of(fields, name)
    if len(items) > MAX_DATES:
        raise BadRecord(f"{name}_too_many", name, f"are more than {MAX_DATES}")
    found = sorted((read(reading.fields_of(item, name)) for item in items), key=lambda d: d.valid_from)
    if len({d.valid_from for d in found}) < len(found):
        raise BadRecord(f"{name}_overlap", name, "begin at the same moment more than once")
    return tuple(found)


def _refuse_twice(values: Sequence[str], name: str) -> None:
    twice = {v for v in values if values.count(v) > 1}
    if twice:
        raise BadRecord(f"{name}_twice", name, f"{min(twice)} stands twice")
