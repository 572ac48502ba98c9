"""Every fault that this machine can make, and those that it cannot, with why."""

from dataclasses import replace

from tests.faults.drills import broker, database, head_office, machine, processes
from tests.faults.drills.points import POINTS
from tests.faults.rounds import Drill

__all__ = ["DRILLS", "NOT_MADE", "ONE_STORE", "OTHER_STORE", "random_kills"]

# a drill waits for most of its time: two stores are struck at once
ONE_STORE: tuple[Drill, ...] = (*processes.DRILLS, *machine.DRILLS, *head_office.DRILLS, POINTS)
OTHER_STORE: tuple[Drill, ...] = (
    *database.DRILLS,
    machine.SETTINGS,
    *broker.DRILLS,
    *head_office.ANSWERS,
    *head_office.FEEDS,
)
DRILLS = (*ONE_STORE, *OTHER_STORE)


def random_kills(kills: int) -> list[Drill]:
    """Rounds of kills at random moments."""
    return [replace(processes.RANDOM, rounds=-(-kills // processes.KILLS))] if kills else []


# what this machine cannot make, or what is made elsewhere
NOT_MADE = {
    "F23": "three brokers: a store has one; comes with the cluster (B17)",
    "F31": "a database that was set back: tests/system/test_restore.py, tests/integration/orders",
    "F33": "a disk that fails on flush needs a device mapper, which this kernel lacks",
    "F37": "a till that loses its power: its page is loaded anew in tests/pages; its disk is not struck",
    "F38": "a till's folder that may not be written is told in tests/pages; a full one is not made",
    "F40": "two windows of one till: tests/pages/test_pages_shell.py",
    "F41": "windows with one stream between them: tests/pages/test_pages_shell.py",
    "F44": "a resolver that hangs: tests/unit/chassis/test_chassis_names.py",
    "F45": "clocks that are off: by a clock that is an argument, tests/integration/sync/test_sync_clocks.py",
    "F46": "certificates that run out: tests/unit/runner, tests/contract/test_head_office_certificate.py",
    "F47": "midnight and the turn of a year: by a clock that is an argument, tests/unit/orders",
    "F55": "Pay twice, one held cart, the last piece: tests/integration/orders",
    "F58": "a dead edge server: tests/system/test_restore.py",
    "F59": "a hundred thousand orders, their memory alone: python -m tests.bench.memory",
}
