"""A private nginx: the gateway of the store, with its own prefix and ports."""

import contextlib
import http.client
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from deploy.runner import files
from deploy.runner.environment import PROJECT
from deploy.runner.errors import RunnerError, ToolMissing
from deploy.runner.process import Process, wait_ready

TEMPLATE = PROJECT / "deploy" / "nginx" / "nginx.conf"
PAGE = PROJECT / "services" / "till"
PACKAGE = "nginx-light"
WEB_USER = "www-data"
WORKERS = 2
REQUESTS_PER_SECOND = 100
READY_WITHIN_S = 60.0
# a name that this store gives up is bound to https no longer than this
HSTS_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Gateway:
    """What the gateway serves and where; addresses are host:port."""

    plain: Sequence[str]
    tls: Sequence[str]
    doors: Mapping[str, Sequence[str]]
    openapi: Path
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    page: Path = PAGE


def render(gateway: Gateway, place: Path, user: str | None) -> str:
    """The configuration, as nginx reads it."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701  no HTML
    values = {field: getattr(gateway, field) for field in gateway.__dataclass_fields__}
    return environment.from_string(TEMPLATE.read_text()).render(
        **values,
        place=place,
        user=user,
        workers=WORKERS,
        requests_per_second=REQUESTS_PER_SECOND,
        hsts_seconds=HSTS_SECONDS,
    )


class Nginx:
    """An nginx of our own."""

    name = "nginx"

    def __init__(self, place: Path, gateway: Gateway, port: int) -> None:
        """`port` is one of its plain ports on this machine, at which it is asked whether it answers."""
        self.port = port
        self.folder = place
        self.gateway = gateway
        self.process: Process | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self.launch()
        wait_ready(self._running(), self.ready, within=READY_WITHIN_S)

    def launch(self) -> None:
        """Writes its configuration, starts it and returns at once."""
        self.process = Process(
            self.name,
            self.configure(),
            folder=self.folder,
            log=self.folder / "error.log",
            also=[self.folder / "access.log"],
            environment={"LANG": "C.UTF-8"},
        )
        self.process.start()

    def configure(self) -> list[str]:
        """Writes its configuration; the command that runs it in the foreground."""
        user = worker_user([self.folder.parent, self.gateway.page])
        files.folder(self.folder, user=user)
        files.folder(self.folder / "temp", mode=0o700, user=user)
        configuration = self.folder / "nginx.conf"
        files.write(configuration, render(self.gateway, self.folder, user))
        if self.gateway.authority is not None:
            files.write(self.folder / "ca.crt", self.gateway.authority.read_text())
        words = [program(), "-p", str(self.folder), "-c", str(configuration), "-e", str(self.folder / "error.log")]
        return [*words, "-g", "daemon off;"]

    def ready(self) -> bool:
        """Whether it answers, and not another program on a port that it could not take."""
        return self._listens() and self._answers()

    def _listens(self) -> bool:
        """It notes its id once all of its ports are its own."""
        with contextlib.suppress(OSError):
            return int((self.folder / "nginx.pid").read_text() or 0) == self._running().pid
        return False

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/api/")
            return connection.getresponse().status == http.HTTPStatus.NOT_FOUND
        except OSError:
            return False
        finally:
            connection.close()

    def alive(self) -> bool:
        return self.process is not None and self.process.alive()

    def reload(self) -> None:
        """Has it read certificates and configuration again."""
        self._running().signal(signal.SIGHUP)

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def kill(self) -> None:
        self._running().kill()

    def _running(self) -> Process:
        if self.process is None:
            raise RunnerError("nginx was not started.")
        return self.process


def program() -> str:
    """Where nginx is installed. Raises ToolMissing."""
    found = shutil.which("nginx", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
    if found is None:
        raise ToolMissing("nginx", PACKAGE)
    return found


def worker_user(needed: Sequence[Path]) -> str | None:
    """Whom nginx, started by root, gives its workers to: nobody of weight, where he can read what he must serve."""
    if os.geteuid() != 0:
        return None
    return WEB_USER if all(files.can_enter(path, WEB_USER) for path in needed) else "root"
