"""Tills, held carts, customers, approvals, and money without a sale."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from services.chassis.database import notify
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.tokens import Principal
from services.orders.app import App
from services.orders.domain import personal
from services.orders.domain.cart import on
from services.orders.domain.invoices import GENESIS
from services.orders.errors import IdTaken, NameTaken, NoPrefix
from services.orders.handlers import private, reckoning
from services.orders.schemas import (
    ApprovalIn,
    ApprovalOut,
    HeldCart,
    HeldCarts,
    Hold,
    OrphanOut,
    Orphans,
    PairedTill,
    Refund,
    Scanned,
    TillIn,
    TillOut,
    Tills,
)
from services.orders.store import counter, heard, wishes

TILL_FIELDS = TillOut.model_fields


def pair(app: App, body: TillIn, who: Principal) -> PairedTill:
    """A new till with the next spare prefix; its key is shown this once."""
    till_id, key = new_id(), secrets.token_urlsafe(32)
    with app.db.transaction() as tx:
        counter.lock_tills(tx)
        if counter.named(tx, body.name):
            raise NameTaken
        prefix = counter.take_prefix(tx, till_id)
        if prefix is None:
            raise NoPrefix
        values = {"till_id": till_id, "name": body.name, "key_hash": key_hash(key), "prefix": prefix}
        counter.add_till(tx, values | {"paired_by": who.staff_code, "head": GENESIS})
        return PairedTill(**_till(counter.till(tx, till_id)), till_key=key)


def rename(app: App, till_id: UUID, body: TillIn) -> TillOut:
    with app.db.transaction() as tx:
        counter.lock_tills(tx)
        _existing_till(tx, till_id)
        if counter.named(tx, body.name, but=till_id):
            raise NameTaken
        counter.rename(tx, till_id, body.name)
        return TillOut(**_till(counter.till(tx, till_id)))


def retire(app: App, till_id: UUID) -> None:
    """The till sells no more; one that takes its place opens a series of its own."""
    with app.db.transaction() as tx:
        counter.lock_tills(tx)
        _existing_till(tx, till_id)
        counter.retire(tx, till_id)


def tills(app: App) -> Tills:
    with app.db.transaction() as tx:
        return Tills(items=[TillOut(**_till(row)) for row in counter.tills(tx)])


def key_hash(key: str) -> str:
    """How a till's key is kept: it is random, so that a plain hash will do."""
    return hashlib.sha256(key.encode()).hexdigest()


def hold(app: App, body: Hold, who: Principal) -> None:
    """Keeps a cart for any till. Raises CardNumberRefused."""
    reckoning.refuse_card_numbers(body.cart)
    sealed = app.seals.seal(body.model_dump(mode="json"), private.about_cart(body.cart.order_id))
    with app.db.transaction() as tx:
        counter.hold(tx, body.cart.order_id, sealed, who.staff_code)
        notify(tx, "changes", {"what": "held-carts"})


def held(app: App, who: Principal) -> HeldCarts:
    """Carts that any till may take, and those that this one took; whose they are is shown in full to who takes one."""
    with app.db.transaction() as tx:
        carts = [_held(app, row) for row in counter.held(tx, _taker(who))]
        named = [cart.order_id for cart in carts if personal.names_somebody(cart.cart)]
        if named:
            private.note_read(tx, who, "held carts", None, named)
    return HeldCarts(items=[c.model_copy(update={"cart": personal.hidden(c.cart, note=True)}) for c in carts])


def recall(app: App, order_id: UUID, who: Principal) -> HeldCart:
    """Gives a held cart to the first till that asks, as often as it asks; raises NotFound for the second."""
    with app.db.transaction() as tx:
        row = counter.recall(tx, order_id, _taker(who))
        if row is None:
            raise NotFound(what="held cart")
        notify(tx, "changes", {"what": "held-carts"})
        cart = _held(app, row)
        if personal.names_somebody(cart.cart):
            private.note_read(tx, who, "recall", order_id, [])
        return cart


def approve(app: App, body: ApprovalIn, who: Principal) -> ApprovalOut:
    """A manager's word on one thing of one order. Raises IdTaken where its id stands for another one."""
    with app.db.transaction() as tx:
        wishes.approve(tx, body.model_dump() | {"approved_by": who.staff_code})
        row = wishes.approval(tx, body.approval_id)
        if (row.order_id, row.action, row.subject) != (body.order_id, body.action, body.subject):
            raise IdTaken
    return ApprovalOut.model_validate(row, from_attributes=True)


def orphans(app: App) -> Orphans:
    with app.db.transaction() as tx:
        return Orphans(items=[_orphan(row) for row in wishes.orphans(tx)])


def refund(app: App, order_id: UUID, n: int, body: Refund, who: Principal) -> OrphanOut:
    with app.db.transaction() as tx:
        row = wishes.refund(tx, order_id, n, who.staff_code, body.note)
    if row is None:
        raise NotFound(what="open payment")
    return _orphan(row)


def scan(app: App, code: str) -> Scanned:
    """The article that a barcode or SKU means; raises NotFound."""
    with app.db.transaction() as tx:
        row = heard.by_code(tx, code)
        offline = heard.mode(tx).mode == "offline"
    if row is None:
        raise NotFound(what="article")
    item = reckoning.item(row, app.zone)
    price = on(item.prices, reckoning.today(app))
    note = reckoning.STOCK_NOTE if offline else None
    return Scanned(
        sku=item.sku, name=item.name, size=item.size, unit_price_minor=price, left=item.left, stock_note=note
    )


def _existing_till(tx: Any, till_id: UUID) -> None:
    if counter.till(tx, till_id) is None:
        raise NotFound(what="till")


def _till(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TILL_FIELDS}


def _taker(who: Principal) -> str:
    """The till that takes a cart; whoever does, where they stand at none."""
    return who.till_id or who.staff_code


def _held(app: App, row: Any) -> HeldCart:
    told = private.opened(app, row.cart, private.about_cart(row.order_id))
    label, cart = told.get("label", ""), told.get("cart", {})
    return HeldCart(order_id=row.order_id, label=label, held_by=row.held_by, held_at=row.held_at, cart=cart)


def _orphan(row: Any) -> OrphanOut:
    return OrphanOut(**{name: getattr(row, name) for name in OrphanOut.model_fields})
