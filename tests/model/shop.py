"""A whole store without processes: orders, sync and sessions over their databases, the stand-in behind a line.

Time stands still until a step moves it, facts lie in outboxes until a step delivers them, and states are heard when a
step says so.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis import states
from services.chassis.database import Database
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.chassis.outbox import Outbox
from services.chassis.states import Puller
from services.chassis.testing import FakeClock
from services.chassis.tokens import Principal
from services.orders.handlers import hearing
from services.orders.handlers import outcomes as orders_outcomes
from services.orders.handlers import telling as orders_telling
from services.sessions import heard
from services.sessions.handlers import facts as sessions_facts
from services.sessions.handlers import machine, switch
from services.sessions.store import grants, modes
from services.sync import app as sync_app
from services.sync.handlers import draining, switching, taking, watching
from services.sync.handlers import telling as sync_telling
from services.sync.handlers.draining import Tried
from services.sync.handlers.watching import Sighting
from services.sync.oms import PortOms
from services.sync.settings import Settings as SyncSettings
from services.sync.store.deliveries import Claimed
from services.sync.store.drainer import Pulse
from tests.integration.orders import orders_store
from tests.integration.sessions import sessions_store
from tests.model.office import Line

STORE = "S1"
# a moment before Policy.certain_after
ARRIVES_WITHIN_S = 55.0
PLENTY = 1_000_000
NOWHERE = "http://127.0.0.1:9"
TOKEN = "a-token-of-services-0123"
QUIET = Pulse(in_flight=0, limit=32, latency_ms=None, paused_until=None, pause_reason=None)
ASHA = Principal("A1", "Asha", "associate", ("offline_mode",))
FOR_SYNC = ("sync.orders", "sync.facts")
QUEUES = (*FOR_SYNC, "orders.outcomes", "sessions.facts")
SERVICES = ("orders", "sync", "sessions")


@dataclass
class Letter:
    """A message of one outbox for one queue; it may be delivered as often as a step likes."""

    queue: str
    body: bytes
    delivered: int = 0


class Shop:
    """What happens in a store, one step at a time."""

    def __init__(
        self, urls: dict[str, str], folder: Path, line: Line, database: Callable[..., Database] = Database
    ) -> None:
        # ahead of the database's clock, which does not stand still: what that wrote can be told from what we wrote
        self.began = datetime.now(UTC) + timedelta(days=1)
        self.clock = FakeClock(self.began)
        self.line = line
        dbs = {name: database(urls[name], name=f"{name}.tests") for name in SERVICES}
        shared = {
            name: {"db": dbs[name], "clock": self.clock, "outbox": Outbox(STORE, self.clock)} for name in SERVICES
        }
        silent = Puller(dbs["sessions"], "", ())
        self.orders = replace(
            orders_store.build_app(urls["orders"], id=STORE, limit_session_minor=10**12), **shared["orders"]
        )
        built = sessions_store.build_app(folder, urls["sessions"])
        self.sessions = replace(built, pulls=replace(built.pulls, mode_taken=silent), **shared["sessions"])
        self.sync = self._sync(urls["sync"], shared["sync"])
        self.counter = orders_store.Counter(self.orders)
        self.me = new_id()
        self.letters: dict[tuple[str, int], Letter] = {}
        self.trying: list[Tried] = []
        self.claimed: list[Claimed] = []
        self.frozen: list[Tried] = []
        self._since_late = 0.0
        self._inboxes = {
            "sync.orders": self._inbox("sync", "sync.orders", lambda tx, e: taking.take_orders(self.sync, tx, e)),
            "sync.facts": self._inbox("sync", "sync.facts", lambda tx, e: taking.take_facts(self.sync, tx, e)),
            "orders.outcomes": self._inbox(
                "orders", "orders.outcomes", lambda tx, e: orders_outcomes.take(self.orders, tx, e)
            ),
            "sessions.facts": self._inbox(
                "sessions", "sessions.facts", lambda tx, e: sessions_facts.take(self.sessions, tx, e)
            ),
        }

    def _sync(self, url: str, shared: dict[str, Any]) -> sync_app.App:
        settings = SyncSettings(
            id=STORE,
            database_url=url,
            metrics_listen="127.0.0.1:9",
            service_token=TOKEN,
            customer_keys=orders_store.CUSTOMER_KEYS,
            sessions_url=NOWHERE,
            orders_url=NOWHERE,
            head_office_url=NOWHERE,
            head_office_token=TOKEN,
        )
        built = sync_app.build(settings)
        return replace(built, oms=PortOms(self.line), swing=lambda: 0.0, **shared)  # type: ignore[arg-type]

    def _inbox(self, service: str, queue: str, handler: Any) -> Inbox:
        return Inbox(self.app(service).db, queue, handler, STORE)

    def app(self, service: str) -> Any:
        return getattr(self, service)

    def open(self, tills: int = 2) -> None:
        """Set up, synced, granted, with the line up and everybody told."""
        self.counter.open(tills)
        self.counter.hear_book([article | {"stock": PLENTY} for article in orders_store.BOOK])
        self.hear("sessions", "readiness", 1, {"datasets": _fresh(self.clock.now()), "missing": []})
        with self.sessions.db.transaction() as tx:
            grants.grant(tx, modes.EDGE, "/srv/offline", by="M1", proof=None, now=self.clock.now())
        self.see(up=True)
        self.hear_everything()
        self.opened_at = self.clock.now()

    def begin_again(self) -> None:
        """Forgets what happened since it was opened; the databases are cleared by who asks for this."""
        self.clock.set(self.opened_at)
        self.me, self.claimed, self.trying, self.letters = new_id(), [], [], {}
        self.frozen = []
        self.line.fates, self.line.late = [], []
        self.line.sent.clear()

    def pass_time(self, seconds: float) -> None:
        """What was given up arrives before head office surely has it no more under way."""
        self._since_late = self._since_late + seconds if self.line.late else 0
        if self._since_late >= ARRIVES_WITHIN_S:
            self.line.arrive()
        self.clock.advance(seconds)

    # the line, and who hears of what

    def see(self, *, up: bool, times: int = 3) -> None:
        """Lets probes find head office so."""
        for _ in range(times):
            self.pass_time(5)
            watching.note_sighting(self.sync, Sighting(head_office=up, internet=up))

    def line_is_trusted(self) -> bool:
        _, value = watching.current(self.sync)
        return bool(value["head_office"] == "up")

    def hear(self, service: str, name: str, number: int, value: Any, apply: Any = None) -> None:
        with self.app(service).db.transaction() as tx:
            if states.keep(tx, name, number, value) and apply:
                apply(tx, number, value)

    def pull(self, state: str) -> None:
        """Lets whoever needs a state hear it."""
        HEARD[state](self)

    def hear_everything(self) -> None:
        """States settle within a few rounds: connectivity moves the mode, which orders takes."""
        for _ in range(3):
            for state in HEARD:
                self.pull(state)

    def step(self) -> None:
        machine.step(self.sessions)

    def turn(self, *, on: bool) -> None:
        switch.turn(self.sessions, ASHA, on=on, reason="the line is bad" if on else None, manager_token=None)

    # facts, which lie there until they are delivered

    def collect(self) -> list[Letter]:
        """Every message that was ever put into an outbox for a queue of these three."""
        for service in SERVICES:
            rows = self.rows(service, "select id, queue, body from outbox where queue = any(:q)", q=list(QUEUES))
            for row in rows:
                self.letters.setdefault((service, row.id), Letter(row.queue, row.body.encode()))
        return list(self.letters.values())

    def waiting(self) -> list[Letter]:
        return [letter for letter in self.collect() if not letter.delivered]

    def deliver(self, letters: Iterable[Letter]) -> None:
        """In this order; what stands side by side for one queue comes as a batch."""
        batch: list[Letter] = []
        for letter in [*letters, None]:
            if batch and (letter is None or letter.queue != batch[0].queue):
                self.take_in(batch[0].queue, [one.body for one in batch])
                for one in batch:
                    one.delivered += 1
                batch = []
            if letter is not None:
                batch.append(letter)

    def deliver_waiting(self, queues: Collection[str] = QUEUES) -> bool:
        """Everything that waits in these queues, the newest first; whether there was anything."""
        letters = [letter for letter in self.waiting() if letter.queue in queues]
        for letter in reversed(letters):
            self.deliver([letter])
        return bool(letters)

    def take_in(self, queue: str, bodies: list[bytes]) -> None:
        self._inboxes[queue].take(bodies)

    def take_failures_again(self) -> None:
        """What could not be taken in yet has waited long enough."""
        for service in SERVICES:
            self.sql(service, "update inbox_failures set due_at = now() where not dead")
        for inbox in self._inboxes.values():
            while inbox.retry_one():
                pass

    # sending

    def claim(self, limit: int) -> int:
        """Becomes the one that sends, and claims."""
        if not self._may_send():
            return 0
        found = draining.claim(self.sync, self.me, limit)
        self.claimed += found
        return len(found)

    def try_claimed(self) -> None:
        """Every claimed order meets head office."""
        while self.claimed:
            claimed = self.claimed.pop(0)
            answer, how = draining.attempt(self.sync, claimed)
            self.trying.append(Tried(claimed, answer, how, 12))

    def settle(self) -> None:
        """What came of it is written down."""
        draining.settle(self.sync, self.trying)
        self.trying = []
        self._by_our_clock()

    def drain(self, limit: int = 64) -> int:
        """One round of sending; how many were tried."""
        found = self.claim(limit)
        self.try_claimed()
        self.settle()
        return found

    def kill_sync(self) -> None:
        """Whoever sends is gone, with all that it had in hand."""
        self.claimed, self.trying, self.me = [], [], new_id()
        self.sql("sync", "update drainer set until = now() - interval '1 s' where holder is not null")

    def freeze_sync(self, limit: int) -> None:
        """Whoever sends stands still with answers that it has not written down, for longer than its hold lasts."""
        self.claim(limit)
        self.try_claimed()
        self.frozen += self.trying
        self.kill_sync()

    def wake_sync(self) -> None:
        """It goes on where it stood, and knows nothing of another who took over meanwhile."""
        draining.settle(self.sync, self.frozen)
        self.frozen = []
        self._by_our_clock()

    def tell_head_office(self) -> int:
        return sync_telling.tell_due(self.sync, self.me) if self._may_send() else 0

    def _may_send(self) -> bool:
        if draining.gate(self.sync) is not None:
            return False
        held = draining.hold(self.sync, self.me, QUIET, self._in_hand())
        self._by_our_clock()
        return held

    def _by_our_clock(self) -> None:
        """When an order was last sent, as the time counts here."""
        words = "update deliveries set posted_at = :now where posted_at < :began"
        self.sql("sync", words, now=self.clock.now(), began=self.began)

    def _in_hand(self) -> list[UUID]:
        return [c.delivery.order_id for c in self.claimed] + [t.claimed.delivery.order_id for t in self.trying]

    def auto_sync(self, *, on: bool) -> None:
        switching.set_auto_sync(self.sync, on=on, by="M1")

    # looking

    def rows(self, service: str, statement: str, **values: Any) -> list[Any]:
        with self.app(service).db.transaction() as tx:
            return list(tx.execute(text(statement), values))

    def sql(self, service: str, statement: str, **values: Any) -> None:
        with self.app(service).db.transaction() as tx:
            tx.execute(text(statement), values)

    def close(self) -> None:
        for service in SERVICES:
            self.app(service).db.dispose()


def _hear_connectivity(shop: Shop) -> None:
    number, value = watching.current(shop.sync)
    if number:
        shop.hear("sessions", "connectivity", number, value)
    shop.step()


def _mode(shop: Shop) -> Any:
    with shop.sessions.db.transaction() as tx:
        return modes.state(tx, modes.MODE)


def _orders_hear_mode(shop: Shop) -> None:
    if found := _mode(shop):
        apply = hearing.mode(shop.orders.outbox, shop.clock)
        shop.hear("orders", "mode", found.number, found.value, apply)


def _sync_hears_mode(shop: Shop) -> None:
    if found := _mode(shop):
        shop.hear("sync", "mode", found.number, found.value)


def _sessions_hear_orders(shop: Shop) -> None:
    shop.hear("sessions", "mode-taken", *orders_telling.mode_taken(shop.orders))
    shop.hear("sessions", "session-figures", *orders_telling.session_figures(shop.orders), heard.session_figures)


HEARD: dict[str, Callable[[Shop], None]] = {
    "connectivity": _hear_connectivity,
    "mode by orders": _orders_hear_mode,
    "mode by sync": _sync_hears_mode,
    "figures": _sessions_hear_orders,
}


def _fresh(now: datetime) -> dict[str, dict[str, str]]:
    never = now.replace(year=now.year + 1).isoformat()
    return {name: {"freshness": "fresh", "stale_at": never, "too_old_at": never} for name in sessions_store.DATASETS}
