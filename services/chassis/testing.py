"""Fakes that ship with the code: a clock that is set by hand, and a door without a socket."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from services.chassis.http import Application, answer, specs
from services.chassis.routes import RouteSpec

START = datetime(2026, 4, 15, 6, 30, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set(self, moment: datetime) -> None:
        """Sets the wall clock, back as well; monotonic time does not notice."""
        self._now = moment


def client(door: type, app: Any) -> Client:
    """A werkzeug test client for a service's door: the same decoding, checks and encoding, without a process."""
    routes = [(spec, partial(_handle, door, app, spec)) for spec in specs(door)]
    return Client(Application(routes))


def _handle(door: Callable[[], Any], app: Any, spec: RouteSpec, request: Request) -> Response:
    service: Any = door()
    service.app = app
    return answer(service.name, spec, request, app.authenticator, lambda given: spec.function(service, **given))
