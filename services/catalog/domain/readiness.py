"""Whether the store has what it needs to sell on its own, and what it lacks by name."""

from collections.abc import Collection

from services.catalog.domain.datasets import DATASETS, Dataset


def missing(synced: Collection[str]) -> list[Dataset]:
    """The data sets that never synced, in the order in which people are told of them."""
    return [dataset for dataset in DATASETS if dataset not in synced]
