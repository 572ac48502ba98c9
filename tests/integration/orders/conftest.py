from collections.abc import Callable, Iterator

import pytest
from orders_store import Counter, build_app


@pytest.fixture
def counter(service_database: Callable[[str], str]) -> Iterator[Counter]:
    """A store that is open, with one till."""
    opened = Counter(build_app(service_database("orders")))
    opened.open()
    yield opened
    opened.app.db.dispose()
