"""A shop of real products, out of a CSV that names them: sizes, prices and HSN codes are derived, always the same."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.head_office.goods import FREE, Kind, variant

ADULTS, CHILDREN = ("S", "M", "L"), ("5-6Y", "7-8Y", "9-10Y")
WAISTS = ("30", "32", "34")
SHOE_SIZES = {"Men": ("7", "8", "9"), "Women": ("4", "5", "6"), "Boys": ("1", "2", "3"), "Girls": ("1", "2", "3")}
UNISEX_SHOES = ("6", "7", "8")
YOUNG = ("Boys", "Girls")
# HSN code, and the range of prices in paise
APPAREL = {
    "Bottomwear": ("6203", 799_00, 3_499_00),
    "Innerwear": ("6108", 199_00, 999_00),
    "Saree": ("5007", 1_499_00, 9_999_00),
    "Dress": ("6204", 999_00, 3_999_00),
}
OTHER_APPAREL = ("6205", 499_00, 2_999_00)
FOOTWEAR = {"Flip Flops": ("6402", 199_00, 999_00), "Sandal": ("6402", 499_00, 2_499_00)}
OTHER_FOOTWEAR = ("6403", 999_00, 5_999_00)
OTHERS = {
    "Bags": ("4202", 699_00, 4_999_00),
    "Wallets": ("4202", 399_00, 1_999_00),
    "Watches": ("9102", 999_00, 9_999_00),
    "Jewellery": ("7117", 199_00, 1_999_00),
    "Eyewear": ("9004", 499_00, 3_999_00),
    "Socks": ("6115", 99_00, 499_00),
}
ANYTHING_ELSE = ("3304", 149_00, 1_499_00)
STEP, SPREAD = 50_00, 7_919_777


def products(file: Path) -> list[dict[str, Any]]:
    """A product a row (id, gender, master_category, sub_category, article_type, …, name); the file may be gzipped."""
    return [_product(row) for row in _rows(file)]


def _product(row: dict[str, str]) -> dict[str, Any]:
    number, kind = int(row["id"]), _kind(row)
    # by its id, so that a product costs the same in any part of the file
    price = kind.low + number * SPREAD % (kind.high - kind.low) // STEP * STEP
    return {
        "product_id": f"P{number}",
        "name": row["name"] or row["article_type"],
        "category": row["sub_category"],
        "brand": None,
        "variants": [
            variant(kind, size, f"F{number}" if kind.sizes == FREE else f"F{number}-{size}", number * 10 + n, price)
            for n, size in enumerate(kind.sizes)
        ],
    }


def _kind(row: dict[str, str]) -> Kind:
    category, sub = row["master_category"], row["sub_category"]
    if category == "Apparel":
        hsn, low, high = APPAREL.get(sub, OTHER_APPAREL)
    elif category == "Footwear":
        hsn, low, high = FOOTWEAR.get(sub, OTHER_FOOTWEAR)
    else:
        hsn, low, high = OTHERS.get(sub, ANYTHING_ELSE)
    return Kind(row["article_type"], sub, hsn, low, high, _sizes(category, sub, row["gender"]))


def _sizes(category: str, sub: str, gender: str) -> tuple[str, ...]:
    if category == "Footwear":
        return SHOE_SIZES.get(gender, UNISEX_SHOES)
    if category != "Apparel" or sub == "Saree":
        return FREE
    if gender in YOUNG:
        return CHILDREN
    return WAISTS if sub == "Bottomwear" else ADULTS


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", newline="") if file.suffix == ".gz" else file.open(newline="") as lines:
        yield from csv.DictReader(lines)
