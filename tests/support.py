"""What tests of all kinds share: waiting for a condition, never blindly, and ports that no other store takes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deploy.runner.ports import Ports

T = TypeVar("T")


def eventually(condition: Callable[[], T], *, within: float = 10.0, every: float = 0.05) -> T:
    """The condition's first true value; an assertion error when none comes within so many seconds."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, (
            f"{getattr(condition, '__name__', condition)} did not come true in {within} s"
        )
        time.sleep(every)


def own_ports(file: Path) -> dict[str, int]:
    """Ports of a gateway, not those that a store takes by itself: another may be starting in this moment."""
    ports = Ports(file)
    return {name: ports.take(name) for name in ("http_port", "https_port")}
