"""A store as `make run` starts it; the tests of a file share it, and may kill any part of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.runner.errors import RunnerError
from deploy.runner.settings import RunSettings
from deploy.runner.system import System
from tests.support import own_ports

# what is tried here needs no more articles
FEW = 200


@pytest.fixture(scope="module")
def store_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="store-system-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def store(store_folder: Path) -> Iterator[System]:
    """A store that is open, with a stand-in head office of its own."""
    ports = own_ports(store_folder / "own-ports.json")
    system = System(RunSettings(folder=store_folder / "run", head_office_variants=FEW, **ports))
    try:
        system.start()
        yield system
    except RunnerError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        system.stop()
