"""What head office keeps, in a file of its own."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.head_office.demo_data import Demo

RECORDS = "records.sqlite"
SCHEMA = """
create table if not exists orders (
    id integer primary key autoincrement, order_id text not null unique, oms_id text not null, key text not null,
    fingerprint text not null, revision integer not null, invoice_number text not null, total_minor integer not null,
    business_date text not null, accepted_at text not null, document text not null
);
create index if not exists orders_day on orders (business_date, id);
create table if not exists posts (
    id integer primary key autoincrement, order_id text not null, key text not null, fingerprint text not null,
    status integer not null, at text not null
);
create index if not exists posts_order on posts (order_id);
create table if not exists cancellations (order_id text primary key, invoice_number text, body text not null, at text not null);
create table if not exists customers (customer_id text primary key, code text unique, body text not null);
create table if not exists sessions (session_id text primary key, body text not null, puts integer not null);
create table if not exists quotes (order_id text primary key, body text not null, committed integer not null default 0);
create table if not exists intents (key text primary key, body text not null);
create table if not exists heads (
    chain text not null, name text not null, epoch integer not null, sequence integer not null, hash text not null,
    primary key (chain, name)
);
create table if not exists installations (epoch integer primary key autoincrement, token text not null unique, at text not null);
create table if not exists feed (
    name text not null, key text not null, version integer not null, deleted integer not null, record text not null,
    primary key (name, key)
);
create index if not exists feed_version on feed (name, version);
"""  # noqa: E501
NEWEST = "select epoch = (select max(epoch) from installations) as newest from installations where token = ?"
ACCEPT = """
insert into orders (order_id, oms_id, key, fingerprint, revision, invoice_number, total_minor, business_date,
    accepted_at, document) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP_CUSTOMER = """
insert into customers values (?, ?, ?) on conflict (customer_id) do update set body = excluded.body
    where coalesce(json_extract(excluded.body, '$.revision'), 0)
        >= coalesce(json_extract(customers.body, '$.revision'), 0)
"""
KEEP_SESSION = """
insert into sessions values (?, ?, 1) on conflict (session_id) do update set body = excluded.body, puts = puts + 1
"""
# of one installation and of a series the head that reached furthest, in whatever order they are told
KEEP_HEAD = """
insert into heads values (?, coalesce(?, (select max(epoch) from installations)),
    (select max(epoch) from installations), ?, ?)
on conflict (chain, name) do update set epoch = excluded.epoch, sequence = excluded.sequence, hash = excluded.hash
    where excluded.sequence > heads.sequence
"""
KEYS = {"products": "product_id", "inventory": "sku", "payment-modes": "code", "staff": "staff_code"}


def now() -> str:
    return datetime.now(UTC).isoformat()


class Records:
    """One SQLite file; each change is a transaction."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("begin immediate")
        try:
            yield self._db
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(statement, values).fetchall()

    def install(self, token: str) -> int:
        """Makes this the token of the store's newest installation; its epoch."""
        with self.change() as db:
            epoch = db.execute("insert into installations (token, at) values (?, ?)", (token, now())).lastrowid
        assert epoch is not None
        return epoch

    def token_is_newest(self, token: str) -> bool | None:
        """Whether a token is of the newest installation; None where it is of none."""
        found = self.one(NEWEST, token)
        return bool(found["newest"]) if found else None

    def seeded(self) -> bool:
        return self.one("select 1 from feed limit 1") is not None

    def seed(self, demo: Demo) -> None:
        """Fills the feeds of an empty file."""
        feeds = {
            "products": demo.products,
            "inventory": demo.inventory,
            "payment-modes": demo.payment_modes,
            "staff": demo.staff,
        }
        with self.change() as db:
            for name, rows in feeds.items():
                values = [(name, row[KEYS[name]], 1, 0, json.dumps(row)) for row in rows]
                db.executemany("insert into feed values (?, ?, ?, ?, ?)", values)

    def put_record(self, name: str, record: dict[str, Any], *, deleted: bool = False) -> None:
        """Changes or deletes one record of a feed: the next delta holds it."""
        with self.change() as db:
            version = db.execute("select max(version) + 1 from feed where name = ?", (name,)).fetchone()[0]
            values = (name, record[KEYS[name]], version, int(deleted), json.dumps(record))
            db.execute("insert or replace into feed values (?, ?, ?, ?, ?)", values)

    def order(self, order_id: str) -> sqlite3.Row | None:
        return self.one("select * from orders where order_id = ?", order_id)

    def cancellation(self, order_id: str) -> sqlite3.Row | None:
        return self.one("select * from cancellations where order_id = ?", order_id)

    def accept(self, document: dict[str, Any], key: str, fingerprint: str) -> sqlite3.Row:
        """Stores an order; the file itself allows one an id."""
        with self.change() as db:
            count = db.execute("select coalesce(max(id), 0) + 1 from orders").fetchone()[0]
            values = (
                document["order_id"],
                f"OMS-{count:07d}",
                key,
                fingerprint,
                document["revision"],
                document["invoice"]["number"],
                document["totals"]["total_minor"],
                document["business_date"],
                now(),
                json.dumps(document),
            )
            db.execute(ACCEPT, values)
            invoice = document["invoice"]
            _keep_head(db, "invoices", invoice.get("series"), invoice.get("sequence"), invoice.get("hash"))
            _move(db, document, -1)
        stored = self.order(document["order_id"])
        assert stored is not None
        return stored

    def note_post(self, order_id: str, key: str, fingerprint: str, status: int) -> None:
        """Notes what was asked and how it was answered, for whoever checks that nobody asked twice in other words."""
        with self.change() as db:
            values = (order_id, key, fingerprint, status, now())
            db.execute("insert into posts (order_id, key, fingerprint, status, at) values (?, ?, ?, ?, ?)", values)

    def forget(self, order_id: str) -> bool:
        """Drops an order with its key, as a head office does that was set back to yesterday; whether there was one."""
        stored = self.order(order_id)
        if stored is None:
            return False
        with self.change() as db:
            db.execute("delete from orders where order_id = ?", (order_id,))
            _move(db, json.loads(stored["document"]), 1)
        return True

    def cancel(self, order_id: str, number: str, body: dict[str, Any]) -> None:
        """Notes a cancellation, once."""
        mark = body.get("mark") or {}
        with self.change() as db:
            values = (order_id, number, json.dumps(body), now())
            db.execute("insert into cancellations values (?, ?, ?, ?) on conflict do nothing", values)
            _keep_head(db, "marks", None, mark.get("sequence"), mark.get("hash"))

    def keep_session(self, session_id: str, body: dict[str, Any]) -> None:
        """Notes an offline session as it stands."""
        with self.change() as db:
            db.execute(KEEP_SESSION, (session_id, json.dumps(body)))
            _keep_head(db, "sessions", None, body.get("ledger_sequence"), body.get("ledger_head"))

    def heads(self) -> list[dict[str, Any]]:
        """How far each chain of the store is known."""
        return [dict(row) for row in self.all("select * from heads order by chain, name")]

    def epoch(self) -> int:
        """Of the newest installation; 0 before the first."""
        newest = self.one("select max(epoch) as epoch from installations")
        return int(newest["epoch"] or 0) if newest else 0

    def keep_customer(self, customer_id: str, body: dict[str, Any]) -> str:
        """Notes a customer unless a higher revision is known already; their code."""
        code = f"C-{customer_id[-8:].upper()}"
        with self.change() as db:
            db.execute(KEEP_CUSTOMER, (customer_id, code, json.dumps(body)))
        return code


def _keep_head(db: sqlite3.Connection, chain: str, name: Any, sequence: Any, hash_: Any) -> None:
    """Keeps a chain's head where one was told; without a name it is the newest installation's."""
    if isinstance(sequence, int) and isinstance(hash_, str) and (name or chain != "invoices"):
        db.execute(KEEP_HEAD, (chain, name, sequence, hash_))


def _move(db: sqlite3.Connection, document: dict[str, Any], sign: int) -> None:
    """Moves the goods of an order in the stock that the next delta tells: out by -1, back by 1."""
    version = db.execute("select max(version) + 1 from feed where name = 'inventory'").fetchone()[0]
    for line in document["lines"]:
        found = db.execute("select record from feed where name = 'inventory' and key = ?", (line["sku"],)).fetchone()
        if found:
            record = json.loads(found["record"])
            record["quantity"] += sign * line["quantity"]
            change = "update feed set record = ?, version = ? where name = 'inventory' and key = ?"
            db.execute(change, (json.dumps(record), version, line["sku"]))
