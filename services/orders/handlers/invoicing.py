"""The invoice as data, HTML and PDF."""

from pathlib import Path
from typing import Any
from uuid import UUID

from eventlet import tpool
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.errors import NotFound
from services.chassis.tokens import Principal
from services.orders.app import App
from services.orders.domain.money import rupees
from services.orders.errors import StoreNotSetUp
from services.orders.handlers import private, showing
from services.orders.store import heard, orders

TEMPLATES = Path(__file__).parent.parent / "templates"

_templates = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters["rupees"] = rupees


def data(app: App, order_id: UUID, who: Principal) -> dict[str, Any]:
    """The invoice: the order as printed, the store, and the labels that stand at its top. Printing is not noted."""
    return _data(app, order_id, who, printing=False)


def html(app: App, order_id: UUID, who: Principal) -> str:
    """The invoice as a page; from the second time on it says that it is a copy."""
    return _templates.get_template("invoice.html").render(**_data(app, order_id, who, printing=True))


def pdf(app: App, order_id: UUID, who: Principal) -> bytes:
    """The invoice as PDF; from the second time on it says that it is a copy."""
    # what draws is a sixth of all that a door loads, and few ask for it
    from services.orders.pdf import render

    # drawing takes the processor for a third of a second; connections of the pool stay in the thread that others use
    drawn: bytes = tpool.execute(render, _data(app, order_id, who, printing=True))
    return drawn


def _data(app: App, order_id: UUID, who: Principal, *, printing: bool) -> dict[str, Any]:
    with app.db.transaction() as tx:
        order = orders.get(tx, order_id)
        if order is None:
            raise NotFound(what="order")
        store = heard.identity(tx)
        if store is None:
            raise StoreNotSetUp
        document = private.opened_order(app, order)
        showing.note_order_read(tx, document, who, "invoice")
        prints = orders.note_print(tx, order_id) if printing else order.printed
        names = {mode.code: mode.name for mode in heard.payment_modes(tx)}
    labels = ["Offline"] if order.mode == "offline" else []
    labels += ["Copy"] if prints > 1 else []
    labels += ["Void"] if order.state == "void" else []
    # a mode that head office has given up since is told by its code
    paid_by = [names.get(payment["payment_mode"], payment["payment_mode"]) for payment in document["payments"]]
    shown = document if printing else private.for_whom(document, who)
    return {"labels": labels, "store": store, "order": shown, "paid_by": paid_by}
