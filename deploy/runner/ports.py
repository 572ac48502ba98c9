"""Ports of this machine that nobody else uses, chosen once and remembered."""

import json
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from deploy.runner.errors import RunnerError
from deploy.runner.files import write

# below the range from which systems take ports for outgoing connections, or one of those could be in the way later
LOWEST, HIGHEST = 20_000, 32_000
TRIES = 200


class PortTaken(RunnerError):
    """Somebody else listens where we must."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            f"Port {port} ({name}) is taken by another program. End that program, or set another port in .env."
        )


class Ports:
    """Port numbers by name, kept in a JSON file.

    `fixed` are those that were asked for: they are taken as they are, or not at all. Others come out of `among`.
    """

    def __init__(
        self, file: Path, fixed: Mapping[str, int] | None = None, among: range = range(LOWEST, HIGHEST)
    ) -> None:
        self._file = file
        self._among = among
        # one after the other from anywhere: two stores that start at the same moment seldom meet
        self._start = secrets.randbelow(len(among))
        self._fixed = dict(fixed or {})
        self._known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def take(self, name: str, *, first: int | None = None, keep: bool = False) -> int:
        """A free port for `name`: the one it had before, else `first`, else any.

        A port that people have bookmarked (`keep`) is never changed behind their back. Raises PortTaken.
        """
        port = self._fixed.get(name) or (self._known.get(name) if keep else None)
        if port is not None:
            if not is_free(port):
                raise PortTaken(name, port)
        else:
            port = self._free(name, first)
        self._remember(name, port)
        return port

    def _free(self, name: str, first: int | None) -> int:
        others = {port for other, port in (self._known | self._fixed).items() if other != name}
        wishes = [port for port in (self._known.get(name), first) if port]
        tries = (self._among[(self._start + n) % len(self._among)] for n in range(TRIES))
        for port in [*wishes, *tries]:
            if port not in others and is_free(port):
                return port
        raise RunnerError(f"No free port between {self._among[0]} and {self._among[-1]} was found for {name}.")

    def _remember(self, name: str, port: int) -> None:
        if self._known.get(name) != port:
            self._known[name] = port
            write(self._file, json.dumps(self._known, indent=1, sort_keys=True) + "\n")


def is_free(port: int) -> bool:
    """Whether nobody listens on this port, on any address of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # connections that were closed a moment ago are in nobody's way
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
