"""Errors from a seed: a store and a publisher that fail as real ones do, for test builds.

Nothing that is delivered knows of this module, and no setting turns it on: a test puts these in the place of the real
ones (tests/architecture holds that).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from services.chassis.database import Database, Tx
from services.chassis.errors import DatabaseUnavailable
from services.chassis.publisher import ConfirmingPublisher, Fate, Message


class Faults:
    """Draws from a seed what fails, at a rate from 0 to 1; `struck` counts it by point."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = Random(seed)
        self.rate = rate
        self.struck: Counter[str] = Counter()

    def strikes(self, point: str) -> bool:
        """Whether this point fails this time."""
        struck = self._random.random() < self.rate
        self.struck[point] += struck
        return struck


class FaultyDatabase(Database):
    """Loses its server before a transaction, before its commit, or after it, when nobody hears that it arrived."""

    def __init__(self, url: str, *, name: str, faults: Faults, pool_size: int = 10) -> None:
        super().__init__(url, name=name, pool_size=pool_size)
        self._faults = faults

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        self._strike("store.before")
        with super().transaction() as tx:
            yield tx
            self._strike("store.before_commit")
        self._strike("store.after_commit")

    def _strike(self, point: str) -> None:
        if self._faults.strikes(point):
            raise DatabaseUnavailable


class FaultyPublisher:
    """Breaks off before a batch or after it, has messages refused, and loses confirms of messages that arrived."""

    def __init__(self, publisher: ConfirmingPublisher, faults: Faults) -> None:
        self._publisher = publisher
        self._faults = faults

    def publish(self, messages: Sequence[Message], *, timeout: float) -> list[Fate]:
        """As ConfirmingPublisher. Raises ConnectionError where the line breaks off."""
        self._break_off("publisher.before")
        sent = [message for message in messages if not self._faults.strikes("publisher.refused")]
        fates = dict(zip(map(id, sent), self._publisher.publish(sent, timeout=timeout), strict=True))
        self._break_off("publisher.after")
        return [self._heard(fates.get(id(message), Fate.REFUSED)) for message in messages]

    def _heard(self, fate: Fate) -> Fate:
        lost = fate is Fate.CONFIRMED and self._faults.strikes("publisher.confirm_lost")
        return Fate.UNKNOWN if lost else fate

    def _break_off(self, point: str) -> None:
        if self._faults.strikes(point):
            raise ConnectionError(point)


class FaultyPort:
    """Any port whose methods answer in values: struck before a call it answers `before`, struck after it `after`."""

    def __init__(self, port: Any, faults: Faults, *, before: Any, after: Any) -> None:
        self._port = port
        self._faults = faults
        self._before, self._after = before, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def meet(*arguments: Any, **named: Any) -> Any:
            if self._faults.strikes("port.before"):
                return self._before
            answer = method(*arguments, **named)
            return self._after if self._faults.strikes("port.after") else answer

        return meet
