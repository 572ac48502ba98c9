"""The service's real processes for tests."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import amqp
from catalog_store import TOKEN

from deploy.runner.environment import PROJECT, command
from services.catalog.events import QUEUES
from services.chassis.amqp_connection import connect
from services.chassis.topology import declare
from tests.support import PATIENCE_S, eventually, free_port


@dataclass
class Site:
    """Where a catalog for tests finds its database, its broker and head office."""

    database: str
    head_office: str = "http://127.0.0.1:9"
    broker: str = "amqp://nobody:nothing@127.0.0.1:9/nowhere"
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, door: int, metrics: int) -> dict[str, str]:
        told = {
            "STORE_ID": "S1",
            "STORE_ENVIRONMENT": "development",
            "STORE_DATABASE_URL": self.database,
            "STORE_AMQP_URL": self.broker,
            "STORE_DOOR_LISTEN": f"127.0.0.1:{door}",
            "STORE_METRICS_LISTEN": f"127.0.0.1:{metrics}",
            # facts are put in by the tests, not by the services that they come from
            "STORE_CHECK_SENDERS": "false",
            "STORE_SERVICE_TOKEN": TOKEN,
            "STORE_TOKEN_PUBLIC_KEY_FILE": os.devnull,
            "STORE_HEAD_OFFICE_URL": self.head_office,
            "STORE_HEAD_OFFICE_TOKEN": "token-of-tests",
        }
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)} | told | self.settings

    def declare(self) -> None:
        """Declares what catalog takes from, as an installation does."""
        with connect(self.broker, "tests") as connection:
            for queue in QUEUES:
                declare(connection.channel(), queue)

    def tell(self, *bodies: bytes) -> None:
        """Puts messages on the queue of facts."""
        with connect(self.broker, "tests") as connection:
            channel = connection.channel()
            for body in bodies:
                channel.basic_publish_confirm(amqp.Message(body, delivery_mode=2), "", "catalog.facts")


@dataclass
class Running:
    """A process of catalog."""

    popen: subprocess.Popen[bytes]
    door: str
    metrics: str

    def state(self, name: str, since: int = 0) -> Any:
        """A state as other services pull it; None where nothing is newer."""
        text = ask(f"{self.door}/state/{name}?since={since}")
        return json.loads(text) if text else None

    def is_well(self, kind: str) -> bool:
        try:
            health = json.loads(ask(f"{self.metrics}/health"))
            return health["ok"] and health["started"] and (kind == "worker" or self._serves())
        except OSError:
            return False

    def _serves(self) -> bool:
        return self.state("readiness", 2**62) is None

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()


@contextmanager
def process(site: Site, kind: str) -> Iterator[Running]:
    """A door or a worker, once it is well; ended afterwards."""
    door, metrics = free_port(), free_port()
    popen = subprocess.Popen(command("catalog", kind), cwd=PROJECT, env=site.environment(door, metrics))
    running = Running(popen, f"http://127.0.0.1:{door}", f"http://127.0.0.1:{metrics}")
    try:
        eventually(lambda: running.is_well(kind))
        yield running
    finally:
        popen.send_signal(signal.SIGTERM)
        try:
            popen.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()


def ask(url: str) -> str:
    with urlopen(Request(url, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())
