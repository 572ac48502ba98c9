"""Programs of ours that say over HTTP whether they work."""

import http.client
import signal
import socket
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from deploy.runner.environment import PROJECT
from deploy.runner.process import Process

GRACE_S = 10.0
# a machine that is busy takes its time, and to end a door that works would stop the shop
ANSWER_WITHIN_S = 5.0


class HttpProcess:
    """A program that works when `path` at its address answers 200, and `also`, another address, takes connections.

    Without a path it works when its address takes connections.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        address: str,
        path: str | None = "/health",
        also: str | None = None,
    ) -> None:
        """Addresses are host:port."""
        self.name = name
        # our programs are made to be killed: what they confirmed is in the database
        self.process: Process | None = Process(
            name, command, folder=PROJECT, log=log, environment=environment, death_signal=signal.SIGKILL
        )
        self._address = address
        self._path = path
        self._also = also

    @property
    def _process(self) -> Process:
        assert self.process is not None
        return self.process

    def launch(self) -> None:
        self._process.start()

    def alive(self) -> bool:
        return self._process.alive()

    def ready(self) -> bool:
        if self._path is None:
            return takes_connections(self._address)
        return answers(self._address, self._path) and (self._also is None or takes_connections(self._also))

    def stop(self) -> None:
        self._process.stop(GRACE_S)

    def kill(self) -> None:
        self._process.kill()


def answers(address: str, path: str) -> bool:
    """Whether a GET is answered with 200, soon."""
    connection = http.client.HTTPConnection(address, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def takes_connections(address: str) -> bool:
    """Whether somebody listens there."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_WITHIN_S).close()
    except OSError:
        return False
    return True
