"""A store of its own for whoever walks the page."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.runner.settings import RunSettings
from deploy.runner.system import System
from tests.pages.shop import Shop
from tests.support import own_ports

# modes follow the line faster than in a shop, so that nobody waits for them
SERVICES = {"sync": {"probe_seconds": "0.2", "probe_timeout_seconds": "5", "oms_slow_start_seconds": "0"}}


@contextmanager
def opened() -> Iterator[Shop]:
    """A store that is open, with a manager, associates, and the storage grant. Raises RunnerError."""
    with tempfile.TemporaryDirectory(prefix="store-pages-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        ports = own_ports(Path(folder) / "own-ports.json")
        settings = RunSettings(folder=Path(folder) / "run", lan=False, services=SERVICES, **ports)
        system = System(settings)
        try:
            system.start()
            with Shop(system) as shop:
                yield shop
        finally:
            system.stop()
