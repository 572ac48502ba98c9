"""What a service class is given by its process, and timers that never end it."""

from collections.abc import Callable
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider, Entrypoint

from services.chassis import metrics
from services.chassis.errors import Unavailable
from services.chassis.logs import get_logger

log = get_logger()

STALLED_AFTER_S = 60


class Provided(DependencyProvider):
    """The service's App, made once for the process."""

    def get_dependency(self, worker_ctx: Any) -> Any:
        return worker_ctx.container.config["app"]


class Every(Entrypoint):
    """Calls a method every so many seconds; an error is logged and counted, and the next call comes all the same.

    With `single`, only one process in the store runs it at a time; the others look again at the next tick.
    `seconds` may be the name of a setting.
    """

    def __init__(self, seconds: float | str, *, single: str | None = None, **kwargs: Any) -> None:
        self._given = seconds
        self.seconds = 0.0
        self.single = single
        self._stopping = False
        self._thread: Any = None
        super().__init__(**kwargs)

    def setup(self) -> None:
        given = self._given
        settings = self.container.config["app"].settings
        self.seconds = getattr(settings, given) if isinstance(given, str) else given

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier=self.method_name)

    def stop(self) -> None:
        """May come before the start."""
        self._stopping = True
        self.kill()

    def kill(self) -> None:
        if self._thread is not None:
            self._thread.kill()

    def _run(self) -> None:
        service = self.container.service_name
        while not self._stopping:
            outcome = self._tick()
            metrics.TICKS.labels(service, self.method_name, outcome).inc()
            metrics.beat(service, self.method_name, within=STALLED_AFTER_S + 10 * self.seconds)
            eventlet.sleep(self.seconds)

    def _tick(self) -> str:
        try:
            if self.single is None:
                self._call()
                return "ok"
            with self.container.config["app"].db.single(self.single) as held:
                if held:
                    self._call()
        except Unavailable as error:
            log.warning("timer_waits", timer=self.method_name, reason=error.code)
            return error.code
        except Exception:
            log.exception("timer_failed", timer=self.method_name)
            return "error"
        return "ok" if held else "not_held"

    def _call(self) -> None:
        service = self.container.service_cls()
        service.app = self.container.config["app"]
        getattr(service, self.method_name)()


every: Callable[..., Any] = Every.decorator
