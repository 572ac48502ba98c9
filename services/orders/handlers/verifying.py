"""Whether any invoice was changed, removed or put in: the chains, read from end to end."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.orders.app import App
from services.orders.domain import invoices
from services.orders.store import reports


def verify_series(app: App) -> tuple[int, list[str]]:
    """How many series there are, and every flaw in words; the series of one till follow one another in one chain."""
    salt = app.settings.chain_salt.get_secret_value()
    sequences: dict[str, int] = {}
    chains: dict[str, str] = {}
    flaws: list[str] = []
    with app.db.transaction() as tx:
        heads = reports.heads(tx)
        for row in reports.invoices(tx):
            prefix = row.series.rpartition("/")[0]
            flaws += _flaws(row, sequences.get(row.series, 0) + 1, chains.get(prefix, invoices.GENESIS), salt)
            sequences[row.series], chains[prefix] = row.sequence, row.document["invoice"]["hash"]
    cut = [prefix for prefix, head in heads.items() if chains.get(prefix, invoices.GENESIS) != head]
    return len(sequences), flaws + [f"{prefix}: its last invoices are missing" for prefix in cut]


def _flaws(row: Any, sequence: int, head: str, salt: str) -> Iterator[str]:
    invoice = row.document["invoice"]
    if row.sequence != sequence:
        yield f"{row.invoice_number}: {row.sequence} stands where {sequence} should"
    if invoice["previous_hash"] != head:
        yield f"{row.invoice_number}: does not follow the one before it"
    if invoices.chained(invoice["previous_hash"], row.document, salt) != invoice["hash"]:
        yield f"{row.invoice_number}: is not as it was printed"
    differing = ", ".join(name for name, printed in _printed(row.document).items() if getattr(row, name) != printed)
    if differing:
        yield f"{row.invoice_number}: {differing} not as printed"


def _printed(document: dict[str, Any]) -> dict[str, Any]:
    """What lists and reports read beside the document, as the document has it."""
    invoice, session_id = document["invoice"], document["session_id"]
    return {
        "invoice_number": invoice["number"],
        "series": invoice["series"],
        "sequence": invoice["sequence"],
        "total_minor": document["totals"]["total_minor"],
        "mode": document["mode"],
        "session_id": UUID(session_id) if session_id else None,
        "till_id": UUID(document["till_id"]),
        "seller": document["seller"]["code"],
        "placed_at": datetime.fromisoformat(document["placed_at"]),
        "business_date": date.fromisoformat(document["business_date"]),
        "payments": [[p["n"], p["payment_mode"], p["amount_minor"], p["reference"]] for p in document["payments"]],
    }
