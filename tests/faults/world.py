"""One store that is struck again and again: the real runner, services built with seams, people who work in it."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from deploy.demo import selling
from deploy.demo.api import Refused, StoreApi
from deploy.demo.people import sign_in
from deploy.demo.store import HeadOfficeDials, Store
from deploy.runner import supervisor
from deploy.runner.database_roles import DATABASE
from deploy.runner.process import Process, descendants, last_words
from deploy.runner.settings import RunSettings
from deploy.runner.supervisor import stop_all
from services.chassis import amqp_connection
from services.chassis.ids import new_id
from tests.faults import build, short_clocks
from tests.faults.built import BuiltPlan, BuiltSystem
from tests.faults.collect import Collector
from tests.faults.journal import Journal
from tests.faults.pace import watched
from tests.faults.seams import Armoury
from tests.faults.shop import BackOffice, Tills
from tests.support import own_ports

LOOK_S = 0.2
# eight tills at this pace sell some thirty times a second
PAUSE_S = 0.22
SHORT_PAUSE_S, LONGEST_PAUSE_S = 0.4, supervisor.LONGEST_PAUSE_S
SERVICES = {
    "orders": {"oversell": "warn", "limit_order_minor": str(10**13), "limit_session_minor": str(10**13)},
    "sync": {"probe_seconds": "1", "oms_slow_start_seconds": "2", "oms_timeout_seconds": "6"},
}


class NotMade(Exception):
    """A fault that this machine cannot make; the text says why."""


class NotStruck(Exception):
    """A fault that was not seen to strike; the text says what was looked for."""


class NotHeld(Exception):
    """What has to hold while a fault lasts does not; the text says what."""


@dataclass
class World:
    """What a drill may do."""

    system: BuiltSystem
    seed: int
    load: float = 1.0
    journal: Journal = field(default_factory=Journal)
    forgotten: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.system.plan.settings)
        self.pace = watched()
        self.office = HeadOfficeDials(self.store)
        self.armoury = Armoury(self.system.plan.folder / "faults")
        self.collector = Collector(self.system)
        self.people = sign_in(self.store)
        self.manager = self.people.manager
        self.impatient = StoreApi(self.store.address, self.manager.token, keep_trying=0)
        self._grant()
        self.until("the store is online", lambda: self.mode() == "online", within=60)
        self.rng = random.Random(self.seed)
        self.skus = selling.articles(self.manager)
        self.tills = Tills(self.people, self.journal, self.skus, self.seed, PAUSE_S / self.load)
        self.back_office = BackOffice(self.people, self.seed, self.store)

    @classmethod
    @contextmanager
    def opened(
        cls,
        folder: Path,
        *,
        seed: int,
        load: float,
        defence_off: str = "",
        broker: Path | None = None,
        data_on: Path | None = None,
        clocks: str = build.SHORT,
    ) -> Iterator[Self]:
        """A store of its own in a folder, and people in it; database and broker may have another disk."""
        for name in ("postgres", "rabbitmq") if data_on else ():
            (data_on / name).mkdir(mode=0o755)  # type: ignore[operator]
            folder.mkdir(exist_ok=True)
            (folder / name).symlink_to(data_on / name)  # type: ignore[operator]
        # what dies again and again is started again at once: a drill has no minute to wait
        supervisor.LONGEST_PAUSE_S = SHORT_PAUSE_S if clocks == build.SHORT else LONGEST_PAUSE_S
        built = {"defence_off": defence_off, "other_broker": broker, "clocks": clocks}
        plan: type[BuiltPlan] = type("Built", (BuiltPlan,), built)
        seen = folder.parent / "seen"
        seen.mkdir(exist_ok=True)
        (folder / "faults").mkdir(parents=True)
        # a point that is reached in one store is a point of the other
        (folder / "faults" / "seen").symlink_to(seen)
        Armoury(folder / "faults")
        ports = own_ports(folder.parent / f"{folder.name}-ports.json")
        with BuiltSystem(RunSettings(folder=folder, lan=False, services=SERVICES, **ports), plan) as system:
            world = cls(system, seed=seed, load=load)
            try:
                yield world
            finally:
                for connected in (world.people, world.impatient, world.back_office, world.office):
                    connected.close()

    def _grant(self) -> None:
        if self.manager.get("/api/sessions/storage-grant")["edge"] is None:
            folder = self.system.plan.folder / "offline-data"
            folder.mkdir(exist_ok=True)
            self.manager.put("/api/sessions/storage-grant", {"folder": str(folder)})

    # what is struck

    def kill(self, *names: str) -> bool:
        """SIGKILL to processes by name; whether each of them died. The runner starts them again."""
        before = {name: self.system.pid(name) for name in names}
        for name in names:
            self.system.kill(name)
        return all(before.values()) and all(self.system.pid(name) != pid for name, pid in before.items())

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """Processes, with all that they started, stand still for a while."""
        pids = [pid for name in names for pid in _family(self.system._keepers[name].unit.process)]
        try:
            _signal(pids, signal.SIGSTOP)
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    @contextmanager
    def started_at_once(self) -> Iterator[None]:
        """What dies meanwhile is there again without its modules being read anew."""
        self.system.plan.at_once = True
        try:
            yield
        finally:
            self.system.plan.at_once = False

    @contextmanager
    def dials(self, *dials: dict[str, Any]) -> Iterator[None]:
        """Head office misbehaves for a while."""
        self.office.set(*dials)
        try:
            yield
        finally:
            self.office.set()

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """The superuser's word to the database."""
        url = self.system.plan.postgres.url(database=DATABASE)
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as db:
            cursor = db.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def strike_at(self, point: str, strike: str = "kill", *, within: float = 30) -> None:
        """Strikes the next process that reaches a point. Raises NotStruck when none does."""
        self.armoury.arm(point, strike)
        self.seen(f"{point} is reached", lambda: self.armoury.struck(point), within=within)

    @contextmanager
    def dead(self, *names: str, meanwhile: Callable[[], None]) -> Iterator[None]:
        """All stand still, `meanwhile` happens to their disk, then they are dead at the same moment, and start again.

        Nobody who looks after them may start one before.
        """
        keepers = [self.system._keepers.pop(name) for name in names]
        pids = [pid for keeper in keepers for pid in _family(keeper.unit.process)]
        try:
            _signal(pids, signal.SIGSTOP)
            for keeper in keepers:
                keeper.ask_to_stop()
            meanwhile()
            _signal(pids, signal.SIGKILL)
            stop_all(keepers)
            yield
        finally:
            stop_all(keepers)
            for keeper in keepers:
                self.system._keep(keeper.unit)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The line is down, and the store offline."""
        with self.dials({"kind": "down"}):
            self.offline()
            yield

    def quiet(self) -> None:
        """As if the line had been good for long, and nobody had mistyped a PIN: both are believed more slowly."""
        self.sql("update sync.lines set breaks = '[]'")
        self.sql("delete from sessions.tries")

    def send_again(self) -> None:
        """A person sends whatever waits for one."""
        self.until("the recovery desk", lambda: self.manager.post("/api/sync/retry-all", {}) is not None, within=30)

    def send_one_again(self, order_id: str) -> None:
        """The same with one; where its answer was lost, it is on its way when it is asked for again."""

        def sent() -> bool:
            try:
                self.manager.post(f"/api/sync/deliveries/{order_id}/retry", {})
            except Refused as refused:
                return refused.code == "not_pending"
            return True

        self.until("the recovery desk", sent, within=30)

    def toggle(self, on: bool) -> None:
        """Offline Mode by hand."""
        self.manager.put("/api/sessions/mode", {"on": on, "reason": "a drill" if on else None})

    def differences(self, day: str) -> set[str]:
        """Orders of a day that a comparison with head office names."""
        asked = self.manager.post("/api/sync/reconciliations", {"business_date": day})["reconciliation_id"]
        path = f"/api/sync/reconciliations/{asked}"
        done = self.until("a comparison", lambda: _done(self.manager.get(path)), within=30)
        return {row["order_id"] for row in done["differences"]}

    def metrics(self) -> list[str]:
        return list(self.system.plan.metrics().values())

    def figure(self, name: str) -> float:
        """What all processes together show under a name."""
        pages = (httpx2.get(f"http://{address}/metrics", timeout=5).text for address in self.metrics())
        samples = (s for page in pages for family in text_string_to_metric_families(page) for s in family.samples)
        return sum(sample.value for sample in samples if sample.name == name)

    def refused(self) -> str:
        """The code with which a quote is refused at once; empty where it is not."""
        cart = {"order_id": str(new_id()), "lines": [{"sku": self.skus[0], "quantity": 1}]}
        try:
            self.impatient.post("/api/orders/quotes", cart)
        except Refused as refused:
            return refused.code
        return ""

    # what is waited for

    def sell(self, count: int, *, within: float = 60) -> None:
        """Lets the tills confirm so many more sales."""
        enough = self.journal.count() + count
        self.until(f"{count} sales more", lambda: self.journal.count() >= enough, within=within)

    def left(self, began: float, within: float) -> float:
        """How many seconds are left of those that something may take that began then."""
        return began + within * self.pace.over(began) - time.monotonic()

    def until(self, what: str, condition: Callable[[], Any], *, within: float) -> Any:
        """The condition's first true value; an error in it is "not yet". Raises NotHeld.

        `within` are seconds of a machine that is as fast as a shop's.
        """
        began = time.monotonic()
        while not (value := self._true(condition)):
            if self.left(began, within) < 0:
                raise NotHeld(f"{within:.0f} s in vain: {what}")
            time.sleep(LOOK_S)
        return value

    def seen(self, what: str, condition: Callable[[], Any], *, within: float) -> Any:
        """The same for a sign that the fault strikes. Raises NotStruck."""
        try:
            return self.until(what, condition, within=within)
        except NotHeld as error:
            raise NotStruck(*error.args) from error

    @staticmethod
    def _true(condition: Callable[[], Any]) -> Any:
        try:
            return condition()
        except (psycopg.Error, httpx2.HTTPError, Refused, OSError, NotHeld):
            return None

    def pause(self, seconds: float) -> None:
        """A fault lasts; the tills go on."""
        time.sleep(seconds)

    @property
    def heartbeat_s(self) -> float:
        """How often broker and services make sure of each other."""
        short = self.system.plan.clocks == build.SHORT
        return short_clocks.HEARTBEAT_S if short else amqp_connection.HEARTBEAT_S

    def mode(self) -> str:
        return str(self.manager.get("/api/orders/mode")["mode"])

    def offline(self) -> None:
        self.until("offline mode", lambda: self.mode() == "offline", within=60)

    def at_rest(self) -> bool:
        """Whether everything that was confirmed has arrived and all that had to be told was told, and heard."""
        return not self.collector.moving() and self.all_well()

    def all_well(self) -> bool:
        """Whether every process does its work and the store is online."""
        return self.mode() == "online" and all(process["ready"] for process in self.store.state["processes"].values())

    def database_log(self) -> str:
        """How it ends."""
        process = self.system.plan.postgres.process
        return last_words(process.log if process else None)

    def why_not(self) -> str:
        """What keeps the store from rest, for a person."""
        orders = self.sql("select state, count(*) from orders.orders group by 1 order by 1")
        here = self.sql("select state, count(*) from sync.deliveries group by 1 order by 1")
        sessions = self.sql("select status, count(*) from sessions.offline_sessions group by 1 order by 1")
        idle = [name for name, process in self.store.state["processes"].items() if not process["ready"]]
        told = f"unsent {self.collector.unsent()}, not heard by catalog {self.collector.unheard()}"
        return f"orders {orders}, deliveries {here}, sessions {sessions}, {told}, not ready {idle}"


def _family(process: Process | None) -> list[int]:
    pid = process.pid if process else None
    return [pid, *descendants(pid)] if pid else []


def _done(comparison: dict[str, Any]) -> dict[str, Any] | None:
    return comparison if comparison["status"] == "done" else None


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    """Processes that have ended meanwhile hear nothing."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
