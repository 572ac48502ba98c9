"""What is done with the states of others, as they are heard."""

from typing import Any

from services.chassis.clock import Clock
from services.chassis.database import Database, Tx, notify
from services.chassis.outbox import Outbox
from services.chassis.states import Apply
from services.orders import events
from services.orders.store import heard, sales


def mode(outbox: Outbox, clock: Clock) -> Apply:
    """Takes a new mode while no sale is under way; a session that thereby ends, or ended unheard, is sealed."""

    def apply(tx: Tx, number: int, value: Any) -> None:
        sales.lock_mode(tx)
        stands = heard.mode(tx)
        if number <= stands.mode_number:
            return
        if stands.session_id and str(stands.session_id) != value["session_id"]:
            _seal(outbox, clock, tx, stands.session_id)
        for session_id in heard.without_orders(tx, value.get("unsealed", ())):
            if session_id != stands.session_id:
                _seal(outbox, clock, tx, session_id)
        heard.set_mode(tx, number, value)
        notify(tx, "changes", {"what": "mode"})

    return apply


def price_book(tx: Tx, _number: int, value: Any) -> None:
    heard.keep_book(tx, value["items"])
    notify(tx, "changes", {"what": "prices"})


def close_held(db: Database) -> None:
    """Counts no sale against a figure that holds it already."""
    with db.transaction() as tx:
        heard.close_held(tx)


def payment_modes(tx: Tx, _number: int, value: Any) -> None:
    heard.keep_payment_modes(tx, value)


def staff(tx: Tx, _number: int, value: Any) -> None:
    heard.keep_staff(tx, value)


def _seal(outbox: Outbox, clock: Clock, tx: Tx, session_id: Any) -> None:
    """No sale can carry this session any more."""
    orders, total = heard.sold_in(tx, session_id)
    sealed = {
        "session_id": str(session_id),
        "orders": orders,
        "total_minor": total,
        "currency": "INR",
        "sealed_at": clock.now().isoformat(),
        "by_payment_mode": heard.by_payment_mode(tx, session_id),
    }
    outbox.record(tx, events.session_sealed(sealed), to=events.SEALED_TO)
