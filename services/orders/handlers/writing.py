"""The order as it is stored, printed and sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.chassis.errors import InvalidInput
from services.chassis.tokens import Principal
from services.orders.domain import invoices
from services.orders.domain.cart import Quote
from services.orders.domain.payments import Payment
from services.orders.errors import NoPrefix, SeriesFull
from services.orders.handlers import reckoning
from services.orders.schemas import Sale
from services.orders.store.sales import Before, Till, as_json


@dataclass(frozen=True)
class Deal:
    """A sale that has passed its checks, with all that its document says."""

    sale: Sale
    who: Principal
    before: Before
    till: Till
    quote: Quote
    payments: Sequence[Payment]
    now: datetime
    day: date
    online: dict[str, Any] | None = None


def document(deal: Deal, approvals: list[dict[str, str]], store_id: str, salt: str, fingerprint: str) -> dict[str, Any]:
    """The order document with its legal number, chained to the one before it in its series."""
    sale, before, invoice = deal.sale, deal.before, _invoice(deal)
    written: dict[str, Any] = {
        "order_id": str(sale.order_id),
        "store_id": store_id,
        "till_id": str(deal.till.till_id),
        "till_name": deal.till.name,
        "revision": 1,
        "mode": before.mode,
        "session_id": str(before.session_id) if before.session_id else None,
        "placed_at": deal.now.isoformat(),
        "business_date": deal.day.isoformat(),
        "currency": "INR",
        "invoice": invoice,
        "seller": {"code": deal.who.staff_code, "name": before.staff.get(deal.who.staff_code, deal.who.name)},
        "sales_employee": _employee(deal),
        "customer": sale.customer.model_dump(mode="json") if sale.customer else None,
        "place_of_supply": reckoning.place_of_supply(sale, before),
        "fulfilment": sale.fulfilment,
        "delivery": sale.delivery.model_dump(mode="json") if sale.delivery else None,
        "lines": [asdict(line) | {"extensions": list(line.extensions)} for line in deal.quote.lines],
        "payments": [asdict(p) for p in deal.payments],
        "totals": asdict(deal.quote.totals),
        "quote_id": (deal.online or {}).get("quote_id"),
        "promotions": (deal.online or {}).get("promotions", []),
        "note": sale.note,
        "approvals": approvals,
        "kept": sale.kept,
        "fingerprint": fingerprint,
    }
    invoice["personal_digest"] = invoices.personal_digest(written, salt)
    invoice["hash"] = invoices.chained(invoice["previous_hash"], written, salt)
    return written


def row(deal: Deal, document: dict[str, Any]) -> dict[str, Any]:
    """What `store_sale` writes."""
    invoice = document["invoice"]
    # extras have no stock
    goods = [line for line in document["lines"] if line["for_line"] is None]
    moved = {line["sku"]: line["quantity"] for line in goods if line["sku"] in deal.quote.left}
    return beside(document) | {
        "document": as_json(document),
        "series_year": invoice["financial_year"],
        "head": invoice["hash"],
        "payments": as_json([_payment_row(p, deal.before.used_references) for p in deal.payments]),
        "skus": list(moved),
        "quantities": list(moved.values()),
    }


def beside(document: dict[str, Any]) -> dict[str, Any]:
    """What lists and reports read beside the document, as the document has it."""
    invoice, session_id = document["invoice"], document["session_id"]
    return {
        "order_id": UUID(document["order_id"]),
        "fingerprint": document["fingerprint"],
        "mode": document["mode"],
        "session_id": UUID(session_id) if session_id else None,
        "till_id": UUID(document["till_id"]),
        "seller": document["seller"]["code"],
        "placed_at": datetime.fromisoformat(document["placed_at"]),
        "business_date": date.fromisoformat(document["business_date"]),
        "invoice_number": invoice["number"],
        "series": invoice["series"],
        "sequence": invoice["sequence"],
        "total_minor": document["totals"]["total_minor"],
        "kept": document["kept"],
    }


def _invoice(deal: Deal) -> dict[str, Any]:
    """The next number of the till's series; a new financial year begins a new one, chained to the one before it."""
    till, year = deal.till, invoices.financial_year(deal.day)
    if till.prefix is None:
        raise NoPrefix
    begins = till.series_year != year
    sequence = 1 if begins else till.series_next
    try:
        number = invoices.number(till.prefix, year, sequence)
    except invoices.NumberTooLong as error:
        raise SeriesFull(prefix=till.prefix) from error
    return {
        "number": number,
        "series": f"{till.prefix}/{year % 100:02d}",
        "sequence": sequence,
        "financial_year": year,
        "previous_hash": till.series_head,
    }


def _employee(deal: Deal) -> dict[str, str] | None:
    code = deal.sale.sales_employee_code
    if code is None:
        return None
    if code not in deal.before.staff:
        raise InvalidInput("sales_employee_code: nobody with this code works here")
    return {"code": code, "name": deal.before.staff[code]}


def _payment_row(payment: Payment, used: Sequence[str]) -> dict[str, Any]:
    """A reference that pays again does so with a manager's word."""
    again = f"{payment.payment_mode} {payment.reference}" in used
    return asdict(payment) | {"unique_reference": None if again else payment.reference}
