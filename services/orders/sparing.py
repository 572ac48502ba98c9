"""Figures that cost more the more there is to count."""

from collections.abc import Callable
from typing import Generic, TypeVar

from services.chassis.clock import Clock

T = TypeVar("T")

LEAST_S = 0.5
SHARE = 20


class Sparing(Generic[T]):
    """A figure that is counted anew twice a second, or as seldom as it takes to spend a twentieth of the time on it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: tuple[float, T] | None = None

    def get(self, count: Callable[[], T]) -> T:
        """The figure as it was counted last, or is now."""
        began = self._clock.monotonic()
        if self._known and began < self._known[0]:
            return self._known[1]
        found = count()
        ended = self._clock.monotonic()
        self._known = ended + max(LEAST_S, SHARE * (ended - began)), found
        return found
