"""The port on which a process shows its figures, and whether it does its work."""

import json
from typing import Any

import eventlet
from eventlet import wsgi
from prometheus_client import make_wsgi_app

from services.chassis import inbox, metrics, outbox
from services.chassis.database import Database
from services.chassis.errors import ServiceError

READ_EVERY_S = 5


class Health:
    """`/health` (200 or 503 with what is wrong) and `/metrics` of one process.

    A worker waits for its broker for as long as it takes, and is well meanwhile; it has started once it serves.
    """

    def __init__(self, service: str, db: Database, *, well_while_it_starts: bool) -> None:
        self._service = service
        self._db = db
        self._metrics = make_wsgi_app()
        self._well_while_it_starts = well_while_it_starts
        self.started = False

    def serve(self, address: str) -> None:
        """Serves from a greenlet of its own; raises OSError when the port is taken."""
        host, _, port = address.rpartition(":")
        listener = eventlet.listen((host, int(port)), reuse_port=False)
        eventlet.spawn(wsgi.server, listener, self, log_output=False)
        eventlet.spawn(self._read_tables)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("PATH_INFO") != "/health":
            return self._metrics(environ, start_response)
        wrong = self.wrong()
        status = "503 Service Unavailable" if wrong else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps({"ok": not wrong, "started": self.started, "wrong": wrong}).encode()]

    def wrong(self) -> list[str]:
        """What keeps this process from its work."""
        starting = not (self.started or self._well_while_it_starts)
        return ["it is starting"] * starting + [f"{loop} is stalled" for loop in metrics.stalled()]

    def _read_tables(self) -> None:
        while True:
            try:
                with self._db.transaction() as tx:
                    waiting, unproven, age = outbox.depth(tx)
                    dead, retrying = inbox.count_failures(tx)
                metrics.OUTBOX_WAITING.labels(self._service).set(waiting)
                metrics.OUTBOX_UNPROVEN.labels(self._service).set(unproven)
                metrics.OUTBOX_AGE.labels(self._service).set(age)
                metrics.DEAD_LETTERS.labels(self._service).set(dead)
                metrics.FAILURES.labels(self._service).set(retrying)
            except ServiceError:
                pass
            eventlet.sleep(READ_EVERY_S)
