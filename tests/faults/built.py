"""The store as the runner makes it, of services that are built with seams."""

from pathlib import Path
from typing import Any

from deploy.runner.plan import Plan
from deploy.runner.postgres import Postgres
from deploy.runner.processes import HttpProcess
from deploy.runner.rabbitmq import RabbitMQ
from deploy.runner.settings import RunSettings
from deploy.runner.system import System
from tests.faults import build, other_broker
from tests.faults.defences import FSYNC
from tests.faults.forking import Forker, Startable


class BuiltPlan(Plan):
    """A plan whose doors and workers are built with seams."""

    defence_off = ""
    other_broker: Path | None = None
    clocks = build.SHORT
    # whether what has died is forked, instead of started from nothing
    at_once = False

    def __init__(self, settings: RunSettings) -> None:
        self.forkers: list[Forker] = []
        super().__init__(settings)

    def service(self, service: str, kind: str) -> HttpProcess:
        process = super().service(service, kind)
        inner: Any = process.process
        words = inner._command
        words[words.index("-m") + 1 :] = [build.__name__, service, kind]
        inner._environment |= {
            build.FOLDER: str(self.faults),
            build.SABOTAGE: self.defence_off,
            build.CLOCKS: self.clocks,
        }
        self.forkers.append(Forker(service, kind))
        process.process = Startable(inner, self.forkers[-1], at_once=lambda: self.at_once)
        return process

    def another(self, service: str, kind: str) -> HttpProcess:
        """A second copy of a process, which shows its figures wherever there is room."""
        process = self.service(service, kind)
        process.process._environment["STORE_METRICS_LISTEN"] = "127.0.0.1:0"  # type: ignore[union-attr]
        return process

    def _postgres(self) -> Postgres:
        server = super()._postgres()
        server._careless = self.defence_off == FSYNC
        return server

    def _broker(self) -> RabbitMQ:
        server = super()._broker()
        if self.other_broker:
            server._programs = other_broker.programs(self.other_broker, self.folder)
        return server

    @property
    def faults(self) -> Path:
        return self.folder / "faults"


class BuiltSystem(System):
    """A store by such a plan; what its services were forked from ends after them."""

    plan: BuiltPlan

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            for forker in self.plan.forkers:
                forker.end()
