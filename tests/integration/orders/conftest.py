from collections.abc import Iterator
from typing import Any

import pytest
from orders_store import Counter, build_app


@pytest.fixture
def counter(service_database: Any) -> Iterator[Counter]:
    """A store that is open, with one till."""
    url = service_database("orders")
    opened = Counter(build_app(url))
    opened.open()
    yield opened
    opened.app.db.dispose()
    service_database.drop(url)
