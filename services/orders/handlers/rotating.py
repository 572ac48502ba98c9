"""Everything that was sealed under an older key is sealed under the newest, while the shop sells."""

from collections.abc import Callable
from typing import Any

from services.chassis.database import Tx
from services.orders.app import App
from services.orders.domain import personal
from services.orders.handlers import private
from services.orders.store import sealed

AT_ONCE = 200

Step = Callable[[App, Tx], int]


def rotate(app: App, progress: Callable[[str, int], None]) -> dict[str, int]:
    """Seals anew what is stored here; how many values wait under each older key, on their way to others.

    Tells `progress` of each kind how many it sealed. Raises CannotOpen for a value whose key is gone.
    """
    for name, step in STEPS.items():
        progress(name, app.db.in_batches(lambda tx, step=step: step(app, tx)))  # type: ignore[misc]
    with app.db.transaction() as tx:
        return sealed.on_their_way(tx, app.seals.newest)


def _orders(app: App, tx: Tx) -> int:
    rows = sealed.orders(tx, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        about = private.about_order(row.order_id)
        told = app.seals.open(row.personal, about)
        tokens = app.seals.tokens(personal.words_of(told["customer"])) or None
        sealed.keep_order(tx, row.order_id, app.seals.seal(told, about), tokens)
    return len(rows)


def _customers(app: App, tx: Tx) -> int:
    rows = sealed.customers(tx, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        about = private.about_customer(row.customer_id)
        told = app.seals.open(row.personal, about)
        tokens = app.seals.tokens(personal.words_of(told | {"customer_id": row.customer_id}))
        sealed.keep_customer(tx, row.customer_id, app.seals.seal(told, about), tokens)
    return len(rows)


def _carts(app: App, tx: Tx) -> int:
    rows = sealed.carts(tx, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        sealed.keep_cart(tx, row.order_id, _anew(app, row.cart, private.about_cart(row.order_id)))
    return len(rows)


def _corrections(app: App, tx: Tx) -> int:
    rows = sealed.corrections(tx, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        sealed.keep_correction(tx, row.wish_id, _anew(app, row.personal, private.about_wish(row.wish_id)))
    return len(rows)


def _anew(app: App, value: str, about: str) -> str:
    told: Any = app.seals.open(value, about)
    return app.seals.seal(told, about)


STEPS: dict[str, Step] = {
    "orders": _orders,
    "customers": _customers,
    "held carts": _carts,
    "corrections": _corrections,
}
