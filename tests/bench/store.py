"""The store that is measured: the real runner in a process of its own, with head office at hand."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploy.demo.store import Store
from deploy.runner.environment import PROJECT
from deploy.runner.settings import load

# what is measured is neither the patience of the slow start nor a manager's word
SERVICES = {
    "orders": {"oversell": "warn", "limit_order_minor": str(10**13), "limit_session_minor": str(10**13)},
    "sync": {"oms_slow_start_seconds": "0"},
}


@contextmanager
def opened(folder: Path, variants: int = 2_000) -> Iterator[tuple[Store, float]]:
    """A store that is open, and the seconds from its start to its printed address."""
    told = {
        "EDGE_FOLDER": str(folder),
        "EDGE_SERVICES": json.dumps(SERVICES),
        "EDGE_HEAD_OFFICE_VARIANTS": str(variants),
    }
    began = time.monotonic()
    runner = subprocess.Popen(
        [sys.executable, "-m", "deploy.runner", "up"],
        cwd=PROJECT,
        env=os.environ | told,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        took = _until_open(runner.stdout, began)
        os.environ |= told
        yield Store(load()), took
    finally:
        runner.send_signal(signal.SIGTERM)
        runner.wait(60)


def _until_open(output: IO[str] | None, began: float) -> float:
    assert output is not None
    took = 0.0
    for line in output:
        if "is open" in line:
            took = time.monotonic() - began
        # the runner's last word: until then it issues a code of its own
        if line.startswith("Ctrl-C"):
            return took
    raise RuntimeError("the store did not open")


def python_memory(store: Store) -> tuple[int, int]:
    """Memory of all Python processes of the store in bytes: their share of it (PSS), and all that they see (RSS)."""
    pss = rss = 0
    for pid in _family(_runner_of(store)):
        with contextlib.suppress(OSError):
            if b"python" in Path(f"/proc/{pid}/cmdline").read_bytes():
                told = dict(_sizes(Path(f"/proc/{pid}/smaps_rollup").read_text()))
                pss, rss = pss + told["Pss"], rss + told["Rss"]
    return pss, rss


def _sizes(text: str) -> Iterator[tuple[str, int]]:
    for line in text.splitlines()[1:]:
        name, size = line.split(":")
        yield name, int(size.split()[0]) * 1024


def _runner_of(store: Store) -> int:
    first = next(iter(store.state["processes"].values()))["pid"]
    return int(Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[1])


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))
