"""What must hold in a store that has come to rest, whatever happened to it: the invariants by their names."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from deploy.head_office.records import Records
from services.orders.handlers.verifying import verify_series
from services.sessions.domain.mode import Connectivity, Readiness, Wish, decide, first
from services.sessions.handlers import verifying
from services.sessions.store import ledger
from tests.model.shop import Shop

NUMBER = re.compile(r"[A-Z0-9/-]{1,16}")


@dataclass(frozen=True)
class Confirmed:
    """A sale as its till heard of it."""

    document: dict[str, Any]
    sale: Any

    @property
    def total_minor(self) -> int:
        return int(self.document["totals"]["total_minor"])


@dataclass
class Known:
    """The simple model: what was tried and confirmed, what head office was told to refuse, who was added."""

    tried: set[UUID] = field(default_factory=set)
    confirmed: dict[UUID, Confirmed] = field(default_factory=dict)
    refused: set[UUID] = field(default_factory=set)
    customers: set[UUID] = field(default_factory=set)


class AtRest:
    """A store at rest beside what is known of it and head office's own file."""

    def __init__(self, shop: Shop, known: Known, records: Records, idle: Callable[[], bool] | None = None) -> None:
        """`idle` says whether every message was taken in, where others carry them than the shop itself."""
        self.shop, self.known = shop, known
        self.idle = idle or (lambda: not shop.waiting())
        self.held = {row.order_id: row for row in shop.rows("orders", "select * from orders")}
        self.there = {UUID(row["order_id"]): row for row in records.all("select * from orders")}
        self.there_rows = len(records.all("select id from orders"))
        self.cancelled = {UUID(row["order_id"]): row for row in records.all("select * from cancellations")}
        self.told = {UUID(r["session_id"]): json.loads(r["body"]) for r in records.all("select * from sessions")}
        self.sessions = shop.rows("sessions", "select * from offline_sessions order by started_at")
        self.wishes = shop.rows("orders", "select * from amendments order by asked_at")

    def check(self) -> None:
        """Raises AssertionError for the first invariant that does not hold."""
        for name in ("i1", "i2", "i4", "i6", "i7", "i9", "i12", "i17", "i24", "answered"):
            getattr(self, name)()

    def i1(self) -> None:
        """Nothing confirmed is missing or changed, and nothing is held that nobody tried."""
        assert set(self.known.confirmed) <= set(self.held) <= self.known.tried
        for order_id, confirmed in self.known.confirmed.items():
            assert self.held[order_id].document == confirmed.document, f"{order_id} was changed"

    def i2(self) -> None:
        """Each is at head office once with its amount and number, or void and told, or refused as was planned."""
        synced = {order_id for order_id, row in self.held.items() if row.state == "synced"}
        assert synced == set(self.there), "said to be synced, and at head office"
        assert self.there_rows == len(self.there)
        for order_id, row in self.held.items():
            if row.state == "synced":
                there = self.there[order_id]
                assert (there["total_minor"], there["invoice_number"]) == (row.total_minor, row.invoice_number)
                assert there["oms_id"] == row.oms_id
            elif row.state == "void":
                assert self.cancelled[order_id]["invoice_number"] == row.invoice_number
            else:
                assert row.state == "pending", f"{order_id} is {row.state}"
                assert order_id in self.known.refused, f"{order_id} is pending: {row.reason}"
        assert set(self.cancelled) == {order_id for order_id, row in self.held.items() if row.state == "void"}

    def i4(self) -> None:
        """Numbers are consecutive in each series, and unique."""
        series: dict[str, list[int]] = {}
        for row in self.held.values():
            series.setdefault(row.series, []).append(row.sequence)
            assert NUMBER.fullmatch(row.invoice_number)
        assert all(sorted(found) == list(range(1, len(found) + 1)) for found in series.values()), series
        assert len({row.invoice_number for row in self.held.values()}) == len(self.held)

    def i6(self) -> None:
        """Both chains are unbroken."""
        assert verify_series(self.shop.orders)[1] == []
        with self.shop.sessions.db.transaction() as tx:
            assert verifying.verify(tx) == []

    def i7(self) -> None:
        """Each session has its orders and its money, the status that they add up to, and head office knows it so."""
        for session in self.sessions:
            orders = [row for row in self.held.values() if row.session_id == session.session_id]
            assert (session.orders, session.total_minor) == (len(orders), sum(row.total_minor for row in orders))
            money = Counter[str]()
            for row in orders:
                for payment in row.document["payments"]:
                    money[payment["payment_mode"]] += payment["amount_minor"]
            assert session.by_payment_mode == dict(money)
            pending = any(row.state == "pending" for row in orders)
            assert session.status == ("failed" if pending else "success"), session.session_id
            told = self.told[session.session_id]
            assert (told["status"], told["orders"]) == (session.status, len(orders))

    def i9(self) -> None:
        """Nothing waits to be delivered, to be told, or to be taken in."""
        assert self.idle()
        assert not self.shop.rows("sync", "select 1 from notices where state = 'waiting'")
        for service in ("orders", "sync", "sessions"):
            assert not self.shop.rows(service, "select error from inbox_failures")

    def i12(self) -> None:
        """Each order stands in one state, the same one wherever it is known."""
        same = {"synced": "synced", "pending": "pending", "withdrawn": "void"}
        rows = self.shop.rows("sync", "select * from deliveries")
        assert {row.order_id for row in rows} == set(self.held)
        for row in rows:
            assert row.state in same, f"{row.order_id} is {row.state}"
            assert row.claimed_by is None
            assert not row.void_asked
            assert same[row.state] == self.held[row.order_id].state, f"{row.order_id}: {row.state}"

    def i17(self) -> None:
        """Sessions follow one another, and the ledger played back through the table of modes gives the same modes."""
        assert all(session.ended_at is not None for session in self.sessions)
        assert all(one.ended_at <= other.started_at for one, other in pairwise(self.sessions))
        with self.shop.sessions.db.transaction() as tx:
            entries = [one for one in ledger.everything(tx) if "wish" in one.facts]
        mode = first(self.shop.opened_at - timedelta(days=1))
        for entry in entries:
            facts = entry.facts
            line = None if facts["head_office"] is None else Connectivity(facts["internet"], facts["head_office"])
            mode = decide(
                Wish(facts["wish"]),
                line,
                Readiness(missing=tuple(facts["missing"])),
                grant=True,
                current=mode,
                now=entry.at,
                next_session=entry.session_id or UUID(int=0),
            ).mode
            assert (mode.name, mode.trigger) == (facts["mode"], facts["trigger"]), entry

    def i24(self) -> None:
        """One body a key; another key only for a correction that was asked for."""
        corrections = {(wish.order_id, wish.revision) for wish in self.wishes if wish.kind == "correct"}
        for key, bodies in self.shop.line.sent.items():
            order_id, _, revision = key.partition(":")
            assert len(bodies) == 1, f"{key} was sent with other content"
            assert revision == "1" or (UUID(order_id), int(revision)) in corrections

    def answered(self) -> None:
        """Every wish has its answer, and the answer is what came of it."""
        for wish in self.wishes:
            order, there = self.held[wish.order_id], self.there.get(wish.order_id)
            assert wish.state in ("done", "too_late"), f"{wish.kind} of {wish.order_id} is {wish.state}"
            if wish.kind == "void":
                assert (wish.state == "done") == (order.state == "void"), f"{wish.order_id} is {order.state}"
            elif there is not None:
                assert (wish.state == "done") == (wish.revision <= there["revision"]), f"{wish} and {there['revision']}"
