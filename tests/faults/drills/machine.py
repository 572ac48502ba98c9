"""The machine: its folders, its network, its settings."""

import json
import socket
import struct
import subprocess
from contextlib import suppress
from typing import Any

from deploy.runner import installation
from deploy.runner.environment import command
from tests.faults.rounds import Drill
from tests.faults.world import NotHeld, World

RESETS = 10
STARTS_WITHIN_S = 30
REFUSED = 2


def folder_gone(world: World) -> None:
    """What is lost during an outage warns, and stops no store that sells."""
    folder = world.system.plan.folder / "offline-data"
    aside = folder.with_name("offline-data-aside")
    with world.outage():
        folder.rename(aside)
        try:
            world.until(
                "it is noticed", lambda: world.manager.get("/api/sessions/storage-grant")["edge"]["problem"], within=20
            )
            world.sell(20)
        finally:
            aside.rename(folder)


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
    Drill("F35", "unsafe settings of the database: nothing starts", unsafe, 15),
    Drill("F36", "the folder of the storage grant is gone during an outage", folder_gone, 10, sells=20),
    Drill("F39a", "the gateway takes connections and answers nobody", half_open, 3, most_wait=10),
    Drill("F39b", "a till is cut off with a reset after Pay was sent, ten times", reset_in_mid_pay, 3),
)
