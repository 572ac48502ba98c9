from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sessions_store import Store, build_app


@pytest.fixture
def store(service_database: Callable[[str], str], tmp_path: Path) -> Iterator[Store]:
    """A store that is open for business."""
    opened = Store(build_app(tmp_path, service_database("sessions")))
    folder = tmp_path / "offline"
    folder.mkdir()
    opened.open_for_business(folder)
    yield opened
    opened.app.db.dispose()
