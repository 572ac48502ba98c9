"""Every fault that this machine can make, and those that it cannot, with why."""

from dataclasses import replace

from tests.faults.drills import broker, database, head_office, machine, processes
from tests.faults.drills.points import POINTS
from tests.faults.rounds import Drill

__all__ = ["DRILLS", "NOT_MADE", "POINTS", "random_kills"]

DRILLS: tuple[Drill, ...] = (
    *processes.DRILLS,
    *broker.DRILLS,
    *database.DRILLS,
    *head_office.DRILLS,
    *machine.DRILLS,
)


def random_kills(kills: int) -> list[Drill]:
    """Rounds of ten kills at random moments."""
    return [replace(processes.RANDOM, rounds=-(-kills // 10))] if kills else []


# what this machine cannot make, or what is walked elsewhere
NOT_MADE = {
    "F23": "three brokers: comes with the cluster (B17)",
    "F33": "a disk that fails on flush needs a device mapper, which this kernel lacks",
    "F37": "a till that loses its power is walked in a browser, in tests/pages",
    "F44": "head office is reached by its address here: there is no resolver to hang",
}
