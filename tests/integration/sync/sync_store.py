"""A store's sync without processes: its tables, its handlers, a head office in memory."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sync_fakes import FakeOms, document

from services.chassis.database import Database
from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.outbox import Outbox
from services.chassis.sealing import Seals, new_key
from services.chassis.states import keep
from services.chassis.testing import FakeClock
from services.chassis.tokens import SERVICE_PRINCIPAL, Principal
from services.sync.app import App
from services.sync.domain.answers import Answer
from services.sync.handlers import draining, taking, watching
from services.sync.handlers.draining import Tried
from services.sync.handlers.watching import Sighting
from services.sync.settings import Settings
from services.sync.store.deliveries import Claimed
from services.sync.store.drainer import Pulse

CUSTOMER_KEYS = new_key("1")
NOWHERE = "http://127.0.0.1:9"
TOKEN = "a-token-of-services-0123"
QUIET = Pulse(in_flight=0, limit=32, latency_ms=None, paused_until=None, pause_reason=None)


class Authenticator:
    """Takes whoever is named."""

    def authenticate(self, header: str) -> Principal:
        role, *permissions = header.removeprefix("Bearer ").split()
        if role == "service":
            return SERVICE_PRINCIPAL
        return Principal(f"{role}-1", "Asha", role, tuple(permissions), till_id="T1")


class Store:
    """Hands facts in, sends, and looks at what became of it."""

    def __init__(self, url: str) -> None:
        self.settings = Settings(
            id="S1",
            database_url=url,
            metrics_listen="127.0.0.1:9",
            service_token=TOKEN,
            customer_keys=CUSTOMER_KEYS,
            sessions_url=NOWHERE,
            orders_url=NOWHERE,
            head_office_url=NOWHERE,
            head_office_token=TOKEN,
        )
        self.db = Database(url, name="sync.tests")
        self.clock = FakeClock()
        self.oms = FakeOms()
        self.app = App(
            settings=self.settings,
            db=self.db,
            clock=self.clock,
            outbox=Outbox("S1", self.clock),
            seals=Seals(CUSTOMER_KEYS),
            pullers={},
            authenticator=Authenticator(),  # type: ignore[arg-type]
            policy=self.settings.policy(),
            hysteresis=self.settings.hysteresis(),
            oms=self.oms,
            swing=lambda: 0.0,
        )
        self.me = new_id()
        self.numbers = 0
        self.see(head_office=True)

    def see(self, *, head_office: bool, times: int = 3, **fields: Any) -> None:
        """Lets probes find head office so."""
        for _ in range(times):
            self.clock.advance(5)
            fields.setdefault("internet", head_office)
            watching.note_sighting(self.app, Sighting(head_office=head_office, **fields))

    def mode(self, mode: str, trigger: str | None = None) -> None:
        """Lets sessions say which mode the store is in."""
        with self.db.transaction() as tx:
            number = tx.execute(text("select coalesce(max(number), 0) + 1 from states")).scalar_one()
            keep(tx, "mode", number, {"mode": mode, "trigger": trigger})

    def hear_unsettled(self, orders: int, oldest_at: datetime | None = None, **money_minor: int) -> None:
        """Lets the counter say what it has no word on."""
        oldest = oldest_at.isoformat() if oldest_at else None
        with self.db.transaction() as tx:
            number = tx.execute(text("select coalesce(max(number), 0) + 1 from states")).scalar_one()
            keep(tx, "unsettled", number, {"orders": orders, "oldest_at": oldest, "money_minor": money_minor})

    def place(self, count: int = 1, **fields: Any) -> list[UUID]:
        """Orders that `orders` told of."""
        documents = [document(self._number(), **fields) for _ in range(count)]
        self.take(*documents)
        return [UUID(d["order_id"]) for d in documents]

    def take(self, *documents: dict[str, Any], times: int = 1) -> None:
        events = [Event(type="orders.order_placed", aggregate_id=d["order_id"], data=d) for d in documents]
        for _ in range(times):
            with self.db.transaction() as tx:
                taking.take_orders(self.app, tx, events)

    def fact(self, type_: str, data: dict[str, Any], version: int = 1) -> None:
        event = Event(type=type_, aggregate_id="x", aggregate_version=version, data=data)
        with self.db.transaction() as tx:
            taking.take_facts(self.app, tx, [event])

    def wish(self, order_id: UUID, kind: str = "void", revision: int = 2, **fields: Any) -> UUID:
        """A person wishes to void or to correct an order."""
        wish_id = fields.pop("wish_id", None) or new_id()
        data = {
            "wish_id": str(wish_id),
            "order_id": str(order_id),
            "kind": kind,
            "revision": revision,
            "reason": "wrong size",
            "asked_by": "A1",
            "approved_by": "M1",
            "asked_at": self.clock.now().isoformat(),
            "invoice_number": "0412T3/27-000001",
            "business_date": "2026-04-15",
            "session_id": None,
            "refund": [{"payment_mode": "CASH", "amount_minor": 10_001}],
            "goods_back": True,
            "correction": {"lines": [{"line_no": 1, "oms_sku": "HO-1"}]} if kind == "correct" else None,
        }
        self.fact("orders.order_amended", data | fields)
        return wish_id

    def claim(self, limit: int = 64, me: UUID | None = None) -> list[Claimed]:
        """Becomes the one that sends, if it may, and claims."""
        me = me or self.me
        if not draining.hold(self.app, me, QUIET, self._working_on()):
            return []
        return draining.claim(self.app, me, limit)

    def drain(self, limit: int = 64) -> list[Answer]:
        """One round of sending: what is due goes out, and what became of it is written."""
        tried = [self.send(c) for c in self.claim(limit)]
        draining.settle(self.app, tried)
        return [t.answer for t in tried]

    def send(self, claimed: Claimed) -> Tried:
        answer, how = draining.attempt(self.app, claimed)
        return Tried(claimed, answer, how, 12)

    def later(self, seconds: float = 3600) -> None:
        """Lets time pass."""
        self.clock.advance(seconds)

    def states(self, order_ids: Iterable[UUID] | None = None) -> list[str]:
        """States of these orders, or of all."""
        rows = {
            r.order_id: r.state for r in self.rows("select order_id, state from deliveries order by invoice_number")
        }
        return [rows[i] for i in order_ids] if order_ids is not None else list(rows.values())

    def one(self, order_id: UUID) -> Any:
        [row] = self.rows("select * from deliveries where order_id = :id", id=order_id)
        return row

    def edges(self, order_id: UUID) -> list[str]:
        rows = self.rows("select edge from history where order_id = :id order by id", id=order_id)
        return [r.edge for r in rows]

    def told(self) -> list[dict[str, Any]]:
        """Outcomes that `orders` will hear, in the order in which they were told."""
        rows = self.rows("select body from outbox where queue = 'orders.outcomes' order by id")
        return [outcome for row in rows for outcome in _data(row.body)["outcomes"]]

    def rows(self, statement: str, **parameters: Any) -> Sequence[Any]:
        with self.db.transaction() as tx:
            return list(tx.execute(text(statement), parameters))

    def sql(self, statement: str, **parameters: Any) -> None:
        with self.db.transaction() as tx:
            tx.execute(text(statement), parameters)

    def _working_on(self) -> list[UUID]:
        rows = self.rows("select order_id from deliveries where claimed_by = :me", me=self.me)
        return [r.order_id for r in rows]

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers


def _data(body: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(body)["data"]
    return data
