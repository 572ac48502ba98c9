"""The sample's real processes, and a look at what they did."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import amqp
import psycopg

from deploy.runner.environment import PROJECT, base
from deploy.runner.process import Process
from services.chassis.amqp_connection import connect
from services.chassis.events import encode
from services.chassis.topology import Queue, declare
from tests.integration.chassis.sample.events import QUEUES
from tests.support import PATIENCE_S, eventually, free_port

PACKAGE = "tests.integration.chassis.sample"
SERVICE_TOKEN = "the-token-that-doors-share"
STORE_ID = "S001"


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


def ask(method: str, url: str, body: Any = None, *, token: str | None = SERVICE_TOKEN, timeout: float = 30) -> Answer:
    """One request with JSON; problems are answers, too."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data=data, headers=headers, method=method), timeout=timeout) as response:
            return Answer(response.status, _loads(response.read()), dict(response.headers))
    except HTTPError as error:
        return Answer(error.code, _loads(error.read()), dict(error.headers))


def _loads(text: bytes) -> Any:
    try:
        return json.loads(text or b"null")
    except ValueError:
        return text.decode()


@dataclass
class Running:
    """A process of the sample."""

    process: Process
    door: str
    metrics: str

    def get(self, path: str, **options: Any) -> Answer:
        return ask("GET", self.door + path, **options)

    def post(self, path: str, body: Any) -> Answer:
        return ask("POST", self.door + path, body)

    def add(self, name: str, **more: Any) -> str:
        """Adds a thing, of which the sample then tells itself; its id."""
        answer = self.post("/api/sample/things", {"name": name} | more)
        assert answer.status == 201, answer
        return str(answer.body["id"])

    def health(self) -> Answer | None:
        try:
            return ask("GET", self.metrics + "/health")
        except OSError:
            return None

    def figure(self, name: str) -> float:
        """The sum of a metric's samples; 0 when there is none."""
        lines = ask("GET", self.metrics + "/metrics").body.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((name + " ", name + "{")))

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")

    def logged(self, word: str) -> bool:
        return f'"event": "{word}"' in self.log()


@dataclass
class Sample:
    """Where a sample's processes live: a database, a broker, a folder for logs."""

    folder: Path
    database: str
    amqp: str
    settings: dict[str, str] = field(default_factory=dict)

    def start(self, kind: str, **settings: str) -> Running:
        """A process that has just been started."""
        door, metrics = free_port(), free_port()
        told = {
            "STORE_DOOR_LISTEN": f"127.0.0.1:{door}",
            "STORE_METRICS_LISTEN": f"127.0.0.1:{metrics}",
        }
        log = self.folder / f"{kind}-{metrics}.log"
        environment = self.environment() | told | settings
        process = Process(kind, self.command(kind), folder=PROJECT, log=log, environment=environment)
        process.start()
        return Running(process, f"http://{environment['STORE_DOOR_LISTEN']}", f"http://127.0.0.1:{metrics}")

    @contextmanager
    def running(self, kind: str, **settings: str) -> Iterator[Running]:
        """A process that is well; ended in order afterwards."""
        started = self.start(kind, **settings)
        try:
            eventually(lambda: is_well(started))
            yield started
        finally:
            started.process.stop()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", PACKAGE, *words]

    def environment(self) -> dict[str, str]:
        told = {
            "STORE_ID": STORE_ID,
            "STORE_ENVIRONMENT": "development",
            "STORE_DATABASE_URL": self.database,
            "STORE_AMQP_URL": self.amqp,
            # facts are put in by the tests, not by the services that they come from
            "STORE_CHECK_SENDERS": "false",
            "STORE_SERVICE_TOKEN": SERVICE_TOKEN,
            "STORE_TOKEN_PUBLIC_KEY_FILE": os.devnull,
            "STORE_DOOR_LISTEN": "127.0.0.1:1",
            "STORE_METRICS_LISTEN": "127.0.0.1:1",
        }
        return base() | told | self.settings

    def rows(self, statement: str) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def value(self, statement: str) -> Any:
        return self.rows(statement)[0][0]

    def times(self, thing_id: str) -> int:
        """How often the event of a thing had its effect."""
        found = self.rows(f"select times from effects where thing_id = '{thing_id}'")
        return found[0][0] if found else 0

    def declare(self, *queues: Queue) -> None:
        with self.channel() as channel:
            for queue in queues or QUEUES:
                declare(channel, queue)

    def publish(self, queue: str, body: bytes | str, **properties: Any) -> None:
        """Puts a message on a queue, as somebody would who does not know our rules."""
        with self.channel() as channel:
            channel.confirm_select()
            message = amqp.Message(body, delivery_mode=2, **properties)
            channel.basic_publish_confirm(message, routing_key=queue, timeout=PATIENCE_S)

    def tell(self, queue: str, *events: Any) -> None:
        for event in events:
            self.publish(queue, encode(event), content_type="application/json")

    def depth(self, queue: str) -> int:
        with self.channel() as channel:
            count: int = channel.queue_declare(queue, passive=True).message_count
            return count

    @contextmanager
    def channel(self) -> Iterator[amqp.Channel]:
        with connect(self.amqp, "tests") as connection:
            yield connection.channel()


def is_well(running: Running) -> bool:
    assert running.process.alive(), running.log()
    answer = running.health()
    return answer is not None and answer.status == 200 and answer.body["started"]


def ends(running: Running, within: float = PATIENCE_S) -> int:
    """The status with which a process ends by itself."""
    child = running.process._child
    assert child is not None
    eventually(lambda: child.poll() is not None, within=within)
    return child.returncode


def terminate(running: Running) -> None:
    running.process.signal(signal.SIGTERM)
