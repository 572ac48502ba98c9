"""The same file name means the same thing in every service, and libraries know no shop."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("catalog", "orders", "sync", "sessions")
PARTS = (
    "routes",
    "service",
    "handlers",
    "domain",
    "store",
    "models",
    "events",
    "errors",
    "settings",
    "metrics",
    "app",
    "schemas",
)
WORDS = "invoices? carts? baskets? catalogues? payments? skus? stocks? customers? products? orders sales?"
SHOP = re.compile(rf"\b({'|'.join(WORDS.split())})\b", re.IGNORECASE)
# why what is stored must be safe, and what must not be logged, is told in the words of the shop
MEANT = ("lose sales", "what customers told us")
LONGEST = 300


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_parts(service: str) -> None:
    place = ROOT / "services" / service
    missing = [part for part in PARTS if not (place / f"{part}.py").exists() and not (place / part).is_dir()]
    assert not missing
    assert (place / "README.md").exists()
    assert any((place / "contracts").glob("*.json"))
    assert any((place / "migrations" / "versions").glob("*.py"))


def test_the_chassis_knows_no_shop() -> None:
    found = [
        f"{file.name}: {line.strip()}"
        for file in sorted((ROOT / "services" / "chassis").rglob("*.py"))
        for line in file.read_text().splitlines()
        if SHOP.search(line) and not any(words in line for words in MEANT)
    ]
    assert not found


def test_a_file_keeps_one_idea() -> None:
    files = [f for part in ("services", "deploy") for f in (ROOT / part).rglob("*.py") if f.parent.name != "versions"]
    lengths = {str(f.relative_to(ROOT)): len(f.read_text().splitlines()) for f in files}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
