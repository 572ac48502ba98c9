"""Evidence as it lies: read past the services, from the database, head office's own file, the broker and the logs."""

import hashlib
import json
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from deploy.head_office.records import RECORDS
from deploy.runner.database_roles import DATABASE
from deploy.runner.services import SERVICES
from deploy.runner.system import System
from tests.faults import verifying
from tests.faults.evidence import Booked, Delivery, Held, Post, Session, Stock

CANARY = "Kanarienvogel"
PERSONAL = ("customer", "note", "delivery")

HELD = """
    with paid as (
        select order_id, jsonb_object_agg(payment_mode, minor) as paid from (
            select order_id, payment_mode, sum(amount_minor) as minor from orders.payments group by 1, 2
        ) by_mode group by 1
    ), moved as (
        select order_id, jsonb_object_agg(sku, quantity) as moved from orders.movements group by 1
    ), noted as (
        select order_id, jsonb_object_agg(sku, quantity) as noted from catalog.sale_lines group by 1
    )
    select o.order_id::text, md5(o.document::text) as seen, o.state, o.mode, o.session_id::text, o.series, o.sequence,
        o.invoice_number, o.total_minor, o.business_date, coalesce(paid, '{}') as paid, coalesce(moved, '{}') as moved,
        coalesce(noted, '{}') as noted
    from orders.orders o
        left join paid using (order_id) left join moved using (order_id) left join noted using (order_id)
"""
DOCUMENTS = "select order_id::text, document from orders.orders where order_id::text = any(%s)"
# answers that judged an order since it last began anew
DELIVERIES = """
    select d.order_id::text, d.state, d.attempts,
        (select count(*) from sync.history h where h.order_id = d.order_id
            and h.edge in ('refused', 'exhausted', 'failed')
            and h.id > coalesce((select max(a.id) from sync.history a where a.order_id = d.order_id
                and a.edge in ('retried', 'corrected', 'sent_again')), 0)) as judged,
        (select count(*) from sync.history h where h.order_id = d.order_id and h.edge = 'accepted'
            and h.id > coalesce((select max(a.id) from sync.history a where a.order_id = d.order_id
                and a.edge = 'sent_again'), 0)) as accepted,
        array(select h.fence from sync.history h where h.order_id = d.order_id order by h.id) as fences
    from sync.deliveries d where d.placed_at is not null or d.state <> 'withdrawn'
"""
SESSIONS = """
    select session_id::text, status, extract(epoch from started_at)::float as started,
        extract(epoch from ended_at)::float as ended, orders, total_minor, by_payment_mode,
        sealed_at
    from sessions.offline_sessions order by started_at
"""
STOCK = """
    select s.sku, s.sold,
        coalesce((select sum(m.quantity) from orders.movements m where m.sku = s.sku and m.open), 0)::int as moved
    from orders.stock s
"""
DOUBLES = "select consumer, event_id::text from {}.inbox group by 1, 2 having count(*) > 1"
LETTERS = "select encode(sha256(body), 'hex') as digest, id, consumer, error from {}.inbox_failures where dead"
PAID_TWICE = """
    select payment_mode, reference, count(distinct order_id) as orders from orders.payments
    where reference is not null and order_id not in (
        select order_id from orders.approvals where action = 'reused_reference')
    group by 1, 2 having count(distinct order_id) > 1
"""
BOOKED = "select order_id, invoice_number, total_minor, document from orders"
# not sent, or for so long not known to have arrived
UNSENT = "select {} from {}.outbox where published_at is null or created_at < now() - interval '{} s'"
# at rest, nothing gets as old as that while evidence is read
LATE_S, LATE_SOON_S = 60, 30
# what comes to be told while evidence is read has left by then: `catalog` hears of other stock at any time
TOLD_WITHIN_S, LOOK_S = 5.0, 0.2
# sales whose fact is still on its way to `catalog`
UNHEARD = """
    select count(*) from orders.orders o
    where not exists (select from catalog.sale_lines s where s.order_id = o.order_id)
"""
MOVING = f"""
    select (select count(*) from orders.orders where state in ('waiting', 'void_asked'))
        + (select count(*) from sync.deliveries where state not in ('synced', 'pending', 'withdrawn'))
        + (select count(*) from sessions.offline_sessions where status in ('open', 'syncing'))
        + {" + ".join(f"({UNSENT.format('count(*)', service, LATE_SOON_S)})" for service in SERVICES)} + ({UNHEARD})
"""


def seen_digest(document: dict[str, Any]) -> str:
    """What a customer holds in the hand: all of an invoice but what is a person's."""
    return _digest({key: value for key, value in document.items() if key not in PERSONAL})


def whole_digest(document: dict[str, Any]) -> str:
    """All of a sale as it is sent, but for how often it was sent and corrected."""
    return _digest({key: value for key, value in document.items() if key not in ("revision", "correction")})


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


class Collector:
    """Reads one store."""

    def __init__(self, system: System) -> None:
        self._system = system
        # what was reckoned of a document counts as long as the document is the same
        self._reckoned: dict[tuple[str, str], tuple[str, str, Counter[str]]] = {}
        self._whole: dict[bytes, str] = {}

    def held(self) -> Iterator[Held]:
        rows = self._rows(HELD)
        self._reckon({row.order_id: row.seen for row in rows if (row.order_id, row.seen) not in self._reckoned})
        for row in rows:
            digest, balance, sold = self._reckoned[row.order_id, row.seen]
            paid = sum(row.paid.values())
            yield Held(
                row.order_id,
                row.invoice_number,
                row.series,
                row.sequence,
                row.total_minor,
                row.state,
                row.mode,
                row.session_id,
                digest,
                row.paid,
                row.business_date,
                balance or ("" if paid == row.total_minor else f"{paid} paid for {row.total_minor}"),
                row.moved == sold,
                row.noted == sold,
            )

    def _reckon(self, seen: dict[str, str]) -> None:
        for order_id, document in self._rows(DOCUMENTS, list(seen)):
            sold: Counter[str] = Counter()
            for line in document["lines"]:
                sold[line["sku"]] += line["quantity"]
            self._reckoned[order_id, seen[order_id]] = seen_digest(document), balance(document), sold

    def deliveries(self) -> Iterator[Delivery]:
        for row in self._rows(DELIVERIES):
            yield Delivery(row.order_id, row.state, row.attempts, row.judged, row.accepted, tuple(row.fences))

    def sessions(self) -> Iterator[Session]:
        for r in self._rows(SESSIONS):
            status = r.status if r.sealed_at else "open"
            yield Session(r.session_id, status, r.started, r.ended, r.orders, r.total_minor, r.by_payment_mode)

    def stock(self) -> Iterator[Stock]:
        return (Stock(row.sku, row.sold, row.moved) for row in self._rows(STOCK))

    def unsent(self) -> dict[str, int]:
        """How many facts wait to be told, by service: those that still do a moment later."""
        waiting, until = self._unsent(), time.monotonic() + TOLD_WITHIN_S
        while any(waiting.values()) and time.monotonic() < until:
            time.sleep(LOOK_S)
            now = self._unsent()
            waiting = {service: ids & now[service] for service, ids in waiting.items()}
        return {service: len(ids) for service, ids in waiting.items()}

    def _unsent(self) -> dict[str, set[int]]:
        return {s: {row.id for row in self._rows(UNSENT.format("id", s, LATE_S))} for s in SERVICES}

    def unheard(self) -> int:
        return int(self._rows(UNHEARD)[0][0])

    def moving(self) -> int:
        """How many orders, deliveries, sessions and facts are still on their way."""
        return int(self._rows(MOVING)[0][0])

    def inbox_doubles(self) -> list[str]:
        return [f"{row.consumer}: {row.event_id}" for s in SERVICES for row in self._rows(DOUBLES.format(s))]

    def dead_letters(self) -> dict[str, str]:
        found = ((service, row) for service in SERVICES for row in self._rows(LETTERS.format(service)))
        return {row.digest: f"{service} {row.id}: {row.consumer}, {row.error}" for service, row in found}

    def paid_twice(self) -> list[str]:
        """References that pay for more than one order, without a manager's word."""
        return [f"{row.payment_mode} {row.orders} orders" for row in self._rows(PAID_TWICE)]

    def corrected(self) -> set[str]:
        return {row.order_id for row in self._rows("select distinct order_id::text from orders.amendments")}

    def chain_flaws(self) -> list[str]:
        """What the delivered commands say of invoices and ledger."""
        with ThreadPoolExecutor(2) as both:
            return [flaw for flaws in both.map(self._verify, ("orders", "sessions")) for flaw in flaws]

    def _verify(self, service: str) -> list[str]:
        told = self._system.plan.environment(service, "door")
        return [f"{service}: {line}" for line in verifying.complaints(service, told)]

    def canaries(self) -> list[str]:
        """Files that hold a customer's name, of the database, the broker, the logs and all others of the store's."""
        plan = self._system.plan
        words = ["grep", "-RlF", f"--exclude-dir={plan.stand_in_folder.name}", CANARY, str(plan.folder)]
        found = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        return [f"{file} holds a customer's name" for file in found.stdout.splitlines()]

    def booked(self) -> Iterator[Booked]:
        for order_id, number, total_minor, document in self._office(BOOKED):
            text = hashlib.sha256(document.encode()).digest()
            if text not in self._whole:
                self._whole[text] = whole_digest(json.loads(document))
            yield Booked(order_id, number, total_minor, self._whole[text])

    def cancelled(self) -> dict[str, str]:
        return dict(self._office("select order_id, coalesce(invoice_number, '') from cancellations"))

    def posts(self) -> Iterator[Post]:
        for row in self._office("select order_id, key, fingerprint, status from posts order by id"):
            yield Post(*row)

    def _office(self, statement: str, *values: Any) -> list[Any]:
        """Head office's own file, read while it runs."""
        file: Path = self._system.plan.stand_in_folder / RECORDS
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            return db.execute(statement, values).fetchall()

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self._system.plan.postgres.url(database=DATABASE), row_factory=namedtuple_row) as db:
            return db.execute(statement.encode(), values or None).fetchall()


def balance(document: dict[str, Any]) -> str:
    """What does not add up in a document, reckoned anew: total, lines, both halves of the tax."""
    totals, lines = document["totals"], document["lines"]
    amounts = sum(line["amount_minor"] - line["discount_minor"] for line in lines)
    if totals["total_minor"] != amounts + totals["round_off_minor"]:
        return "lines do not make the total"
    return next(_wrong_tax(lines), "")


def _wrong_tax(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    for line in lines:
        taxes = line["cgst_minor"], line["sgst_minor"], line["igst_minor"]
        rate, price = line["tax_rate_bp"], line["amount_minor"] - line["discount_minor"]
        if taxes[0] != taxes[1] or line["taxable_minor"] + sum(taxes) != price:
            yield f"line {line['line_no']}: taxes {taxes} do not make {price}"
        if abs(sum(taxes) - price * rate / (10_000 + rate)) > len(taxes) * line["quantity"]:
            yield f"line {line['line_no']}: taxes {taxes} are not {rate / 100} % of {price}"
