"""The machine: its folders, its network, its settings."""

import json
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.runner import installation
from deploy.runner.environment import command
from tests.faults.disk import may_not_be_written, small_disk_over
from tests.faults.drills import processes
from tests.faults.rounds import Drill
from tests.faults.world import NotHeld, World

# who says most, and without whom nothing is sold
TALKERS = ("orders.door", "sessions.door", "orders.worker", "sync.worker")
RESETS, LOST = 10, 10
DELAY_S = 5
CREATED = b"HTTP/1.1 201"
STARTS_WITHIN_S = 30
REFUSED = 2


def folder_useless(world: World) -> None:
    """Gone, then on a disk that is full, then on one that is read-only: it warns, and stops no store that sells."""
    folder = world.system.plan.folder / "offline-data"
    with world.outage():
        with _renamed(folder):
            world.until("it is said to be gone", lambda: "no such" in _folder_problem(world), within=20)
            world.sell(20)
        with small_disk_over(folder):
            world.until("it is said to be full", lambda: "full" in _folder_problem(world), within=20)
            may_not_be_written(folder)
            world.until("it is said to be read-only", lambda: "read-only" in _folder_problem(world), within=20)
            world.sell(20)
        world.until("it is proven again", lambda: not _folder_problem(world), within=20)


@contextmanager
def _renamed(folder: Path) -> Iterator[None]:
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    try:
        yield
    finally:
        aside.rename(folder)


def _folder_problem(world: World) -> str:
    return world.manager.get("/api/sessions/storage-grant")["edge"]["problem"] or ""


def logs_full(world: World) -> None:
    """The disk of the logs is full when services are started on it, and while there is much to say."""
    try:
        with small_disk_over(world.system.plan.logs):
            world.kill(*TALKERS)
            with world.outage():
                world.sell(20)
            world.seen("lines are lost", lambda: world.figure("store_log_lines_lost_total") > 0, within=20)
            world.sell(20)
    finally:
        # whoever was started on it goes on writing there
        world.kill(*TALKERS)


def half_open(world: World) -> bool:
    """The gateway takes connections and answers nobody for a while."""
    with world.frozen("nginx"), _connected(world) as till:
        till.sendall(b"GET /api/orders/mode HTTP/1.1\r\nHost: a\r\n\r\n")
        with suppress(TimeoutError):
            till.recv(1)
            return False
    return True


def reset_in_mid_pay(world: World) -> None:
    """The line of a till breaks off with a reset after Pay was sent, each time a moment later; it asks again."""
    till = world.people.tills[0]
    for n in range(RESETS):
        sale = world.tills.ready(till, world.skus[n : n + 2])
        with _connected(world) as wire:
            wire.sendall(_request(sale, till.api.token))
            world.pause(n * 0.005)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        world.tills.pay(till, sale)


def answers_lost(world: World) -> None:
    """The line of a till carries to one side only: Pay arrives, its answer never does; it asks again."""
    till, stored = world.people.tills[0], "select 1 from orders.orders where order_id = %s"
    for n in range(LOST):
        sale = world.tills.ready(till, world.skus[n : n + 2])
        with _connected(world) as wire:
            wire.sendall(_request(sale, till.api.token))
            world.seen("it has arrived", lambda its=sale["order_id"]: world.sql(stored, its), within=10)
        world.tills.pay(till, sale)


def slow_line(world: World) -> None:
    """What a till says takes five seconds to arrive: it is told all the same, and asks once more."""
    till = world.people.tills[0]
    sales = [world.tills.ready(till, world.skus[n : n + 2]) for n in range(LOST)]
    with ExitStack() as wires:
        lines = [(wires.enter_context(_connected(world)), _request(sale, till.api.token)) for sale in sales]
        for wire, request in lines:
            wire.sendall(request[: len(request) // 2])
        world.pause(DELAY_S)
        for wire, request in lines:
            wire.sendall(request[len(request) // 2 :])
        told = [wire.recv(len(CREATED)) for wire, _ in lines]
    for sale in sales:
        world.tills.pay(till, sale)
    if set(told) != {CREATED}:
        raise NotHeld(f"each sale is stored, and not answered with {set(told)}")


def bad_lines(world: World) -> None:
    """One after the other."""
    for strike in (reset_in_mid_pay, answers_lost, slow_line):
        strike(world)


def _connected(world: World) -> socket.socket:
    host, _, port = world.store.address.rpartition("/")[2].partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def _request(sale: dict[str, Any], token: str | None) -> bytes:
    body = json.dumps(sale).encode()
    head = f"POST /api/orders/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def unsafe(world: World) -> None:
    """A service does not start where a power cut would lose what it confirmed."""
    world.sql("alter role orders set synchronous_commit = off")
    try:
        environment = dict(world.system.plan.environment("orders", "door"))
        environment |= {
            "STORE_ENVIRONMENT": "production",
            "STORE_DOOR_LISTEN": "127.0.0.1:0",
            "STORE_METRICS_LISTEN": "127.0.0.1:0",
        }
        # in a session of its own, as the runner starts it: else it shares the drill's part of the processors
        words = ["setsid", *command("orders", "door")]
        done = installation.run(words, environment, within=STARTS_WITHIN_S)
    except subprocess.TimeoutExpired as error:
        raise NotHeld(f"it starts, and says {error.stderr!r:.400}") from error
    finally:
        world.sql("alter role orders reset synchronous_commit")
    if done.returncode != REFUSED or "synchronous_commit" not in done.stderr:
        raise NotHeld(f"it says why it does not start, and not: {done.stderr[-200:]}")


DRILLS = (
    Drill("F36", "the folder of the storage grant is gone, full, read-only in an outage", folder_useless, 10, sells=40),
    Drill("F39a", "the gateway takes connections and answers nobody", half_open, 3, most_wait=10),
    Drill("F39b", "a till's line: resets after Pay, answers that never come, a delay of 5 s", bad_lines, 3, sells=30),
    Drill("F60b", "the disk of the logs is full", logs_full, 40, most_wait=processes.ALL_AWAY_S, sells=40),
)
# where the data have a disk of their own: a database in memory would be refused before its settings are
SETTINGS = Drill("F35", "unsafe settings of the database: nothing starts", unsafe, 15)
