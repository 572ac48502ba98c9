"""The service's real processes for tests, and the doors of its neighbours."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from sessions_store import Store

from deploy.runner.environment import PROJECT
from tests.support import PATIENCE_S, eventually, free_port


class Neighbours(ThreadingHTTPServer):
    """The doors of catalog, orders and sync in one: states with rising numbers, and nothing else."""

    request_queue_size = 64
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.states: dict[str, tuple[int, Any]] = {}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def say(self, name: str, value: Any) -> None:
        # numbers start high: the store's tables hold words already
        number, _ = self.states.get(name, (1000, None))
        self.states[name] = (number + 1, value)


class _Handler(BaseHTTPRequestHandler):
    server: Neighbours

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        number, value = self.server.states.get(address.path.removeprefix("/state/"), (0, None))
        news = number > int(parse_qs(address.query)["since"][0])
        body = json.dumps({"number": number, "value": value}).encode() if news else b""
        self.send_response(200 if news else 204)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def run(store: Store, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the service, run to its end."""
    command = [sys.executable, "-m", "services.sessions", *words]
    told = _environment(store, "http://127.0.0.1:9", door=9, metrics=9)
    return subprocess.run(command, cwd=PROJECT, env=told, capture_output=True, text=True, timeout=120, check=False)


@contextmanager
def process(store: Store, kind: str, neighbours: Neighbours, **more: str) -> Iterator[str]:
    """A door or worker of the store; gives the address of the door once the process is well."""
    door, metrics = free_port(), free_port()
    environment = _environment(store, neighbours.url, door=door, metrics=metrics) | more
    running = subprocess.Popen([sys.executable, "-m", "services.sessions", kind], cwd=PROJECT, env=environment)
    try:
        eventually(lambda: _is_well(metrics) and (kind != "door" or _listens(door)))
        yield f"http://127.0.0.1:{door}"
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _environment(store: Store, neighbours: str, *, door: int, metrics: int) -> dict[str, str]:
    given = store.app.settings
    told = {
        "STORE_ID": given.id,
        "STORE_ENVIRONMENT": "development",
        "STORE_DATABASE_URL": given.database_url.get_secret_value(),
        "STORE_DOOR_LISTEN": f"127.0.0.1:{door}",
        "STORE_METRICS_LISTEN": f"127.0.0.1:{metrics}",
        # facts are put in by the tests, not by the services that they come from
        "STORE_CHECK_SENDERS": "false",
        "STORE_SERVICE_TOKEN": given.service_token.get_secret_value(),
        "STORE_PIN_PEPPER": given.pin_pepper.get_secret_value(),
        "STORE_TOKEN_PUBLIC_KEY_FILE": given.token_public_key_file,
        "STORE_TOKEN_PRIVATE_KEY_FILE": given.token_private_key_file,
        "STORE_STORAGE_NEEDS_MB": "1",
        "STORE_TOGGLE_WAIT_SECONDS": "8",
    }
    told |= {f"STORE_{name}_URL": neighbours for name in ("CATALOG", "ORDERS", "SYNC")}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)} | told


def ask(url: str, token: str = "", **body: Any) -> Any:
    """GET, or POST where a body is given; the answer's JSON."""
    return json.loads(_open(url, token, body).read() or "null")


def follow(url: str, token: str) -> Iterator[Any]:
    """What a live stream says, and None for a sign of life; ends with the stream."""
    with _open(url, token, {}) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))
            elif line.startswith(b":"):
                yield None


def put(url: str, token: str, **body: Any) -> Any:
    return json.loads(_open(url, token, body, method="PUT").read() or "null")


def _open(url: str, token: str, body: dict[str, Any], method: str | None = None) -> Any:
    data = json.dumps(body).encode() if body else None
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return urlopen(Request(url, data, headers, method=method), timeout=PATIENCE_S)


def _is_well(port: int) -> bool:
    try:
        health = ask(f"http://127.0.0.1:{port}/health")
    except OSError:
        return False
    return health["ok"] and health["started"]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
