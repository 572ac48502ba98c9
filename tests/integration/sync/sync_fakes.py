"""A head office in memory, with dials, behind the port that sync asks; and orders to send there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.chassis.ids import new_id
from services.head_office.port import NoAnswer
from services.sync.domain.answers import Absent, Accepted, Answer, Lost, Taken, Unreachable
from services.sync.domain.reconciliation import Stored
from services.sync.oms import Look

PLACED_AT = datetime(2026, 4, 15, 6, 0, tzinfo=UTC)

Dial = Callable[[UUID], Answer | None]


@dataclass
class FakeOms:
    """Keeps what it accepts; a dial may answer in its stead, before the order is stored or after."""

    orders: dict[UUID, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    posts: list[tuple[UUID, int]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    asked: list[UUID] = field(default_factory=list)
    told: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    before: Dial = lambda _: None
    after: Dial = lambda _: None
    down: bool = False
    wait: Callable[[], None] = lambda: None
    tell_answer: Answer | Taken = field(default_factory=Taken)
    recognised: bool = True
    sight: Look = field(default_factory=lambda: Look(good=True, met=True, skew=0.0))

    def post(self, document: dict[str, Any], revision: int, correction: dict[str, Any] | None) -> Answer:
        order_id = UUID(document["order_id"])
        self.posts.append((order_id, revision))
        self.documents.append(document | {"correction": correction})
        self.wait()
        if self.down:
            return Unreachable()
        if (early := self.before(order_id)) is not None:
            return early
        if not self.orders[order_id]:
            total, number = document["totals"]["total_minor"], document["invoice"]["number"]
            self.orders[order_id].append(Stored(order_id, total, number, f"OMS-{order_id.hex[-6:]}"))
        return self.after(order_id) or self._accepted(order_id)

    def ask(self, order_id: UUID) -> Answer:
        self.asked.append(order_id)
        if self.down:
            return Lost()
        return self._accepted(order_id) if self.orders.get(order_id) else Absent()

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> Answer | Taken:
        if self.down:
            return Unreachable()
        self.told.append((kind, subject, body))
        return self.tell_answer

    def look(self) -> Look:
        return self.sight

    def recognises_us(self) -> bool:
        return self.recognised

    def lookup(self, order_ids: Sequence[UUID]) -> Sequence[Stored]:
        if self.down:
            raise NoAnswer("unreachable")
        return [s for i in order_ids for s in self.orders.get(i, [])]

    def of_day(self, business_date: date) -> Iterable[Stored]:  # noqa: ARG002
        if self.down:
            raise NoAnswer("unreachable")
        return [s for stored in self.orders.values() for s in stored]

    def _accepted(self, order_id: UUID) -> Accepted:
        [stored] = self.orders[order_id]
        return Accepted(order_id, stored.total_minor, stored.invoice_number, stored.oms_id, PLACED_AT)


def document(
    number: int = 1, *, mode: str = "offline", session_id: UUID | None = None, **fields: Any
) -> dict[str, Any]:
    """An order document, as `orders` sends it."""
    total = 10_000 + number
    return {
        "order_id": str(new_id()),
        "store_id": "S1",
        "till_id": str(UUID(int=7)),
        "till_name": "Till 1",
        "revision": 1,
        "mode": mode,
        "session_id": str(session_id) if session_id else None,
        "placed_at": PLACED_AT.isoformat(),
        "business_date": "2026-04-15",
        "currency": "INR",
        "invoice": {
            "number": f"0412T3/27-{number:06}",
            "series": "0412T3/27-",
            "sequence": number,
            "financial_year": "2026-27",
            "previous_hash": "0" * 64,
            "hash": "1" * 64,
        },
        "seller": {"code": "A1", "name": "Asha"},
        "sales_employee": None,
        "customer": None,
        "place_of_supply": "29",
        "fulfilment": "self_pickup",
        "delivery": None,
        "lines": [
            {
                "line_no": 1,
                "sku": "SKU-1",
                "name": "Shirt",
                "size": "M",
                "hsn": "6205",
                "quantity": 1,
                "unit_price_minor": total,
                "amount_minor": total,
                "discount_minor": 0,
                "tax_rate_bp": 500,
                "taxable_minor": total,
                "cgst_minor": 0,
                "sgst_minor": 0,
                "igst_minor": 0,
                "oversold": False,
                "extensions": [],
                "for_line": None,
            }
        ],
        "payments": [
            {
                "n": 1,
                "payment_mode": "CASH",
                "kind": "cash",
                "amount_minor": total,
                "tendered_minor": total,
                "change_minor": 0,
                "reference": None,
                "status": "paid",
            }
        ],
        "totals": {
            "lines_minor": total,
            "discount_minor": 0,
            "round_off_minor": 0,
            "total_minor": total,
            "taxable_minor": total,
            "cgst_minor": 0,
            "sgst_minor": 0,
            "igst_minor": 0,
        },
        "quote_id": None,
        "promotions": [],
        "note": "",
        "approvals": [],
    } | fields
