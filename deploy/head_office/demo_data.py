"""Generated demo data: the same seed gives the same shop."""

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CURRENCY = "INR"
# GST 2.0: rates of apparel changed at midnight, Indian time
BEFORE_REFORM, REFORM = "2017-07-01T00:00:00+05:30", "2025-09-22T00:00:00+05:30"
APPAREL_SIZES = ("S", "M", "L", "XL")
SHOE_SIZES = ("6", "7", "8", "9", "10")
EXEMPT_EVERY = 97

STORE = {
    "name": "Aravali Fashion, Indiranagar",
    "address": "100 Feet Road, Indiranagar, Bengaluru 560038",
    "gstin": "29AABCA1234F1Z5",
    "state_code": "29",
    "time_zone": "Asia/Kolkata",
    "currency": CURRENCY,
}
BRANDS = ("Aravali", "Nilgiri", "Vindhya", "Satpura", "Deccan", "Malabar", "Konark", "Hampi")
COLOURS = ("Indigo", "Saffron", "Ivory", "Maroon", "Olive", "Charcoal", "Teal", "Mustard", "Rani Pink", "Sky Blue")
KINDS = (
    ("Kurta", "Topwear", "6211", 899_00, 2_499_00, APPAREL_SIZES),
    ("Shirt", "Topwear", "6205", 799_00, 2_999_00, APPAREL_SIZES),
    ("T-Shirt", "Topwear", "6109", 399_00, 1_299_00, APPAREL_SIZES),
    ("Saree", "Saree", "5007", 1_499_00, 12_999_00, ("Free",)),
    ("Jeans", "Bottomwear", "6203", 1_199_00, 3_999_00, ("28", "30", "32", "34", "36")),
    ("Palazzo", "Bottomwear", "6204", 699_00, 1_899_00, APPAREL_SIZES),
    ("Juttis", "Footwear", "6403", 899_00, 2_999_00, SHOE_SIZES),
    ("Sneakers", "Footwear", "6404", 1_499_00, 5_999_00, SHOE_SIZES),
    ("Dupatta", "Accessories", "6214", 299_00, 1_499_00, ("Free",)),
    ("Handbag", "Bags", "4202", 999_00, 4_999_00, ("Free",)),
)
NAMES = (
    "Meera Iyer", "Rohan Kulkarni", "Fatima Sheikh", "Asha Nair", "Vikram Singh", "Divya Menon", "Imran Khan",
    "Kavya Reddy", "Arjun Patel", "Sneha Das", "Manoj Yadav", "Pooja Sharma", "Joseph Mathew", "Ananya Bose",
    "Sanjay Gupta", "Lakshmi Rao", "Harpreet Kaur", "Nikhil Joshi", "Zoya Ansari", "Deepak Verma",
)  # fmt: skip
MANAGERS = 3


@dataclass
class Demo:
    """Everything that a store syncs."""

    products: list[dict[str, Any]]
    inventory: list[dict[str, Any]]
    payment_modes: list[dict[str, Any]] = field(default_factory=list)
    staff: list[dict[str, Any]] = field(default_factory=list)


def generate(variants: int, *, seed: int = 1) -> Demo:
    """A shop with at least so many variants."""
    rng = random.Random(seed)  # noqa: S311  a shop, not a secret
    products: list[dict[str, Any]] = []
    made = 0
    while made < variants:
        product = _product(len(products) + 1, rng)
        products.append(product)
        made += len(product["variants"])
    return _shop(products, rng)


def from_csv(file: Path, *, seed: int = 1) -> Demo:
    """A shop of real products: id, gender, master_category, sub_category, article_type, …, name; one size each."""
    rng = random.Random(seed)  # noqa: S311  a shop, not a secret
    return _shop([_real_product(row, rng) for row in _rows(file)], rng)


def payment_modes() -> list[dict[str, Any]]:
    return [
        {"code": "CASH", "name": "Cash at Store", "kind": "cash", "offline": True, "limit_minor": None},
        {"code": "CARD", "name": "Card Swipe at Store", "kind": "card", "offline": True, "limit_minor": None},
        {"code": "UPI", "name": "UPI at Store", "kind": "upi", "offline": True, "limit_minor": None},
        {"code": "LINK", "name": "Payment Link", "kind": "online", "offline": False, "limit_minor": None},
    ]


def staff() -> list[dict[str, Any]]:
    """Managers first; every third associate may switch Offline Mode on."""
    return [
        {
            "staff_code": f"{'M' if n <= MANAGERS else 'A'}{n:03d}",
            "name": name,
            "role": "manager" if n <= MANAGERS else "associate",
            "permissions": ["offline_mode"] if n <= MANAGERS or n % 3 == 0 else [],
            "active": True,
            "valid_until": None,
        }
        for n, name in enumerate(NAMES, 1)
    ]


def ean13(number: int) -> str:
    """A barcode of India's range (890) with its check digit."""
    digits = f"890{number:09d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def _shop(products: list[dict[str, Any]], rng: random.Random) -> Demo:
    inventory = [
        {"sku": variant["sku"], "quantity": rng.randint(20, 400)}
        for product in products
        for variant in product["variants"]
    ]
    return Demo(products, inventory, payment_modes(), staff())


def _product(number: int, rng: random.Random) -> dict[str, Any]:
    kind, category, hsn, low, high, sizes = KINDS[number % len(KINDS)]
    brand, colour = rng.choice(BRANDS), rng.choice(COLOURS)
    price = rng.randrange(low, high, 50_00) - 1_00
    base = f"{kind[:3].upper()}{number:05d}"
    return {
        "product_id": f"P{number:05d}",
        "name": f"{brand} {colour} {kind}",
        "category": category,
        "brand": brand,
        "variants": [
            _variant(f"{base}-{size}", size, number * 10 + n, hsn, price, exempt=number % EXEMPT_EVERY == 0)
            for n, size in enumerate(sizes)
        ],
    }


def _real_product(row: dict[str, str], rng: random.Random) -> dict[str, Any]:
    number = int(row["id"])
    price = rng.randrange(299_00, 5_999_00, 50_00)
    hsn = {"Footwear": "6403", "Accessories": "4202"}.get(row["master_category"], "6205")
    return {
        "product_id": f"P{number}",
        "name": row["name"] or row["article_type"],
        "category": row["sub_category"],
        "brand": None,
        "variants": [_variant(f"F{number}", "Free", number, hsn, price, exempt=False)],
    }


def _variant(sku: str, size: str, barcode: int, hsn: str, price: int, *, exempt: bool) -> dict[str, Any]:
    rates = [{"valid_from": BEFORE_REFORM, "rate_bp": 1200}, {"valid_from": REFORM, "rate_bp": _rate(price)}]
    return {
        "sku": sku,
        "size": size,
        "barcode": ean13(barcode),
        "hsn": hsn,
        "exempt": exempt,
        "prices": [{"valid_from": BEFORE_REFORM, "price_minor": price}],
        "tax_rates": [] if exempt else rates,
    }


def _rate(price: int) -> int:
    """5 % up to ₹ 2,500 a piece, 18 % above."""
    return 500 if price <= 2_500_00 else 1800  # noqa: PLR2004


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", newline="") if file.suffix == ".gz" else file.open(newline="") as lines:
        yield from csv.DictReader(lines)
