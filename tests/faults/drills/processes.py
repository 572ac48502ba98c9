"""Processes that die or stand still at the worst moment."""

import os
import signal
import socket
import time
from contextlib import ExitStack
from itertools import chain

from tests.faults.drills import broker
from tests.faults.rounds import Drill, Strike
from tests.faults.world import World

DOORS = ("catalog.door", "orders.door", "sync.door", "sessions.door")
WORKERS = ("catalog.worker", "orders.worker", "sync.worker", "sessions.worker")
SERVERS = ("nginx", "rabbitmq", "postgres")

SALE = "orders.door:orders.handlers.selling._once"
TAKE = "chassis.inbox.Inbox.take"
ACK = "ack.chassis.intake.Intake._take"
DEATHS = 30
# deaths of a round, and sales meanwhile, at least: a round has more, and seldom waits for them
KILLS, AT_RANDOM = 20, 80
# a till waits so long for what it cannot sell without: `orders` started anew, the whole store started anew, `orders`
# found to stand still
AWAY_S, ALL_AWAY_S, STILL_S = 10, 40, 25
# a supervisor finds in 15 s that a process which stands still is of no use
NOTICED_S = 60


def at(*points: str) -> Strike:
    """Killed at each of these points, one after the other."""

    def strike(world: World) -> None:
        for point in points:
            world.strike_at(point)

    return strike


def during_an_outage(*points: str) -> Strike:
    """The same, while orders wait and when they go."""

    def strike(world: World) -> None:
        for point in points:
            world.armoury.arm(point)
        with world.outage():
            world.sell(20)
        for point in points:
            world.seen(point, lambda p=point: world.armoury.struck(p), within=60)

    return strike


def gateway(world: World) -> bool:
    """Three times in mid-pay: a till that got no answer asks again."""
    struck = True
    for _ in range(3):
        struck &= world.kill("nginx")
        world.sell(10)
    return struck


def drain_dies_often(world: World) -> bool:
    """More often than a broker of today delivers by default, each time with all that it was given unacknowledged."""
    with world.outage():
        world.sell(40)
        with world.system.stopped("sync.worker"):
            given = [broker.given_to_one_that_dies(world, "sync.orders") for _ in range(DEATHS)]
    for _ in range(3):
        world.strike_at(f"sync.worker:{ACK}.before", within=60)
    world.until("what the broker gave up on is seen", lambda: not broker.waiting(world, "sync.orders.dead"), within=60)
    return min(given) >= 40


def drain_wakes_late(world: World) -> bool:
    """A sender that stood still for longer than its hold lasts wakes when another has taken over."""
    second = world.system.plan.another("sync", "worker")
    # at the first request after an outage: one that stands still while it settles others keeps their rows locked, and
    # its supervisor ends it before anybody can take over
    with world.outage():
        world.sell(10)
        world.armoury.arm(f"{POST}.before", "freeze")
    world.seen("a sender stands still", lambda: world.armoury.struck(f"{POST}.before"), within=30)
    frozen = world.system.pid("sync.worker")
    [(before,)] = world.sql("select holder from sync.drainer")
    second.launch()
    try:
        world.until("another sends", lambda: world.sql("select holder from sync.drainer")[0][0] != before, within=30)
        world.sell(10)
        os.kill(frozen, signal.SIGCONT)
        world.pause(3)
    except ProcessLookupError:
        return False
    else:
        return True
    finally:
        second.stop()


def stands_still_in_a_sale(world: World) -> bool:
    """It holds the locks of its articles and of its till until the supervisor has found that it is of no use."""
    before = world.system.pid("orders.door")
    world.strike_at(f"{SALE}.before_commit", "freeze")
    world.until("it is replaced", lambda: world.system.pid("orders.door") not in (before, None), within=NOTICED_S)
    return True


def everything(world: World) -> bool:
    """All at once, while orders wait."""
    with world.outage():
        world.sell(20)
        return world.kill(*DOORS, *WORKERS, *SERVERS)


def told_to_end(world: World) -> bool:
    """An update: each is ended in order and started anew, while tills sell."""
    starts = world.store.starts()
    for name in (*DOORS, *WORKERS):
        world.system.restart(name)
        world.sell(3)
    return world.store.starts() > starts


def update_with_a_full_queue(world: World) -> bool:
    with world.outage():
        world.sell(60)
        return told_to_end(world)


def others_are_away(world: World) -> bool:
    """A sale needs the gateway, `orders` and PostgreSQL: each of the others is away by itself, then all are."""
    others = [(f"{service}.door", f"{service}.worker") for service in ("catalog", "sync", "sessions")]
    for names in (*others, ("rabbitmq", *chain.from_iterable(others))):
        with world.system.stopped(*names):
            world.sell(40)
    return True


def readers_hang(world: World) -> bool:
    """Forty connections to each page of metrics that ask and never read."""
    with ExitStack() as open_ones:
        opened = [open_ones.enter_context(ask_and_leave(address)) for address in world.metrics() * 40]
        world.sell(40)
        return all(connection.recv(1, socket.MSG_PEEK) for connection in opened)


def ask_and_leave(address: str) -> socket.socket:
    host, _, port = address.partition(":")
    connection = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    return connection


def at_random(world: World) -> bool:
    """Twenty kills of anything, at any moment."""
    enough = world.journal.count() + AT_RANDOM
    with world.started_at_once():
        struck = _kill(world, KILLS)
        world.until(f"{AT_RANDOM} sales in all", lambda: world.journal.count() >= enough, within=60)
    return struck == KILLS


def _kill(world: World, many: int) -> int:
    struck, until = 0, time.monotonic() + 9 * many
    while struck < many and time.monotonic() < until:
        world.pause(world.rng.uniform(0.05, 1.5))
        struck += world.kill(world.rng.choice((*DOORS, *WORKERS, *WORKERS, *SERVERS)))
        if world.rng.random() < 0.2:
            world.office.set(*([{"kind": "down"}] if world.rng.random() < 0.5 else []))
    return struck


POST = "sync.worker:head_office.send_order"
SETTLE = "sync.worker:sync.handlers.draining.settle"
SWAP = "catalog.door:catalog.handlers.syncing._sync"

relay_dies = at("orders.worker:publish.after", "orders.worker:confirm.after", "sync.worker:confirm.after")
intake_dies = at(f"sync.worker:{TAKE}.after_commit", f"sync.worker:{ACK}.after")
facts_die = during_an_outage(f"catalog.worker:{TAKE}.before_commit", f"sessions.worker:{TAKE}.before_commit")

DRILLS = (
    Drill("F1", "the gateway dies in mid-pay, three times", gateway, 5, most_wait=5, sells=30),
    Drill("F2", "orders dies before the commit of a sale", at(f"{SALE}.before_commit"), 15, most_wait=AWAY_S),
    Drill("F3", "orders dies after the commit, before the answer", at(f"{SALE}.after_commit"), 15, most_wait=AWAY_S),
    Drill("F4", "orders dies, its answer made, no relay woken", at("orders.door:reply.place"), 15, most_wait=AWAY_S),
    Drill("F5", "a relay dies after the publish, before the mark", relay_dies, 20),
    Drill("F7", "sync dies after the POST, before its answer is read", at(f"{POST}.after"), 25),
    Drill("F8", "sync dies with the answer, before its commit", at(f"{SETTLE}.before_commit"), 25),
    Drill("F9", "sync dies between commit and acknowledgement, and after it", intake_dies, 25),
    Drill(
        "F10",
        f"a consumer dies {DEATHS} times with all unacknowledged, then sync thrice",
        drain_dies_often,
        40,
        sells=40,
    ),
    Drill("F11", "a sender stands still, another takes over, the first wakes", drain_wakes_late, 30),
    Drill("F12", "catalog and sessions die in the handling of a fact", facts_die, 30, sells=20),
    Drill("F13", "catalog dies in the swap of a snapshot", at(f"{SWAP}.before_commit"), 15),
    Drill("F14", "everything dies at once", everything, 60, most_wait=ALL_AWAY_S, sells=20),
    Drill("F15", "every service is told to end and started anew", told_to_end, 20, most_wait=AWAY_S, sells=24),
    Drill("F26", "orders stands still holding the locks of a sale", stands_still_in_a_sale, 30, most_wait=STILL_S),
    Drill("F28a", "catalog, sync, sessions are away, each, and all with the broker", others_are_away, 40, sells=160),
    Drill("F57", "an update while orders wait in the queue", update_with_a_full_queue, 40, most_wait=AWAY_S, sells=60),
    Drill("F60a", "readers of metrics ask and never read", readers_hang, 10, sells=40),
)
RANDOM = Drill(
    "random",
    "twenty kills of anything at any moment",
    at_random,
    60,
    rounds=5,
    most_wait=ALL_AWAY_S,
    sells=AT_RANDOM,
)
