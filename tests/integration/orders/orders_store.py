"""A store at the counter: a real database, tills, staff, a price book, and a mode that tests set."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.events import Event, decode
from services.chassis.ids import new_id
from services.chassis.sealing import new_key
from services.chassis.testing import FakeClock, client
from services.chassis.tokens import Principal
from services.orders import app as building
from services.orders.app import App
from services.orders.handlers import counter, hearing, selling
from services.orders.routes import Door
from services.orders.schemas import Sale, TillIn
from services.orders.settings import Settings
from services.orders.sparing import Sparing
from services.orders.store import heard
from tests.integration.unsteady import SEED

CUSTOMER_KEYS = new_key("1")
SERVICE_TOKEN = "a-service-token-for-tests"
KEPT = "ab" * 32
IDENTITY = {
    "store_id": "S001",
    "name": "Demo Store <Indiranagar>",
    "address": "100 Feet Road, Bengaluru",
    "gstin": "29ABCDE1234F1Z5",
    "state_code": "29",
}
PAYMENT_MODES = [
    {"code": "CASH", "name": "Cash at Store", "kind": "cash", "offline": True, "limit_minor": None},
    {"code": "CARD", "name": "Card Swipe at Store", "kind": "card", "offline": True, "limit_minor": None},
    {"code": "UPI", "name": "UPI at Store", "kind": "upi", "offline": True, "limit_minor": None},
    {"code": "LINK", "name": "Payment Link", "kind": "online", "offline": False, "limit_minor": None},
]
STAFF = [
    {"staff_code": "M1", "name": "Meera", "role": "manager", "active": True},
    {"staff_code": "M2", "name": "Mohan", "role": "manager", "active": True},
    {"staff_code": "A1", "name": "Asha", "role": "associate", "active": True},
]
SYNCED_AT = datetime(2026, 4, 15, tzinfo=UTC)


def article(sku: str, price: int, *, rate: int = 500, stock: int = 10, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "sku": sku,
        "number": number,
        "deleted": False,
        "product_id": f"P-{sku}",
        "name": f"Shirt {sku}",
        "size": "M",
        "category": "Shirts",
        "barcode": f"890000000{sku[-1]}",
        "hsn": "6205",
        "exempt": False,
        "prices": [{"valid_from": "2025-01-01T00:00:00+05:30", "price_minor": price}],
        "tax_rates": [{"valid_from": "2025-01-01T00:00:00+05:30", "rate_bp": rate}],
        "stock": stock,
        "stock_as_of": SYNCED_AT.isoformat(),
    } | more


BOOK = [article("A1", 1_049_00), article("A2", 499_00, rate=1800), article("A3", 99_99, stock=1)]


def build_app(database_url: str, **settings: Any) -> App:
    values: dict[str, Any] = {
        "id": "S001",
        "database_url": database_url,
        "metrics_listen": "127.0.0.1:0",
        "service_token": SERVICE_TOKEN,
        "chain_salt": "a-salt-for-the-chain",
        "customer_keys": CUSTOMER_KEYS,
        "catalog_url": "http://127.0.0.1:9",
        "head_office_url": "http://127.0.0.1:9",
        "sessions_url": "http://127.0.0.1:9",
    }
    clock = FakeClock()
    return replace(building.build(Settings(**values | settings)), clock=clock, unsettled=Sparing(clock))


class Counter:
    """What a test does at the counter."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.manager = Principal("M1", "Meera", "manager", issued_at=1)
        self.other_manager = Principal("M2", "Mohan", "manager", issued_at=1)
        self.mode_number = 0
        self.references = 400_000_000_000

    def open(self, tills: int = 1) -> None:
        with self.app.db.transaction() as tx:
            heard.keep_identity(tx, IDENTITY, [f"K{n}" for n in range(1, 13)])
            heard.keep_payment_modes(tx, PAYMENT_MODES)
            heard.keep_staff(tx, STAFF)
        self.hear_book(BOOK)
        self.tills = [self.pair(f"Till {n}") for n in range(1, tills + 1)]

    def pair(self, name: str) -> Principal:
        till = counter.pair(self.app, TillIn(name=name), self.manager)
        return Principal("A1", "Asha", "associate", till_id=str(till.till_id), issued_at=1)

    @property
    def till(self) -> Principal:
        return self.tills[0]

    def hear_book(self, items: list[dict[str, Any]]) -> None:
        with self.app.db.transaction() as tx:
            hearing.price_book(tx, 1, {"items": items, "more": False})

    def hear_mode(self, mode: str, session_id: UUID | None = None, **more: Any) -> None:
        self.mode_number += 1
        value = {
            "mode": mode,
            "trigger": "automatic" if session_id else None,
            "session_id": str(session_id) if session_id else None,
            "missing": [],
            "banner": {"kind": "none", "text": ""},
            "turn_off": False,
        }
        with self.app.db.transaction() as tx:
            hearing.mode(self.app.outbox, self.app.clock)(tx, self.mode_number, value | more)

    def hear_state(self, name: str, value: dict[str, Any]) -> None:
        """A state of another service that this one only keeps."""
        with self.app.db.transaction() as tx:
            tx.execute(
                text("insert into states (name, number, value) values (:name, 1, cast(:value as jsonb))"),
                {"name": name, "value": json.dumps(value)},
            )

    def go_offline(self) -> UUID:
        session = new_id()
        self.hear_mode("offline", session)
        return session

    def sale(self, pieces: dict[str, int] | None = None, **more: Any) -> Sale:
        """A sale with the total that a quote names, paid in cash."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in (pieces or {"A1": 1}).items()]
        cart: dict[str, Any] = {"order_id": new_id(), "lines": lines}
        cart |= {
            k: v for k, v in more.items() if k in Sale.model_fields and k not in ("payments", "total_minor", "kept")
        }
        total = more.get("total_minor") or self.total(cart)
        payments = more.get("payments") or [{"payment_mode": "CASH", "amount_minor": total}]
        return Sale(**cart, total_minor=total, payments=payments, kept=more.get("kept", KEPT))

    def total(self, cart: dict[str, Any]) -> int:
        prices = {a["sku"]: a["prices"][0]["price_minor"] for a in BOOK}
        return sum(prices.get(line["sku"], 0) * line["quantity"] for line in cart["lines"])

    def sell(self, pieces: dict[str, int] | None = None, *, who: Principal | None = None, **more: Any) -> Any:
        order, fresh = selling.place(self.app, self.sale(pieces, **more), who or self.till)
        # who had to insist is told that it is stored already
        assert fresh or SEED in os.environ
        return order

    def upi(self, amount: int) -> dict[str, Any]:
        self.references += 1
        return {"payment_mode": "UPI", "amount_minor": amount, "reference": str(self.references)}

    def events(self, type_: str) -> list[Event]:
        with self.app.db.transaction() as tx:
            bodies = tx.scalars(
                text("select body from outbox where type = :t and queue is not null order by id"), {"t": f"{type_}.v1"}
            )
            return [decode(body.encode()) for body in bodies]

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.app.db.transaction() as tx:
            return tx.scalar(text(statement), values)

    def http(self) -> Any:
        return client(Door, self.app)
