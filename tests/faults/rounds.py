"""A round: the tills sell, a fault strikes, it ends, everything comes to rest, the invariants are counted."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from tests.faults.checker import ENOUGH, Findings, check
from tests.faults.evidence import Evidence
from tests.faults.growth import Growth
from tests.faults.world import NotHeld, NotMade, NotStruck, World

# sales before the fault, so that it strikes a shop that is at work, and after it
WARM, AFTER = 12, 12
REST_FACTOR = 4
LONGEST_REST_S = 180.0
# what is counted of a round by itself; all else is of everything that was ever sold, and stays red
OF_A_ROUND = {"I20", "I21", "I22", "own"}

Strike = Callable[[World], Any]


@dataclass(frozen=True)
class Drill:
    """A fault of the matrix; `strike` makes it, lets it last, ends it, and says whether it was seen to strike.

    `within` is how many seconds may pass from its end until all is at rest, `rounds` how often it is made, and `again`
    how often more when it did not strike. No till may wait for longer than `most_wait` seconds, neither for a quote nor
    for Pay. `sells` is how many sales it lasts for at least.
    """

    row: str
    title: str
    strike: Strike
    within: float
    rounds: int = 1
    again: int = 2
    most_wait: float = 3.0
    sells: int = 0

    @property
    def warm(self) -> int:
        """How many sales come before it, for enough to be acknowledged before it ends."""
        return max(WARM, ENOUGH - self.sells)

    def at(self, pace: float) -> "Drill":
        """The same on a machine that is so many times slower."""
        return replace(self, within=self.within * pace, most_wait=self.most_wait * pace)


@dataclass
class Row:
    """A line of the table."""

    drill: Drill
    rounds: int = 0
    attempts: int = 0
    acked: int = 0
    lost: int = 0
    doubled: int = 0
    unexpected: int = 0
    recovered: int = 0
    not_run: int = 0
    longest_s: float = 0.0
    seconds: list[float] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    why: str = ""

    @property
    def failed(self) -> bool:
        return bool(set(self.wrong) - {"I22"})

    @property
    def lacks(self) -> int:
        """How many rounds are still to be made: one in which nothing struck is none."""
        return self.drill.rounds - (self.rounds - self.not_run)

    def note(self, found: Findings, evidence: Evidence, before: Findings | None) -> None:
        """Adds a round; figures that only grow count from the round before."""
        self.rounds += 1
        self.attempts += found.attempts - (before.attempts if before else 0)
        self.acked += found.acked - (before.acked if before else 0)
        self.lost += max(0, found.lost - (before.lost if before else 0))
        self.doubled += max(0, found.doubled - (before.doubled if before else 0))
        self.unexpected += max(0, found.unexpected - (before.unexpected if before else 0))
        self.recovered += max(0, found.recovered - (before.recovered if before else 0))
        self.longest_s = max(self.longest_s, evidence.longest_wait_s)
        if evidence.recovered_after is not None:
            self.seconds.append(evidence.recovered_after)
        if not found.valid:
            self.not_run += 1
        for name, lines in found.wrong.items():
            known = before.wrong.get(name, []) if before and name not in OF_A_ROUND else []
            if fresh := [line for line in lines if line not in known]:
                self.wrong.setdefault(name, []).extend(fresh[:5])


class Rounds:
    """Plays drills in one store, one after the other."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._growth = Growth(world)
        self._before: Findings | None = None

    def play(self, drill: Drill) -> Row:
        row = Row(drill)
        while row.lacks and row.rounds < drill.rounds + drill.again:
            try:
                self._one(drill, row)
            except NotMade as error:
                row.not_run += 1
                row.why = str(error)
                return row
            except psycopg.OperationalError as error:
                row.wrong["own"] = [f"nothing can be counted, {error}; {self._world.database_log()}"]
                return row
        return row

    def _one(self, drill: Drill, row: Row) -> None:
        world, began = self._world, time.monotonic()
        acked = told = world.journal.count()
        world.journal.longest_s = 0.0
        world.quiet()
        world.tills.start()
        world.back_office.start()
        struck, problem, row.why = True, "", ""
        try:
            world.sell(drill.warm)
            struck = drill.strike(world) is not False
            told = world.journal.count()
            world.sell(AFTER)
        except NotMade:
            raise
        except NotStruck as error:
            struck, row.why = False, str(error)
        except Exception as error:  # noqa: BLE001  a row that does not hold what it says failed, and is not made again
            problem, told = f"{type(error).__name__}: {error}", world.journal.count()
        finally:
            world.armoury.disarm()
            ended = time.monotonic()
            world.office.set()
            world.back_office.stop()
            world.tills.stop()
        row.why = world.notes.pop(drill.row, row.why)
        recovered = self._rest(drill, ended)
        if recovered is None:
            row.why = world.why_not()
        judged = drill.at(world.pace.over(began))
        row.drill = max(row.drill, judged, key=lambda one: one.within)
        found = replace(
            evidence_of(world, judged),
            struck=struck,
            not_held=problem,
            acked_in_round=told - acked,
            recovered_after=recovered,
            grown=self._growth.grown(),
        )
        findings = check(found)
        row.note(findings, found, self._before)
        self._before = findings

    def _rest(self, drill: Drill, ended: float) -> float | None:
        """Seconds from the end of the fault until all was at rest; None when it never was."""
        try:
            longest = max(drill.within, min(LONGEST_REST_S, drill.within * REST_FACTOR + 30))
            self._world.until("rest", self._world.at_rest, within=longest)
        except NotHeld:
            return None
        return time.monotonic() - ended


def evidence_of(world: World, drill: Drill) -> Evidence:
    """All that there is to see, now that everything is at rest; what takes long is looked at meanwhile."""
    collector = world.collector
    with ThreadPoolExecutor(2) as beside:
        flaws, canaries = beside.submit(collector.chain_flaws), beside.submit(collector.canaries)
        found = _read(world, drill)
        return replace(found, chain_flaws=tuple(flaws.result()), canaries=tuple(canaries.result()))


def _read(world: World, drill: Drill) -> Evidence:
    journal, collector = world.journal, world.collector
    return Evidence(
        agreed=dict(journal.agreed),
        acked=dict(journal.acked),
        told_differently=frozenset(journal.again),
        abandoned=frozenset(journal.abandoned),
        void_asked=frozenset(journal.void_asked),
        surprises=tuple(journal.surprises),
        held=tuple(collector.held()),
        corrected=frozenset(collector.corrected()),
        deliveries=tuple(collector.deliveries()),
        sessions=tuple(collector.sessions()),
        stock=tuple(collector.stock()),
        unsent=collector.unsent(),
        inbox_doubles=tuple(collector.inbox_doubles()),
        dead_letters=collector.dead_letters(),
        chain_flaws=(),
        paid_twice=tuple(collector.paid_twice()),
        canaries=(),
        booked=tuple(collector.booked()),
        cancelled=collector.cancelled(),
        posts=tuple(collector.posts()),
        forgotten=frozenset(world.forgotten),
        poison=frozenset(world.poison),
        longest_wait_s=journal.longest_s,
        most_wait_s=drill.most_wait,
        bound=drill.within,
    )
