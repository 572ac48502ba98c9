"""Inventory of the feed: how many pieces of a SKU there are."""

from dataclasses import dataclass

from services.catalog.domain import reading
from services.catalog.domain.reading import Fields


@dataclass(frozen=True)
class Stock:
    """Pieces of a SKU; head office may say less than none, after a sale of what its figures lacked."""

    sku: str
    quantity: int


def stock(fields: Fields) -> Stock:
    """The stock of a record. Raises BadRecord."""
    quantity = reading.whole(fields, "quantity", lowest=-reading.MAX_STOCK, highest=reading.MAX_STOCK)
    return Stock(sku=reading.code(fields, "sku"), quantity=quantity)


def left(synced: int, sold: int) -> int:
    """What can be promised: the synced figure less what was sold here and is not yet in it; never less than none."""
    return max(0, synced - sold)
