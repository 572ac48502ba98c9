"""The delivered `verify`, in a process that has its imports already: they take longer than most of what it reads."""

import io
import multiprocessing
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout

from services.chassis.main import main

LAST_LINES = 5

_ready = multiprocessing.get_context("forkserver")
_ready.set_forkserver_preload(["services.chassis.boot", "services.orders.commands", "services.sessions.commands"])


def complaints(service: str, environment: Mapping[str, str]) -> list[str]:
    """The last lines of what it says where it does not end well."""
    with ProcessPoolExecutor(1, mp_context=_ready) as process:
        end = process.submit(_verify, f"services.{service}", dict(environment))
    if error := end.exception():
        return [f"{type(error).__name__}: {error}"]
    status, said = end.result()
    return (said.splitlines() or [f"ended with {status}"])[-LAST_LINES:] if status else []


def _verify(package: str, environment: Mapping[str, str]) -> tuple[int, str]:
    os.setsid()  # as a store's processes have: one of its own is given a share of the processors of its own
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [package, "verify"]
    said, status = io.StringIO(), 0
    with redirect_stdout(said), redirect_stderr(said):
        try:
            main(package)
        except SystemExit as end:
            status = int(end.code or 0)
    return status, said.getvalue()
