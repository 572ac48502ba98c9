from collections.abc import Callable, Iterator

import pytest
from sync_store import Store


@pytest.fixture
def store(service_database: Callable[[str], str]) -> Iterator[Store]:
    """A store whose head office is in memory, and answers."""
    opened = Store(service_database("sync"))
    yield opened
    opened.app.db.dispose()
