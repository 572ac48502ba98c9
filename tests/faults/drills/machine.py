"""The machine: its folders, its network, its settings."""

import socket
from contextlib import suppress

from deploy.runner import installation
from deploy.runner.environment import command
from tests.faults.rounds import Drill
from tests.faults.world import World


def folder_gone(world: World) -> bool:
    """What is lost during an outage warns, and stops no store that sells."""
    folder = world.system.plan.folder / "offline-data"
    aside = folder.with_name("offline-data-aside")
    with world.outage():
        folder.rename(aside)
        try:
            noticed = world.until(
                "it is noticed", lambda: world.manager.get("/api/sessions/storage-grant")["edge"]["problem"], within=20
            )
            world.sell(20)
        finally:
            aside.rename(folder)
    return bool(noticed)


def half_open(world: World) -> bool:
    """The gateway takes connections and answers nobody for a while."""
    host, _, port = world.store.address.rpartition("/")[2].partition(":")
    with world.frozen("nginx"), socket.create_connection((host, int(port)), timeout=5) as till:
        till.sendall(b"GET /api/orders/mode HTTP/1.1\r\nHost: a\r\n\r\n")
        with suppress(TimeoutError):
            till.recv(1)
            return False
    return True


def unsafe(world: World) -> bool:
    """A service does not start where a power cut would lose what it confirmed."""
    world.sql("alter role orders set synchronous_commit = off")
    try:
        environment = dict(world.system.plan.environment("orders", "door"))
        environment |= {
            "STORE_ENVIRONMENT": "production",
            "STORE_DOOR_LISTEN": "127.0.0.1:1",
            "STORE_METRICS_LISTEN": "127.0.0.1:0",
        }
        done = installation.run(command("orders", "door"), environment)
    finally:
        world.sql("alter role orders reset synchronous_commit")
    return done.returncode == 2 and "synchronous_commit" in done.stderr


DRILLS = (
    Drill("F35", "unsafe settings of the database: nothing starts", unsafe, 15),
    Drill("F36", "the folder of the storage grant is gone during an outage", folder_gone, 10),
    Drill("F39", "the gateway takes connections and answers nobody", half_open, 3),
)
