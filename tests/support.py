"""What tests of all kinds share: waiting for a condition, never blindly, ports of their own, a process's memory."""

import itertools
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deploy.runner.ports import Ports, is_free

# below those that whole stores take, and far below those of outgoing connections: one of these could come in between
FIRST_SERVER_PORT, FIRST_PORT, PORTS_EACH = 4_000, 12_000, 800
MOST_WORKERS = 8
# how long a test waits for what it does not time: a machine may have much else to do
PATIENCE_S = 180

PAGE = os.sysconf("SC_PAGE_SIZE")

T = TypeVar("T")

# other runs on this machine begin elsewhere
_numbers = itertools.count(secrets.randbelow(PORTS_EACH))


def eventually(condition: Callable[[], T], *, within: float = PATIENCE_S, every: float = 0.05) -> T:
    """The condition's first true value; an assertion error when none comes within so many seconds.

    A test that passes waits no longer for a greater bound.
    """
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, (
            f"{getattr(condition, '__name__', condition)} did not come true in {within} s"
        )
        time.sleep(every)


def memory_of(pid: int | None) -> int:
    """What a process holds, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def own_ports_from(first: int) -> range:
    """Ports that no other process of this run draws."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", f"gw{MOST_WORKERS}").removeprefix("gw")
    own = first + int(worker) * PORTS_EACH
    return range(own, own + PORTS_EACH)


def free_port() -> int:
    """A port that nobody listens on, and that no other worker of this run draws before it is listened on."""
    own = own_ports_from(FIRST_PORT)
    return next(port for n in _numbers if is_free(port := own[n % PORTS_EACH]))


def own_ports(file: Path) -> dict[str, int]:
    """Ports of a gateway, not those that a store takes by itself: another may be starting in this moment."""
    ports = Ports(file)
    return {name: ports.take(name) for name in ("http_port", "https_port")}
