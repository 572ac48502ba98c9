"""Generated demo data: the same seed gives the same shop."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.head_office import real_products
from deploy.head_office.goods import APPAREL, FREE, SHOES, Kind, variant

CURRENCY = "INR"
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
    Kind("Kurta", "Topwear", "6211", 899_00, 2_499_00, APPAREL),
    Kind("Shirt", "Topwear", "6205", 799_00, 2_999_00, APPAREL),
    Kind("T-Shirt", "Topwear", "6109", 399_00, 1_299_00, APPAREL),
    Kind("Saree", "Saree", "5007", 1_499_00, 12_999_00, FREE),
    Kind("Jeans", "Bottomwear", "6203", 1_199_00, 3_999_00, ("28", "30", "32", "34", "36")),
    Kind("Palazzo", "Bottomwear", "6204", 699_00, 1_899_00, APPAREL),
    Kind("Juttis", "Footwear", "6403", 899_00, 2_999_00, SHOES),
    Kind("Sneakers", "Footwear", "6404", 1_499_00, 5_999_00, SHOES),
    Kind("Dupatta", "Accessories", "6214", 299_00, 1_499_00, FREE),
    Kind("Handbag", "Bags", "4202", 999_00, 4_999_00, FREE),
)
BANGLES = Kind("Glass Bangles", "Jewellery", "7018", 99_00, 499_00, ("2.4", "2.6", "2.8"), exempt=True)
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
    """A shop of the real products in a CSV."""
    return _shop(real_products.products(file), random.Random(seed))  # noqa: S311  a shop, not a secret


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


def _shop(products: list[dict[str, Any]], rng: random.Random) -> Demo:
    inventory = [
        {"sku": variant["sku"], "quantity": rng.randint(20, 400)}
        for product in products
        for variant in product["variants"]
    ]
    return Demo(products, inventory, payment_modes(), staff())


def _product(number: int, rng: random.Random) -> dict[str, Any]:
    kind = BANGLES if number % EXEMPT_EVERY == 0 else KINDS[number % len(KINDS)]
    brand, colour = rng.choice(BRANDS), rng.choice(COLOURS)
    price = rng.randrange(kind.low, kind.high, 50_00) - 1_00
    base = f"{kind.name[:3].upper()}{number:05d}"
    return {
        "product_id": f"P{number:05d}",
        "name": f"{brand} {colour} {kind.name}",
        "category": kind.category,
        "brand": brand,
        "variants": [
            variant(kind, size, f"{base}-{size}", number * 10 + n, price) for n, size in enumerate(kind.sizes)
        ],
    }
