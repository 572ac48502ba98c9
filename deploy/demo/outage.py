"""The play: sync, cut, sell, hurt, come back, cure, compare."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from deploy.demo import recovery, selling
from deploy.demo.chart import duration, sparkline
from deploy.demo.people import People, sign_in
from deploy.demo.recorder import Recorder
from deploy.demo.store import HeadOfficeDials, Store, wait
from deploy.demo.verdict import Booked, Receipt, Verdict, gaps, judge
from deploy.runner.ports import Ports
from services.orders.domain.money import rupees

REFUSED = 6
CURED = 4
SOME = 20
WIDTH = 72
SLOW_MS = 120
RENAMED = {"code": "unknown_sku", "text": "Head office does not know an article of this order."}
CHARTS = (
    ("offline", 'max(store_sessions_mode{mode="offline"})'),
    ("waiting in the queue", "max(store_sync_queued_orders)"),
    ("on the way", 'sum(store_sync_orders{state=~"waiting|sending|unknown"})'),
    ("in flight", "max(store_sync_in_flight)"),
    ("needs a person", 'max(store_sync_orders{state="pending"})'),
)

Baskets = Callable[[list[str]], list[selling.Basket]]


class Outage:
    """One outage of one store."""

    def __init__(self, store: Store, say: Callable[[str], None]) -> None:
        self._store = store
        self._say = say
        self._office = HeadOfficeDials(store)
        folder = store.folder / "demo-prometheus"
        port = Ports(store.folder / "demo-ports.json").take("prometheus")
        self._recorder = Recorder(folder, port, store.state["metrics"])

    def play(self, baskets: Baskets) -> bool:
        """Whether the promise was kept for every sale."""
        self._office.set()
        self._recorder.start()
        try:
            people = self._open()
            chosen = baskets(selling.articles(people.manager))
            before = self._office.records()
            self._cut(people)
            day = self._sell(people, chosen)
            self._come_back(people, len(before["orders"]))
            self._recover(people, {receipt.order_id for receipt in day.receipts})
            self._wait_drained(people)
            return self._judge(people, day, before)
        finally:
            self._office.set()
            self._recorder.stop()

    def _open(self) -> People:
        people = sign_in(self._store)
        wait("all four data sets synced", lambda: _synced(people))
        for row in people.manager.get("/api/catalog/data-sync")["datasets"]:
            self._say(f"synced {row['dataset']:<14} {row['count']:>6} records, {row['freshness']}")
        if people.manager.get("/api/sessions/storage-grant")["edge"] is None:
            folder = self._store.folder / "offline-data"
            folder.mkdir(exist_ok=True)
            people.manager.put("/api/sessions/storage-grant", {"folder": str(folder)})
            self._say("storage folder granted: written, read back, room left")
        wait("the store is online", lambda: _mode(people) == "online")
        self._say(f"{len(people.tills)} tills signed in, the store is online")
        return people

    def _cut(self, people: People) -> None:
        self._say("the line is cut")
        self._office.set({"kind": "down"})
        wait("the store goes offline by itself", lambda: _mode(people) == "offline")
        banner = people.manager.get("/api/orders/mode")["shown"]["banner"]
        self._say(f"offline by itself, {banner['kind']} banner: {banner['text']}")

    def _sell(self, people: People, baskets: list[selling.Basket]) -> selling.Day:
        troubles = {
            len(baskets) // 4: ("catalog is killed", ("catalog.door", "catalog.worker")),
            len(baskets) // 2: ("the broker is killed", ("rabbitmq",)),
        }

        def progress(sold: int) -> None:
            if sold in troubles:
                text, names = troubles[sold]
                self._say(f"{sold} sold; {text} (SIGKILL), the tills go on")
                self._store.kill(*names)

        started = time.monotonic()
        day = selling.sell(people, baskets, progress)
        took = time.monotonic() - started
        refused = ", ".join(f"{count} × {code}" for code, count in sorted(day.refused.items()))
        total = sum(receipt.total_minor for receipt in day.receipts)
        self._say(f"{len(day.receipts)} sales stored in {duration(took)}, {rupees(total)}; refused: {refused}")
        if day.approved:
            self._say(f"{day.approved} pieces were sold with a manager's word, though none was left by the figures")
        for line in [*gaps(day.receipts), *day.surprises]:
            self._say(f"WRONG: {line}")
        if not gaps(day.receipts):
            self._say("each till's invoice numbers are consecutive")
        return day

    def _come_back(self, people: People, before: int) -> None:
        self._say(f"the line is back; head office is slow, loses replies and refuses {REFUSED} orders")
        self._office.set(
            {"kind": "delay_ms", "value": SLOW_MS, "path": "/v1/orders"},
            {"kind": "lose_reply", "path": "/v1/orders", "every": 17, "count": 8},
            {"kind": "refuse", "value": RENAMED, "every": 29, "count": REFUSED},
        )
        wait("the store is online again by itself", lambda: _mode(people) == "online")
        self._say("online by itself; order syncing started in background")
        wait("some orders are sent", lambda: len(self._office.records()["orders"]) > before + SOME)
        self._say("in mid-drain the broker and sync are killed (SIGKILL)")
        self._store.kill("rabbitmq", "sync.worker", "sync.door")

    def _recover(self, people: People, ours: set[str]) -> None:
        found = wait("refused orders reach the recovery desk", lambda: _pending(people, ours))
        for n, row in enumerate(found):
            order_id = row["order_id"]
            cured = n < CURED
            (recovery.cure if cured else recovery.void)(people, order_id)
            text = row["reason_text"]
            self._say(f"recovery desk: {row['invoice_number']} {'corrected, sent again' if cured else 'void'} ({text})")

    def _wait_drained(self, people: People) -> None:
        wait("nothing waits any more", lambda: _nothing_waits(people))
        self._say(f"drained; processes were started {self._store.starts()} times in all")

    def _judge(self, people: People, day: selling.Day, before: dict[str, Any]) -> bool:
        self._audit(people)
        records = self._office.records()
        earlier = {order["order_id"] for order in before["orders"]}
        booked = [
            Booked(o["order_id"], o["invoice_number"], o["total_minor"])
            for o in records["orders"]
            if o["order_id"] not in earlier
        ]
        ours = {r.order_id for r in day.receipts}
        cancelled = {c["order_id"]: c["invoice_number"] for c in records["cancellations"] if c["order_id"] in ours}
        verdict = judge(day.receipts, booked, cancelled)
        self._chart()
        self._tell(verdict, day.receipts)
        return verdict.kept and not gaps(day.receipts) and not day.surprises

    def _audit(self, people: People) -> None:
        session = wait("the session is a success", lambda: _latest_success(people))
        began, ended = self._clock(session["started_at"]), self._clock(session["ended_at"])
        self._say(
            f"session {session['session_id']}: {session['label']}, {session['trigger']}, {session['orders']} orders, "
            f"{rupees(session['total_minor'])}, {began} to {ended}"
        )

    def _clock(self, moment: str) -> str:
        """A moment as the clock in the store showed it."""
        return f"{datetime.fromisoformat(moment).astimezone(self._store.zone):%Y-%m-%d %H:%M:%S}"

    def _tell(self, verdict: Verdict, receipts: list[Receipt]) -> None:
        for line in verdict.wrong:
            self._say(f"WRONG: {line}")
        self._say(
            f"of {len(receipts)} confirmed sales {len(verdict.once)} are at head office once, with the same amount and "
            f"number; {len(verdict.void)} are void and told; {len(verdict.wrong)} are wrong"
        )

    def _chart(self) -> None:
        self._say("what Prometheus recorded:")
        for name, query in CHARTS:
            values = self._recorder.series(query)
            print(f"          {name:<21} {sparkline(values, width=WIDTH)} {max(values):.0f}", flush=True)


def _mode(people: People) -> str:
    return str(people.manager.get("/api/orders/mode")["mode"])


def _synced(people: People) -> bool:
    rows = people.manager.get("/api/catalog/data-sync")["datasets"]
    return all(row["freshness"] == "fresh" for row in rows)


def _pending(people: People, ours: set[str]) -> Any:
    """The orders of this demo that wait for a person, once all that head office refuses are among them."""
    found = [row for row in people.manager.get("/api/sync/pending")["items"] if row["order_id"] in ours]
    return found if len(found) >= REFUSED else None


def _nothing_waits(people: People) -> bool:
    return bool(people.manager.get("/api/sync/status")["backlog"]["nothing_waits"])


def _latest_success(people: People) -> Any:
    items = people.manager.get("/api/sessions/offline-sessions", limit=1)["items"]
    return items[0] if items and items[0]["status"] == "success" else None
