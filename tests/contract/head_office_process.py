"""The stand-in head office as a process of its own, as `make run` starts it."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from services.head_office.http import HttpHeadOffice
from tests.support import eventually, free_port

ROOT = Path(__file__).parents[2]
SKU, OTHER_SKU = "SHI00001-S", "SHI00001-M"


class Process:
    """A stand-in that runs; `installed` speaks for the newest installation of the store."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._clients: list[HttpHeadOffice] = []
        self._code = folder / "install-code"
        admin = {"X-Admin-Token": (folder / "admin-token").read_text(), "Connection": "close"}
        self.admin = httpx2.Client(base_url=url, headers=admin, trust_env=False)
        self.install()

    def install(self) -> str:
        """Installs the store once more: whoever spoke for it until now is superseded."""
        body = {"store_id": "S001", "code": self.code}
        answer = httpx2.post(f"{self.url}/v1/store/installations", json=body, trust_env=False)
        assert answer.status_code == 201
        self.token: str = answer.json()["token"]
        return self.token

    @property
    def code(self) -> str:
        """The code with which the store may be installed next."""
        return self._code.read_text()

    def client(self, *, url: str | None = None, token: str | None = None) -> HttpHeadOffice:
        """The adapter of this store, until the stand-in ends."""
        client = HttpHeadOffice(url or self.url, token or self.token)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in (self.admin, *self._clients):
            client.close()

    def wrong(self, kind: str, value: Any = None, **more: Any) -> None:
        """Turns one dial, and all others off."""
        assert self.admin.put("/dials", json=[{"kind": kind, "value": value} | more]).status_code == 200

    def right(self) -> None:
        assert self.admin.put("/dials", json=[]).status_code == 200

    def accepted(self, order_id: str) -> int:
        """How often it has taken this order."""
        orders = self.admin.get("/records").json()["orders"]
        return sum(o["order_id"] == order_id for o in orders)


@contextmanager
def running(folder: Path) -> Iterator[Process]:
    """A stand-in on a free port until the block ends."""
    address = f"127.0.0.1:{free_port()}"
    words = [sys.executable, "-m", "deploy.head_office", "serve", "--listen", address, "--folder", str(folder)]
    process = subprocess.Popen([*words, "--variants", "200"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(f"http://{address}"))
        with closing(Process(f"http://{address}", folder)) as ready:
            yield ready
    finally:
        process.terminate()
        process.wait(30)


def order(**changes: Any) -> dict[str, Any]:
    """An order document, new each time."""
    order_id = str(uuid.uuid4())
    document: dict[str, Any] = {
        "order_id": order_id,
        "store_id": "S001",
        "business_date": "2026-04-15",
        "invoice": {"number": f"1A{order_id[:8].upper()}"},
        "lines": [{"line_no": 1, "sku": SKU, "quantity": 1, "amount_minor": 99_900}],
        "totals": {"total_minor": 99_900},
    }
    return document | changes


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
