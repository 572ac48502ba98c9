"""Whether any invoice was changed, removed or put in: the chains, read from end to end."""

from collections.abc import Iterator
from typing import Any

from services.orders.app import App
from services.orders.domain import invoices
from services.orders.store import reports


def verify_series(app: App) -> tuple[int, list[str]]:
    """How many series there are, and every flaw in words."""
    salt = app.settings.chain_salt.get_secret_value()
    series: set[str] = set()
    flaws: list[str] = []
    with app.db.transaction() as tx:
        heads = reports.heads(tx)
        last: dict[str, tuple[int, str]] = {}
        for row in reports.invoices(tx):
            series.add(row.series)
            sequence, head = last.get(row.series, (0, invoices.GENESIS))
            flaws += _flaws(row, sequence + 1, head, salt)
            last[row.series] = (row.sequence, row.document["invoice"]["hash"])
    cut = [name for name, head in heads.items() if last.get(name, (0, ""))[1] != head]
    return len(series), flaws + [f"{name}: its last invoices are missing" for name in cut]


def _flaws(row: Any, sequence: int, head: str, salt: str) -> Iterator[str]:
    invoice = row.document["invoice"]
    if row.sequence != sequence:
        yield f"{row.invoice_number}: {row.sequence} stands where {sequence} should"
    if invoice["previous_hash"] != head:
        yield f"{row.invoice_number}: does not follow the one before it"
    if invoices.chained(invoice["previous_hash"], row.document, salt) != invoice["hash"]:
        yield f"{row.invoice_number}: is not as it was printed"
    columns = (row.invoice_number, row.sequence, row.total_minor)
    if columns != (invoice["number"], invoice["sequence"], row.document["totals"]["total_minor"]):
        yield f"{row.invoice_number}: number or total differ from what was printed"
