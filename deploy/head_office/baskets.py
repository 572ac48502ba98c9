"""Real receipts as baskets over whatever articles a store has."""

import csv
import gzip
from pathlib import Path

MOST_PIECES = 3
MOST_LINES = 12

Basket = list[tuple[str, int]]


def baskets(file: Path, skus: list[str]) -> list[Basket]:
    """A basket a receipt (columns InvoiceNo, StockCode, Quantity, …): each stock code stands for the same SKU always.

    Returns of goods, which have negative quantities, are left out; pieces and lines are capped as a shop's are.
    """
    found: dict[str, dict[str, int]] = {}
    known: dict[str, str] = {}
    with gzip.open(file, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            quantity = int(row["Quantity"])
            if quantity <= 0:
                continue
            code = known.setdefault(row["StockCode"], skus[len(known) % len(skus)])
            found.setdefault(row["InvoiceNo"], {})[code] = min(quantity, MOST_PIECES)
    return [list(basket.items())[:MOST_LINES] for basket in found.values() if basket]
