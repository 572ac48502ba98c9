"""Keeps programs running: starts again what ends, and what runs but does not do its work."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from deploy.runner.errors import NotReady, RunnerError
from deploy.runner.process import Process, last_words

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
STEADY_AFTER_S = 60.0
TICK_S = 0.2
LOOK_WHILE_STARTING_S = 0.3
LOOK_EVERY_S = 5.0
STARTS_WITHIN_S = 120.0
STRIKES = 3
HOPELESS_AFTER = 5


class Unit(Protocol):
    """A program as the supervisor sees it."""

    name: str
    process: Process | None

    def launch(self) -> None: ...
    def alive(self) -> bool: ...
    def ready(self) -> bool: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


def next_pause(pause: float, lived: float) -> float:
    """Seconds to wait before a program that lived so long is started again: few at first, twice as many each time."""
    return FIRST_PAUSE_S if lived >= STEADY_AFTER_S else min(LONGEST_PAUSE_S, pause * 2)


class Keeper:
    """Keeps one unit running, from a thread of its own: programs end with the thread that started them.

    A unit that is `judged` is killed and started again when three looks in a row find that it does not do its work; one
    that is not (a server that may be busy mending its data) only when it has ended.
    """

    def __init__(self, unit: Unit, *, judged: bool, changed: Callable[[], None] = lambda: None) -> None:
        self.unit = unit
        self.ready = threading.Event()
        self.starts = 0
        self.refusal: RunnerError | None = None
        self._judged = judged
        self._changed = changed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper of {unit.name}", daemon=True)

    @property
    def name(self) -> str:
        return self.unit.name

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Has the unit ended, and waits for that."""
        self.ask_to_stop()
        self._thread.join()

    def ask_to_stop(self) -> None:
        """Has the unit ended soon."""
        self._stopping.set()

    def kill(self) -> None:
        """Ends the unit as a crash would; it is started again."""
        self.unit.kill()
        self.ready.clear()

    def restart(self) -> None:
        """Ends the unit in order; it is started again."""
        self.unit.stop()
        self.ready.clear()

    def wait_ready(self, within: float) -> None:
        """Waits until the unit does its work. Raises NotReady, or what keeps it from being started at all."""
        deadline, hopeless = time.monotonic() + within, self.starts + HOPELESS_AFTER
        while not self.ready.wait(TICK_S):
            if self.refusal is not None:
                raise self.refusal
            if time.monotonic() > deadline or self.starts > hopeless:
                raise NotReady(self.name, within, self._last_words())

    def _run(self) -> None:
        pause = FIRST_PAUSE_S / 2
        while not self._stopping.is_set():
            started = time.monotonic()
            self._live()
            self.ready.clear()
            pause = next_pause(pause, time.monotonic() - started)
            self._stopping.wait(pause)

    def _live(self) -> None:
        """One life of the unit, from start to end."""
        self.starts += 1
        try:
            self.unit.launch()
            self.refusal = None
            self._changed()
            self._watch()
        except RunnerError as error:
            self.refusal = error
        except Exception as error:  # noqa: BLE001  whoever looks after the others must not end with one of them
            # a disk that is full now has room later
            self.refusal = RunnerError(f"{self.name} cannot be started: {error}")
        finally:
            self.unit.stop()
            self._changed()

    def _watch(self) -> None:
        """Until the unit has ended, is useless, or is to stop."""
        judge = Judge(time.monotonic())
        while self.unit.alive() and not self._stopping.wait(TICK_S):
            now = time.monotonic()
            if not judge.looks(now):
                continue
            good = self.unit.ready()
            self._note(good)
            if self.unit.process is not None:
                self.unit.process.bound_logs()
            if judge.condemns(good, now) and self._judged:
                # it heeds no polite word, and whoever waits for its locks has waited long enough
                self.unit.kill()
                return

    def _note(self, good: bool) -> None:
        if good != self.ready.is_set():
            (self.ready.set if good else self.ready.clear)()
            self._changed()

    def _last_words(self) -> str:
        return last_words(self.unit.process.log if self.unit.process is not None else None)


class Judge:
    """When to look whether a unit works, and when it has failed to for too long."""

    def __init__(self, now: float) -> None:
        self._started = now
        self._next_look = now
        self._was_good = False
        self._strikes = 0

    def looks(self, now: float) -> bool:
        """Whether it is time to look."""
        return now >= self._next_look

    def condemns(self, good: bool, now: float) -> bool:
        """Whether a unit that was found so has to be started again."""
        self._was_good |= good
        self._strikes = 0 if good else self._strikes + 1
        self._next_look = now + (LOOK_EVERY_S if self._was_good else LOOK_WHILE_STARTING_S)
        return self._strikes >= STRIKES if self._was_good else now - self._started > STARTS_WITHIN_S


def stop_all(keepers: Iterable[Keeper]) -> None:
    """Stops units at the same time, and waits for all."""
    keepers = list(keepers)
    for keeper in keepers:
        keeper.ask_to_stop()
    for keeper in keepers:
        keeper.stop()
