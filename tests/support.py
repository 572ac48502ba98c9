"""Waiting for a condition, with a deadline and never blindly."""

import time
from collections.abc import Callable
from typing import TypeVar

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
