"""Every place at which a process can be killed, each once."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg

from deploy.demo.api import Refused
from tests.faults.drills import broker, head_office, processes
from tests.faults.rounds import Drill
from tests.faults.shop import OFTEN, SELDOM
from tests.faults.world import NotHeld, NotStruck, World

WITHIN_S = 540
ONLINE_WITHIN_S = 20
SHOWN, NAMED = 12, 3
# of each process between two errands: a till waits for every death of `orders`
PORTION = 15
# each takes a prefix of the few that there are: only where it is what is left to strike
PAIRING = re.compile(r"\b(pair|retire)\b")
# what dies at any moment answers somebody with an error
DYING = (OSError, NotHeld, NotStruck, Refused, psycopg.Error)


def outage(world: World) -> None:
    """The line is down for a while; some of what was sold is refused afterwards, and sent again."""
    with world.outage():
        world.sell(10)
    with world.dials(head_office.REFUSAL):
        world.sell(20)
    world.send_again()


def answers_get_lost(world: World) -> None:
    """Orders arrive, no answer comes back, until that counts against the line; each second a probe says otherwise."""
    noticed = "select 1 from sync.lines where name = 'head_office' and not good"
    with world.dials({"kind": "lose_reply", "path": head_office.ORDERS}):
        world.sell(10)
        world.until("it is noticed", lambda: world.sql(noticed), within=30)


def consumers_away(world: World) -> None:
    """`orders` and `sync`, who told them something, ask in vain whether they have it."""
    with world.system.stopped("sessions.worker", "catalog.worker"):
        world.sell(10)
        world.pause(6)


def nobody_hears_of_sessions(world: World) -> None:
    """The same, for those that `sessions` tells."""
    with world.system.stopped("sync.worker", "orders.worker"):
        world.toggle(True)
        world.pause(8)
    world.toggle(False)


# what tills do not bring about by themselves, or not often enough
ERRANDS = (
    outage,
    answers_get_lost,
    head_office.TOO_MANY,
    broker.poison,
    head_office.feed("wrong_checksum"),
    head_office.mode_by_hand,
    head_office.forgets,
    consumers_away,
    nobody_hears_of_sessions,
    processes.told_to_end,
)


def every_point(world: World) -> bool:
    """Each point that was ever reached; a process dies at whichever that is armed it comes to next."""
    with world.started_at_once():
        left = _strike_all(world)
    world.back_office.pairs = SELDOM
    head_office.send_what_is_missing(world)
    reached = len(world.armoury.seen())
    struck = f"{reached - len(left)} of {reached} points struck"
    world.notes["points"] = "; not ".join([struck, *left[:SHOWN]])
    return not left


def _strike_all(world: World) -> list[str]:
    """Those that were not struck in time."""
    portions = _portions(sorted(world.armoury.seen()))
    armed = set[str]()
    began = time.monotonic()
    errands = itertools.cycle(ERRANDS)
    while (left := _standing(world)) and world.left(began, WITHIN_S) > 0:
        # at last those that were first reached meanwhile
        for point in next(portions, [point for point in left if point not in armed]):
            armed.add(point)
            world.armoury.arm(point)
        world.back_office.pairs = OFTEN if len(left) <= PORTION and any(map(PAIRING.search, left)) else SELDOM
        with suppress(*DYING):
            next(errands)(world)
            world.quiet()
            world.until("the store is online", lambda: world.mode() == "online", within=ONLINE_WITHIN_S)
            world.pause(1)
        seconds = world.left(began, WITHIN_S)
        print(f"points: {len(left)} left {seconds:.0f} s before the end, {', '.join(left[:NAMED])}")
    return left


def _portions(points: list[str]) -> Iterator[list[str]]:
    """A few points of each process at a time."""
    of_each = [list(own) for _, own in itertools.groupby(points, lambda point: point.partition(":")[0])]
    for first in range(0, max(map(len, of_each)), PORTION):
        yield [point for own in of_each for point in own[first : first + PORTION]]


def _standing(world: World) -> list[str]:
    return [point for point in sorted(world.armoury.seen()) if not world.armoury.struck(point)]


MOST_WAIT_S = PORTION * processes.AWAY_S
POINTS = Drill(
    "points", "killed once at every point of every process", every_point, 60, again=0, most_wait=MOST_WAIT_S, sells=50
)
