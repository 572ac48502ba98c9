"""The stand-in head office on a port of its own, with its dials."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from deploy.head_office.demo_data import Demo, generate
from deploy.head_office.records import Records
from deploy.head_office.server import HeadOffice
from services.head_office.http import HttpHeadOffice
from tests.support import eventually

CODE, ADMIN = "code-of-tests", "admin-of-tests"


class StandIn:
    """A head office that answers over HTTP, and may be told to go wrong."""

    def __init__(self, folder: Path, demo: Demo) -> None:
        self.records = Records(folder / "head-office.sqlite")
        self.records.seed(demo)
        self.office = HeadOffice(self.records, store_id="S1", install_code=CODE, admin_token=ADMIN)
        with self.records.change() as db:
            db.execute("insert into installations (token, at) values ('token-of-tests', '2026-01-01')")
        self._server = uvicorn.Server(uvicorn.Config(self.office.app(), port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @contextmanager
    def running(self) -> Iterator["StandIn"]:
        self._thread.start()
        eventually(lambda: self._server.started)
        try:
            yield self
        finally:
            self._server.should_exit = True
            self._thread.join(10)

    @property
    def url(self) -> str:
        [address] = [s.getsockname() for server in self._server.servers for s in server.sockets]
        return f"http://127.0.0.1:{address[1]}"

    def client(self) -> HttpHeadOffice:
        return HttpHeadOffice(self.url, "token-of-tests")

    def wrong(self, kind: str, value: Any = None, path: str = "/", count: int | None = None) -> None:
        """Turns a dial; without trouble again by `right`."""
        self.office.dials.put([{"kind": kind, "value": value, "path": path, "count": count}])

    def right(self) -> None:
        self.office.dials.put([])


@contextmanager
def stand_in(folder: Path, variants: int = 200) -> Iterator[StandIn]:
    with StandIn(folder, generate(variants)).running() as running:
        yield running
