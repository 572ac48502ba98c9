"""What others hear of orders: that there were sales, and the states that they pull."""

from typing import Any

from services.orders.app import App
from services.orders.store import counter, heard, orders, sales


def of_sales(app: App) -> None:
    """Wakes whoever waits for sales, if there was one."""
    if app.bell.answer():
        with app.db.transaction() as tx:
            sales.tell_of_sales(tx)


def mode_taken(app: App) -> tuple[int, dict[str, Any]]:
    """The mode in which this store sells, and the number of its last change."""
    with app.db.transaction() as tx:
        row = heard.mode(tx)
    session = str(row.session_id) if row.session_id else None
    return row.number, {
        "mode": row.mode,
        "trigger": row.trigger,
        "session_id": session,
        "mode_number": row.mode_number,
    }


def session_figures(app: App) -> tuple[int, dict[str, Any]]:
    """What the open session has sold; its number rises with the mode's changes and with each sale."""
    with app.db.transaction() as tx:
        row = heard.mode(tx)
        orders, total = heard.sold_in(tx, row.session_id)
    session = str(row.session_id) if row.session_id else None
    number = row.number * 10_000_000 + orders
    return number, {"session_id": session, "orders": orders, "total_minor": total}


def unsettled(app: App, since: int) -> tuple[int, dict[str, Any]]:
    """What head office does not have yet, wherever it lies; it has no history, hence always the next number."""
    return since + 1, app.unsettled.get(lambda: _unsettled(app))


def _unsettled(app: App) -> dict[str, Any]:
    with app.db.transaction() as tx:
        row = orders.unsettled(tx)
    oldest_at = row.oldest_at.isoformat() if row.oldest_at else None
    return {"orders": row.orders, "oldest_at": oldest_at, "money_minor": row.money_minor}


def tills(app: App) -> tuple[int, list[dict[str, Any]]]:
    """Every till; the number rises with each change."""
    with app.db.transaction() as tx:
        rows = counter.tills(tx)
    return max((row.number for row in rows), default=0), [
        {"till_id": str(r.till_id), "name": r.name, "key_hash": r.key_hash, "active": r.active} for r in rows
    ]
