"""How staged rows take the place of the held ones: one transaction, in which swaps of all data sets take turns."""

from typing import Protocol

from services.catalog.domain.datasets import Dataset
from services.catalog.domain.deletions import Deletions
from services.catalog.models import payment_modes, staff
from services.catalog.store.swapping.inventory import InventorySwap
from services.catalog.store.swapping.plain import PlainSwap
from services.catalog.store.swapping.products import ProductsSwap
from services.chassis.database import Tx


class Swap(Protocol):
    """A swap of one data set, step by step; `full` feeds replace all that is held, others change it."""

    def repeated(self, tx: Tx) -> list[str]:
        """Up to a few keys that are staged more than once."""
        ...

    def deletions(self, tx: Tx) -> Deletions:
        """How many of the held records would go."""
        ...

    def apply(self, tx: Tx) -> bool:
        """Makes the staged rows the held ones; whether that changed anything."""
        ...

    def held(self, tx: Tx) -> int:
        """How many records are held."""
        ...

    def conflicts(self, tx: Tx) -> list[str]:
        """What must belong to one and belongs to several, once applied."""
        ...


def swap_of(dataset: Dataset, *, full: bool, as_of: str) -> Swap:
    """The swap of a data set; `as_of` is when head office drew the feed up, in RFC 3339."""
    if dataset == "products":
        return ProductsSwap(full=full)
    if dataset == "inventory":
        return InventorySwap(full=full, as_of=as_of)
    return PlainSwap(staff if dataset == "staff" else payment_modes, full=full)
