"""How slow this machine is: a bound in seconds is written for one that is as fast as a shop's."""

import subprocess
import threading
import time
from functools import cache
from statistics import fmean

from deploy.runner.environment import PROJECT, base, command

# two services that tell their routes at once, on two cores that open a store in ten seconds
SECONDS = 1.3
TRIES = 3
# a core's time there for the work of a look
LOOK_TAKES_S, STEPS = 0.0102, 100_000
LOOK_EVERY_S, STRETCH_S = 0.5, 10.0


class Pace:
    """How many times as long work takes, looked at all along: a machine that others share changes by the minute.

    A look measures a core's time for the same work, not how long it waited for a core: what a store keeps busy by
    itself excuses nothing.
    """

    def __init__(self) -> None:
        self.looks: list[tuple[float, float]] = []

    def over(self, since: float) -> float:
        """In the slowest stretch since then; never less than 1: on a fast machine bounds stay as they are."""
        takes = [took for at, took in list(self.looks) if at >= since - STRETCH_S]
        many = round(STRETCH_S / LOOK_EVERY_S)
        stretches = (takes[first : first + many] for first in range(max(1, len(takes) - many + 1)))
        return max([1.0, *(fmean(stretch) / LOOK_TAKES_S for stretch in stretches if stretch)])

    def average(self) -> float:
        """Over all looks; less than 1 where the machine is the faster one."""
        return fmean(took for _, took in self.looks) / LOOK_TAKES_S

    def look(self) -> None:
        began = time.thread_time()
        number = 0
        for step in range(STEPS):
            number = (number * 31 + step) & 0xFFFF_FFFF
        self.looks.append((time.monotonic(), time.thread_time() - began))

    def _go_on(self) -> None:
        while True:
            self.look()
            time.sleep(LOOK_EVERY_S)


@cache
def watched() -> Pace:
    """The pace of this machine, from the first call on."""
    pace = Pace()
    pace.look()
    threading.Thread(target=pace._go_on, daemon=True).start()
    return pace


@cache
def slowness() -> float:
    """How many times as long such work takes here, with all that runs beside it; never less than 1.

    For a test among others: what holds them all up is no fault of what it tests.
    """
    return max(1.0, min(_takes() for _ in range(TRIES)) / SECONDS)


def _takes() -> float:
    began = time.monotonic()
    started = [
        subprocess.Popen(command(service, "openapi"), cwd=PROJECT, env=base(), stdout=subprocess.DEVNULL)
        for service in ("orders", "sync")
    ]
    for process in started:
        process.wait()
    return time.monotonic() - began
