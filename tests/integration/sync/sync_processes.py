"""The service's real processes for tests, and facts on its queues."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

import amqp
import psycopg
from kombu.utils.url import parse_url
from psycopg.rows import dict_row

from deploy.runner.environment import PROJECT
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.chassis.sealing import new_key
from services.chassis.topology import Queue, declare
from services.sync.events import QUEUES, SETTLED_TO
from tests.support import PATIENCE_S, eventually, free_port

CUSTOMER_KEYS = new_key("1")
TOKEN = "a-token-of-services-0123"
QUICK = {"STORE_PROBE_SECONDS": "0.2", "STORE_OMS_SLOW_START_SECONDS": "0", "STORE_OMS_TIMEOUT_SECONDS": "5"}


@dataclass
class Site:
    """Where a sync for tests finds its neighbours."""

    database: str
    amqp: str
    head_office: str
    settings: dict[str, str] = field(default_factory=dict)

    def declare(self) -> None:
        """Declares what sync takes from and tells to, as its neighbours would."""
        with self._channel() as channel:
            for queue in (*QUEUES, *map(Queue, SETTLED_TO)):
                declare(channel, queue)

    def place(self, documents: Iterable[dict[str, Any]]) -> None:
        """Has `orders` tell of orders."""
        with self._channel() as channel:
            for document in documents:
                _publish(channel, "orders.order_placed", "sync.orders", document)

    def tell(self, type_: str, queue: str, data: dict[str, Any]) -> None:
        """Has a neighbour tell of something."""
        with self._channel() as channel:
            _publish(channel, type_, queue, data)

    def depth(self, queue: str) -> int:
        with self._channel() as channel:
            count: int = channel.queue_declare(queue, passive=True).message_count
            return count

    def outcomes(self) -> list[dict[str, Any]]:
        """Takes what `orders` was told."""
        told = []
        with self._channel() as channel:
            while (message := channel.basic_get("orders.outcomes")) is not None:
                told += json.loads(message.body)["data"]["outcomes"]
                channel.basic_ack(message.delivery_tag)
        return told

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.database.replace("+psycopg", ""), row_factory=dict_row) as connection:
            return connection.execute(statement.encode()).fetchall()

    def states(self) -> list[str]:
        return [row["state"] for row in self.rows("select state from deliveries order by invoice_number")]

    @contextmanager
    def _channel(self) -> Iterator[amqp.Channel]:
        parts = parse_url(self.amqp)
        connection = amqp.Connection(
            host=f"{parts['hostname']}:{parts['port']}",
            userid=parts["userid"],
            password=parts["password"],
            virtual_host=parts["virtual_host"],
        )
        with connection:
            yield connection.channel()


def _publish(channel: amqp.Channel, type_: str, queue: str, data: dict[str, Any]) -> None:
    event = Event(id=new_id(), type=type_, store_id="S1", aggregate_id="x", occurred_at=datetime.now(UTC), data=data)
    channel.basic_publish_confirm(amqp.Message(encode(event), delivery_mode=2), routing_key=queue)


@dataclass
class Running:
    """A process of sync."""

    popen: subprocess.Popen[bytes]
    door: str
    metrics: str

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def get(self, path: str) -> Any:
        return ask(f"{self.door}{path}")


@contextmanager
def process(site: Site, kind: str, **more: str) -> Iterator[Running]:
    """A door or a worker, once it is well; ended afterwards."""
    running = start(site, kind, **more)
    try:
        eventually(lambda: _is_well(running))
        yield running
    finally:
        running.popen.send_signal(signal.SIGTERM)
        try:
            running.popen.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()


def start(site: Site, kind: str, **more: str) -> Running:
    """A door or a worker, just started."""
    door, metrics = free_port(), free_port()
    told = {
        "STORE_ID": "S1",
        "STORE_ENVIRONMENT": "development",
        "STORE_DATABASE_URL": site.database,
        "STORE_AMQP_URL": site.amqp,
        "STORE_DOOR_LISTEN": f"127.0.0.1:{door}",
        "STORE_METRICS_LISTEN": f"127.0.0.1:{metrics}",
        # facts are put in by the tests, not by the services that they come from
        "STORE_CHECK_SENDERS": "false",
        "STORE_SERVICE_TOKEN": TOKEN,
        "STORE_TOKEN_PUBLIC_KEY_FILE": os.devnull,
        "STORE_CUSTOMER_KEYS": CUSTOMER_KEYS,
        "STORE_SESSIONS_URL": "http://127.0.0.1:9",
        "STORE_ORDERS_URL": "http://127.0.0.1:9",
        "STORE_HEAD_OFFICE_URL": site.head_office,
        "STORE_HEAD_OFFICE_TOKEN": TOKEN,
        "STORE_LOG_LEVEL": "ERROR",
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)} | told | QUICK | site.settings | more
    command = [sys.executable, "-m", "services.sync", kind]
    popen = subprocess.Popen(command, cwd=PROJECT, env=environment)
    return Running(popen, f"http://127.0.0.1:{door}", f"http://127.0.0.1:{metrics}")


def ask(url: str) -> Any:
    """GET as a service; None for 204."""
    with urlopen(Request(url, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=PATIENCE_S) as answer:
        return json.loads(answer.read() or "null")


def _is_well(running: Running) -> bool:
    assert running.popen.poll() is None, "the process ended"
    try:
        health = ask(f"{running.metrics}/health")
    except OSError:
        return False
    return health["ok"] and health["started"]
