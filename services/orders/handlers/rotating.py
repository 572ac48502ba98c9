"""Everything that was sealed under an older key is sealed under the newest, while the shop sells."""

from collections.abc import Callable
from functools import partial
from typing import Any

from services.chassis.database import Tx
from services.orders.app import App
from services.orders.domain import personal
from services.orders.handlers import private
from services.orders.store import sealed

AT_ONCE = 200


def rotate(app: App, progress: Callable[[str, int], None]) -> dict[str, int]:
    """Seals anew all that is stored here; how many values wait under each older key, on their way to others.

    Tells `progress` of each kind how many it sealed. What others hold at that moment is waited for.

    Raises CannotOpen for a value whose key is gone.
    """
    for kind in STEPS:
        progress(kind, app.db.until_none(partial(_step, app, kind), partial(_left, app, kind)))
    with app.db.transaction() as tx:
        return sealed.on_their_way(tx, app.seals.newest)


def _step(app: App, kind: str, tx: Tx) -> int:
    rows = sealed.older(tx, kind, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        STEPS[kind](app, tx, row)
    return len(rows)


def _left(app: App, kind: str, tx: Tx) -> bool:
    return sealed.any_older(tx, kind, app.seals.newest)


def _order(app: App, tx: Tx, row: Any) -> None:
    about = private.about_order(row.order_id)
    told = app.seals.open(row.personal, about)
    tokens = app.seals.tokens(personal.words_of(told["customer"])) or None
    sealed.keep_order(tx, row.order_id, app.seals.seal(told, about), tokens)


def _customer(app: App, tx: Tx, row: Any) -> None:
    about = private.about_customer(row.customer_id)
    told = app.seals.open(row.personal, about)
    tokens = app.seals.tokens(personal.words_of(told | {"customer_id": row.customer_id}))
    sealed.keep_customer(tx, row.customer_id, app.seals.seal(told, about), tokens)


def _cart(app: App, tx: Tx, row: Any) -> None:
    sealed.keep_cart(tx, row.order_id, _anew(app, row.cart, private.about_cart(row.order_id)))


def _correction(app: App, tx: Tx, row: Any) -> None:
    sealed.keep_correction(tx, row.wish_id, _anew(app, row.personal, private.about_wish(row.wish_id)))


def _anew(app: App, value: str, about: str) -> str:
    told: Any = app.seals.open(value, about)
    return app.seals.seal(told, about)


STEPS: dict[str, Callable[[App, Tx, Any], None]] = {
    "orders": _order,
    "customers": _customer,
    "held carts": _cart,
    "corrections": _correction,
}
