"""What is sold: articles in sizes, with barcodes, HSN codes, prices, and GST rates by date."""

from typing import Any, NamedTuple

# GST 2.0: rates changed at midnight, Indian time
BEFORE_REFORM, REFORM = "2017-07-01T00:00:00+05:30", "2025-09-22T00:00:00+05:30"
APPAREL, SHOES, FREE = ("S", "M", "L", "XL"), ("6", "7", "8", "9", "10"), ("Free",)


class Band(NamedTuple):
    """Basis points up to a price, and above it."""

    up_to_minor: int
    low: int
    high: int


# by chapter of the HSN code: before the reform, and since
CLOTHES = (Band(1_000_00, 500, 1200), Band(2_500_00, 500, 1800))
FOOTWEAR = (Band(1_000_00, 1200, 1800), Band(2_500_00, 500, 1800))
SILK = (Band(0, 500, 500), Band(0, 500, 500))
OTHERS = (Band(0, 1800, 1800), Band(0, 1800, 1800))
CHAPTERS = {"50": SILK, "61": CLOTHES, "62": CLOTHES, "63": CLOTHES, "64": FOOTWEAR}


class Kind(NamedTuple):
    """A kind of article: its HSN code, the range of its prices in paise, and its sizes."""

    name: str
    category: str
    hsn: str
    low: int
    high: int
    sizes: tuple[str, ...]
    exempt: bool = False


def variant(kind: Kind, size: str, sku: str, number: int, price_minor: int) -> dict[str, Any]:
    """One size of an article; `number` is its own among all, for the barcode."""
    return {
        "sku": sku,
        "size": size,
        "barcode": ean13(number),
        "hsn": kind.hsn,
        "exempt": kind.exempt,
        "prices": [{"valid_from": BEFORE_REFORM, "price_minor": price_minor}],
        "tax_rates": [] if kind.exempt else tax_rates(kind.hsn, price_minor),
    }


def tax_rates(hsn: str, price_minor: int) -> list[dict[str, Any]]:
    """The rates by date of an article with this price."""
    first, second = CHAPTERS.get(hsn[:2], OTHERS)
    before, since = _rate(first, price_minor), _rate(second, price_minor)
    return [{"valid_from": BEFORE_REFORM, "rate_bp": before}, {"valid_from": REFORM, "rate_bp": since}]


def ean13(number: int) -> str:
    """A barcode of India's range (890) with its check digit."""
    digits = f"890{number:09d}"
    total = sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))
    return f"{digits}{-total % 10}"


def _rate(band: Band, price_minor: int) -> int:
    return band.low if price_minor <= band.up_to_minor else band.high
