from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.catalog.catalog_head_office import StandIn
from tests.integration.catalog.catalog_head_office import stand_in as running
from tests.model.databases import Cleared
from tests.model.shop import SERVICES


@pytest.fixture(scope="session")
def cleared(service_database: Any, postgres: Any) -> Cleared:
    return Cleared(postgres, {service: service_database(service) for service in SERVICES})


@pytest.fixture(scope="session")
def office(server_folder: Path) -> Iterator[StandIn]:
    """The stand-in on a port of its own, its file in memory where there is room."""
    folder = server_folder / "office"
    folder.mkdir()
    with running(folder, 10) as found:
        yield found
