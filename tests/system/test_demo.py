"""The whole promise, played: an outage, kills at the worst moments, and a judge over every sale."""

import csv
import gzip
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support import own_ports

ROOT = Path(__file__).parents[2]
KINDS = (
    ("Apparel", "Topwear", "Shirts"),
    ("Apparel", "Saree", "Sarees"),
    ("Footwear", "Shoes", "Casual Shoes"),
    ("Accessories", "Watches", "Watches"),
)
PRODUCTS = ["id", "gender", "master_category", "sub_category", "article_type", "colour", "season", "year", "usage"]
RECEIPTS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def played(folder: Path, *words: str) -> str:
    """What a demo said that found nothing wrong."""
    folder.chmod(0o755)
    ports = {f"EDGE_{name.upper()}": str(port) for name, port in own_ports(folder / "own-ports.json").items()}
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo", *words],
        cwd=ROOT,
        env=os.environ | {"EDGE_FOLDER": str(folder / "store"), "EDGE_LAN": "false"} | ports,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + "".join(troubles(folder))
    assert "of 200 confirmed sales 198 are at head office once" in done.stdout
    assert "2 are void and told; 0 are wrong" in done.stdout
    assert "each till's invoice numbers are consecutive" in done.stdout
    return done.stdout


def troubles(folder: Path) -> Iterable[str]:
    """What services noted last that was not as usual: a play that fails seldom has to say why."""
    for log in sorted((folder / "store" / "logs").glob("*.log")):
        lines = [line for line in log.read_text().splitlines(keepends=True) if '"level": "info"' not in line]
        yield from (f"{log.stem}: {line}" for line in lines[-30:])


def test_b9_an_outage_with_kills_ends_with_every_sale_at_head_office_once(tmp_path: Path) -> None:
    """With a shop's own products and receipts, which ask for more than there is: a manager has to say so."""
    data = tmp_path / "data"
    data.mkdir()
    write(data / "fashion_products.csv.gz", [*PRODUCTS, "name"], products(600))
    write(data / "retail_receipts.csv.gz", RECEIPTS, receipts(220))
    assert "with a manager's word" in played(tmp_path, "--data", str(data))


def products(count: int) -> Iterable[tuple[object, ...]]:
    for n in range(1, count + 1):
        master, sub, article = KINDS[n % len(KINDS)]
        who = ("Men", "Women", "Unisex")[n % 3]
        yield 10_000 + n, who, master, sub, article, "Navy Blue", "Fall", 2011, "Casual", f"{who} {article} No. {n}"


def receipts(count: int) -> Iterable[tuple[object, ...]]:
    """Many ask for the same few articles; some bring goods back."""
    rng = random.Random(5)
    for n in range(536_365, 536_365 + count):
        for code in rng.sample(range(60), rng.randint(1, 5)):
            quantity = rng.choice((1, 2, 6, 12, -1))
            yield n, f"{code:05}A", "ANY ARTICLE", quantity, "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"
        yield n, "99999Z", "POSTAGE", 1, "2010-12-01 08:26:00", "18.00", "", "France"


def write(file: Path, header: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    with gzip.open(file, "wt", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(header)
        table.writerows(rows)
