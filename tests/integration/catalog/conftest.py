from collections.abc import Callable, Iterator

import pytest
from catalog_store import Store


@pytest.fixture
def store(service_database: Callable[[str], str]) -> Iterator[Store]:
    """A store that was never synced; head office is in memory."""
    opened = Store(service_database("catalog"))
    yield opened
    opened.app.db.dispose()


@pytest.fixture
def synced(store: Store) -> Store:
    """A store that has synced all four data sets."""
    store.sync_all()
    return store
