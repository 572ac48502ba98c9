"""A whole store on this machine: servers, services, gateway and, unless there is a real one, a stand-in head office."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

from deploy.runner import installation
from deploy.runner.environment import command
from deploy.runner.errors import RunnerError
from deploy.runner.plan import Plan
from deploy.runner.renewal import Renewal, begin
from deploy.runner.services import SERVICES
from deploy.runner.settings import RunSettings
from deploy.runner.state import State, birth, restoring
from deploy.runner.supervisor import Keeper, Unit, stop_all

READY_WITHIN_S = 300.0
STAFF_WITHIN_S = 30
# may be busy, or told to fail: they are started again only when they have ended
NOT_JUDGED = ("postgres", "rabbitmq", "nginx", "head_office")


class System:
    """A store that runs; `start` returns when it is open, `stop` when nothing of it runs any more."""

    def __init__(self, settings: RunSettings, plan: Callable[[RunSettings], Plan] = Plan) -> None:
        """Claims the folder. Raises AlreadyRunning, PortTaken."""
        settings.folder.mkdir(parents=True, exist_ok=True)
        self._state = State(settings.folder)
        self._state.claim()
        if restoring(settings.folder).exists():
            self._state.release()
            raise RunnerError("A restore into this folder did not end: run `make restore` again.")
        self._state.end_left_overs()
        self.plan = plan(settings)
        self.started_at = datetime.now(UTC)
        self._keepers: dict[str, Keeper] = {}
        self._writing = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts everything and waits until all of it works. Raises RunnerError."""
        stand_in = self.plan.stand_in()
        self._keep(self.plan.broker)
        self._keep(self.plan.postgres)
        if stand_in is not None:
            self._keep(stand_in)
        self._prepare_database()
        self._install_at_head_office()
        self._keep_services("door")
        self._keep_gateway()
        self._prepare_broker()
        self._keep_services("worker")
        self.wait_ready()
        self._write_state()
        renewal = Renewal(self.plan.certificates, self._use_certificate)
        threading.Thread(target=renewal.keep, args=(self._closing,), name="certificates", daemon=True).start()

    def stop(self) -> None:
        """Ends everything, in the order in which it needs each other."""
        self._closing.set()
        for parts in (("nginx",), ("worker", "door", "head_office"), ("rabbitmq", "postgres")):
            stop_all(keeper for name, keeper in self._keepers.items() if name.endswith(parts))
        self._keepers.clear()
        self._write_state()
        self._state.release()

    def kill(self, name: str) -> None:
        """Ends a process as a crash would; it is started again."""
        self._keepers[name].kill()

    def restart(self, name: str) -> None:
        """Ends a process in order; it is started again."""
        self._keepers[name].restart()

    @contextmanager
    def stopped(self, *names: str) -> Iterator[None]:
        """Keeps processes stopped for a while."""
        units = [self._keepers.pop(name).unit for name in names if self._halt(name)]
        try:
            yield
        finally:
            for unit in units:
                self._keep(unit)

    def wait_ready(self, *names: str, within: float = READY_WITHIN_S) -> None:
        """Waits until these processes, or all, do their work. Raises NotReady."""
        deadline = time.monotonic() + within
        for name in names or tuple(self._keepers):
            self._keepers[name].wait_ready(deadline - time.monotonic())

    @property
    def names(self) -> list[str]:
        """The processes of the store."""
        return list(self._keepers)

    def pid(self, name: str) -> int | None:
        """The id of a process while it runs."""
        process = self._keepers[name].unit.process
        return process.pid if process is not None else None

    def first_manager(self) -> str:
        """What to tell the first manager: a staff code and a one-time code, or that somebody has a PIN already."""
        words = command("sessions", "first-manager", "--wait", str(STAFF_WITHIN_S))
        done = installation.run(words, self.plan.environment("sessions", "door"))
        return (done.stdout or done.stderr).strip()

    def broker_version(self) -> str | None:
        """As `4.0.5`; None while the broker does not answer, which is no reason not to sell."""
        with self.plan.broker.admin as admin:
            return admin.version()

    def _halt(self, name: str) -> bool:
        self._keepers[name].stop()
        return True

    def _keep(self, unit: Unit) -> None:
        keeper = Keeper(unit, judged=unit.name not in NOT_JUDGED, changed=self._write_state)
        self._keepers[unit.name] = keeper
        keeper.start()

    def _keep_services(self, kind: str) -> None:
        for service in SERVICES:
            self._keep(self.plan.service(service, kind))

    def _keep_gateway(self) -> None:
        begin(self.plan.certificates, datetime.now(UTC))
        self._keep(self.plan.gateway())

    def _prepare_database(self) -> None:
        self.wait_ready("postgres")
        plan = self.plan
        installation.prepare_database(plan.postgres.url(), plan.vault, plan.environment, plan.openapi)

    def _prepare_broker(self) -> None:
        self.wait_ready("rabbitmq")
        installation.prepare_broker(self.plan.broker.admin, self.plan.vault)

    def _install_at_head_office(self) -> None:
        plan = self.plan
        if plan.settings.head_office_url is None:
            self.wait_ready("head_office")
        installation.install_at_head_office(
            plan.head_office_url, plan.settings.store_id, plan.installation_code(), plan.vault
        )

    def _use_certificate(self) -> None:
        self.restart("nginx")
        self._write_state()

    def _write_state(self) -> None:
        with self._writing:
            end = self.plan.certificates.end()
            processes = {name: _described(keeper) for name, keeper in list(self._keepers.items())}
            self._state.write(
                {
                    "store_id": self.plan.settings.store_id,
                    "folder": str(self.plan.folder),
                    "started_at": self.started_at.isoformat(),
                    "open": not self._closing.is_set() and all(p["ready"] for p in processes.values()),
                    "addresses": self.plan.addresses(),
                    "certificate_ends": end.isoformat() if end is not None else None,
                    "metrics": self.plan.metrics(),
                    "processes": processes,
                }
            )


def _described(keeper: Keeper) -> dict[str, Any]:
    process = keeper.unit.process
    pid = process.pid if process is not None else None
    return {"pid": pid, "born": birth(pid), "ready": keeper.ready.is_set(), "starts": keeper.starts}
