"""A store's sessions service for tests: its App over a real database, and the words of its neighbours."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import Client, TestResponse

from services.chassis import states
from services.chassis.database import Database
from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox
from services.chassis.outbox import Outbox
from services.chassis.states import Apply, Puller
from services.chassis.testing import FakeClock, client
from services.sessions import heard
from services.sessions.app import App, Pulls, authenticator
from services.sessions.handlers import facts, machine, people, switch
from services.sessions.pins import PinHasher
from services.sessions.routes import Door
from services.sessions.settings import Settings
from services.sessions.stream import Stream
from services.sessions.tokens import Signer

TILL, TILL_KEY = "0190a000-0000-7000-8000-000000000001", "till-key"
DATASETS = ("products", "inventory", "payment-modes", "staff")
STAFF = [
    ("M1", "Meera", "manager", [], True),
    ("M2", "Mohan", "manager", [], True),
    ("A1", "Asha", "associate", ["offline_mode"], True),
    ("A2", "Anil", "associate", [], True),
    ("L1", "Latha", "associate", [], False),
]
PINS = {"M1": "271828", "M2": "161803", "A1": "314159", "A2": "141421"}

# nobody is asked: the tests say what neighbours said


def settings(folder: Path, database_url: str) -> Settings:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    public = key.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
    (folder / "private.pem").write_bytes(private)
    (folder / "public.pem").write_bytes(public)
    return Settings(
        id="S1",
        environment="development",
        database_url=database_url,
        metrics_listen="127.0.0.1:9",
        service_token="service-token-of-tests",
        pin_pepper="pepper-of-tests-only",
        token_public_key_file=str(folder / "public.pem"),
        token_private_key_file=str(folder / "private.pem"),
        catalog_url="http://127.0.0.1:9",
        orders_url="http://127.0.0.1:9",
        sync_url="http://127.0.0.1:9",
        storage_needs_mb=1,
        toggle_wait_seconds=0,
    )


def build_app(folder: Path, database_url: str) -> App:
    given, clock = settings(folder, database_url), FakeClock(datetime.now(UTC))
    db = Database(database_url, name="sessions.tests", pool_size=5)
    silent = Puller(db, "", ())
    return App(
        settings=given,
        db=db,
        clock=clock,
        outbox=Outbox(given.id, clock),
        pulls=Pulls(silent, silent, silent, silent),
        authenticator=AlwaysFresh(given, db),
        signer=Signer(Path(given.token_private_key_file).read_text(), given.id),
        hasher=PinHasher("pepper-of-tests-only", time_cost=1, memory_kib=64),
        stream=Stream(db),
        zone=given.time_zone,
        boot="boot-1",
    )


class AlwaysFresh:
    """The door's authenticator without its cache of a second."""

    def __init__(self, given: Settings, db: Database) -> None:
        self._given, self._db = given, db

    def authenticate(self, header: str) -> Any:
        return authenticator(self._given, self._db).authenticate(header)


@dataclass
class Store:
    """The service, and the neighbours' words put where the puller would put them."""

    app: App
    numbers: int = 0

    @property
    def clock(self) -> FakeClock:
        return self.app.clock  # type: ignore[return-value]

    @cached_property
    def http(self) -> Client:
        return client(Door, self.app)

    def hear(self, name: str, value: Any, apply: Apply | None = None) -> None:
        self.numbers += 1
        with self.app.db.transaction() as tx:
            states.keep(tx, name, self.numbers, value)
            if apply:
                apply(tx, self.numbers, value)

    def line(self, *, internet: str = "up", head_office: str = "up", **more: Any) -> None:
        self.hear("connectivity", {"internet": internet, "head_office": head_office, **more})
        machine.step(self.app)

    def cut(self) -> None:
        self.line(internet="down", head_office="down")

    def synced(self, *missing: str, **freshness: str) -> None:
        datasets = {name: self._aged(freshness.get(name, "fresh")) for name in DATASETS}
        self.hear("readiness", {"datasets": datasets, "missing": list(missing)})

    def _aged(self, freshness: str) -> dict[str, str]:
        """A data set as `catalog` tells of it: fresh for four hours, too old after a day."""
        age = timedelta(hours={"fresh": 0, "stale": 5, "too_old": 25}[freshness])
        turns = {"stale_at": timedelta(hours=4), "too_old_at": timedelta(hours=24)}
        now = self.clock.now()
        return {"freshness": freshness} | {name: (now - age + after).isoformat() for name, after in turns.items()}

    def hear_figures(self, session_id: str, orders: int, total_minor: int) -> None:
        value = {"session_id": session_id, "orders": orders, "total_minor": total_minor}
        self.hear("session-figures", value, heard.session_figures)

    def staffed(self, **changes: dict[str, Any]) -> None:
        names = ("staff_code", "name", "role", "permissions", "active")
        people_ = [dict(zip(names, row, strict=True)) | {"valid_until": None} for row in STAFF]
        value = [person | changes.get(person["staff_code"], {}) for person in people_]
        self.hear("staff", value, heard.staff(self.clock))

    def paired(self, *, active: bool = True) -> None:
        key_hash = hashlib.sha256(TILL_KEY.encode()).hexdigest()
        tills = [{"till_id": TILL, "name": "Till 1", "key_hash": key_hash, "active": active}]
        self.hear("tills", tills, heard.tills(self.clock))

    def open_for_business(self, folder: Path) -> None:
        """Synced, staffed, paired, granted, PINs set, line up."""
        self.synced()
        self.staffed()
        self.paired()
        with self.app.db.transaction() as tx:
            for staff_code, pin in PINS.items():
                people.people.set_pin(tx, staff_code, self.app.hasher.hash(pin), self.clock.now())
        self.line()
        answer = self.put("/api/sessions/storage-grant", self.token("M1"), folder=str(folder))
        assert answer.status_code == 200, answer.json

    def sign_in(self, staff_code: str, pin: str | None = None, **other: Any) -> TestResponse:
        till = {"till_id": TILL, "till_key": TILL_KEY} | other
        body = {"staff_code": staff_code, "pin": pin or PINS[staff_code]} | till
        return self.post("/api/sessions/sign-in", **{k: v for k, v in body.items() if v is not None})

    def token(self, staff_code: str) -> str:
        answer = self.sign_in(staff_code)
        assert answer.status_code == 200, answer.json
        return str(answer.json["token"])

    def get(self, path: str, token: str, **query: Any) -> TestResponse:
        return self.http.get(path, query_string=query, headers=_bearer(token))

    def post(self, path: str, token: str = "", address: str = "10.0.0.1", **body: Any) -> TestResponse:
        return self.http.post(path, json=body, headers={"X-Forwarded-For": address, **_bearer(token)})

    def put(self, path: str, token: str, **body: Any) -> TestResponse:
        return self.http.put(path, json=body, headers=_bearer(token))

    def turn(self, token: str, *, on: bool, **body: Any) -> TestResponse:
        return self.put("/api/sessions/mode", token, on=on, **body)

    def mode(self) -> dict[str, Any]:
        return switch.show(self.app)

    def sessions(self, token: str, **query: Any) -> list[dict[str, Any]]:
        return list(self.get("/api/sessions/offline-sessions", token, **query).json["items"])

    def outage(self) -> str:
        """An automatic session from its beginning to its end; returns its id."""
        self.cut()
        session_id = str(self.mode()["session_id"])
        self.clock.advance(20)
        self.line()
        return session_id

    def take(self, *events: Event) -> None:
        Inbox(self.app.db, "sessions.facts", lambda tx, e: facts.take(self.app, tx, e), "S1").take(
            [body_of(event) for event in events]
        )

    def apply(self, event: Event) -> None:
        """What the worker does with an event of its queue, without an inbox that keeps what fails."""
        with self.app.db.transaction() as tx:
            facts.take(self.app, tx, [event])

    def told(self) -> list[dict[str, Any]]:
        """What was told to `sync`, in order."""
        with self.app.db.transaction() as tx:
            rows = tx.exec_driver_sql("select body from outbox where queue = 'sync.facts' order by id")
            return [json.loads(row.body)["data"] for row in rows]

    def as_owner(self, service_database: Any) -> Database:
        """The store's database as the schema's owner has it."""
        url = self.app.settings.database_url.get_secret_value()
        return Database(service_database.owner_url(url), name="owner")

    def ledger(self) -> list[str]:
        with self.app.db.transaction() as tx:
            return list(tx.exec_driver_sql("select kind from ledger order by sequence").scalars())


def sealed(session_id: str, orders: int, *, version: int = 1, total: int = 1000) -> Event:
    data = {
        "session_id": session_id,
        "orders": orders,
        "total_minor": total,
        "currency": "INR",
        "sealed_at": "2026-04-15T06:40:00+00:00",
        "by_payment_mode": {"cash": total},
    }
    return Event(type="orders.session_sealed", aggregate_id=session_id, aggregate_version=version, data=data)


def settled(session_id: str, *states_: str, version: int = 1, first: int = 1) -> Event:
    outcomes = [
        {
            "order_id": str(UUID(int=first + n)),
            "session_id": session_id,
            "delivery_version": version,
            "state": state,
        }
        for n, state in enumerate(states_)
    ]
    return Event(type="sync.orders_settled", aggregate_id=session_id, data={"outcomes": outcomes})


def body_of(event: Event) -> bytes:
    envelope = {
        "id": str(event.id or new_id()),
        "type": event.type,
        "version": event.version,
        "store_id": "S1",
        "occurred_at": "2026-04-15T06:40:00+00:00",
        "aggregate_id": event.aggregate_id,
        "aggregate_version": event.aggregate_version,
        "data": event.data,
    }
    return json.dumps(envelope).encode()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
