"""What only head office can give, while the store is online; a plain cart never waits for it."""

from threading import BoundedSemaphore
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.logs import get_logger
from services.chassis.tokens import Principal
from services.head_office.port import Absent, Done, Refused, TellAnswer
from services.orders.app import App
from services.orders.domain.cart import NO_OFFER, Extra, Line, Offer, Quote
from services.orders.domain.invoices import fingerprint
from services.orders.domain.rules import Feature
from services.orders.errors import (
    HeadOfficeSilent,
    NotAvailableOffline,
    OnlineQuoteNeeded,
    OnlineRefused,
    PaymentRefused,
)
from services.orders.handlers import private, reckoning
from services.orders.schemas import (
    Cart,
    LiveStock,
    LiveStockRow,
    OnlineQuote,
    PaymentIntent,
    PaymentIntentIn,
    ProductUpdate,
    Sale,
    StockOfHeadOffice,
)
from services.orders.store import heard, online
from services.orders.store.sales import Before

M = TypeVar("M", bound=BaseModel)

log = get_logger()

CAPTURED = "captured"
# who only looks must not hold what those who sell need, however slow head office is
LIVE_STOCK_AT_ONCE = BoundedSemaphore(3)


def ask(app: App, cart: Cart, plain: Quote) -> Offer:
    """Has head office reckon a cart that uses what it alone can give; `plain` is the cart without that."""
    features = reckoning.features(cart)
    body = cart.model_dump(mode="json", include={"fulfilment", "coupon"}) | {"lines": [_asked(x) for x in plain.lines]}
    found = app.head_office.quote(str(cart.order_id), body, timeout=app.settings.online_timeout_s)
    answer = _read(OnlineQuote, found, features)
    if _extended(answer) != sorted((line.sku, code) for line in plain.lines for code in line.extensions):
        log.warning("head_office_extends_otherwise", order_id=str(cart.order_id))
        raise HeadOfficeSilent(features=", ".join(features))
    with app.db.transaction() as tx:
        online.keep(tx, cart.order_id, _fingerprint(cart), answer.model_dump(mode="json"))
    return offer(answer)


def agreed(tx: Tx, cart: Cart) -> tuple[Offer, dict[str, Any] | None]:
    """What head office reckoned for this very cart. Raises OnlineQuoteNeeded."""
    if not reckoning.features(cart):
        return NO_OFFER, None
    answer = online.read(tx, cart.order_id, _fingerprint(cart))
    if answer is None:
        raise OnlineQuoteNeeded
    return offer(OnlineQuote.model_validate(answer)), answer


def must_commit(sale: Sale, before: Before) -> bool:
    """Whether a sale uses what only head office gives, and may; a plain one asks nobody."""
    return before.mode == "online" and bool(reckoning.features(sale) or _paid_online(sale, before))


def commit(app: App, sale: Sale, before: Before) -> None:
    """Binds head office to its quote, and makes sure that online payments were captured, before anything is locked."""
    features = reckoning.features(sale)
    if features:
        bound = app.head_office.commit_quote(str(sale.order_id), timeout=app.settings.online_timeout_s)
        if isinstance(bound, Absent):
            raise OnlineQuoteNeeded
        _must(bound, features)
    for n, amount in _paid_online(sale, before):
        _must_be_captured(app, sale.order_id, n, amount)


def offer(answer: OnlineQuote) -> Offer:
    """An answer of head office as the rules read it."""
    extras = [Extra(e.code, e.name, e.amount_minor, e.sku) for e in answer.extensions]
    if answer.delivery_minor:
        extras.append(Extra("DELIVERY", "Delivery", answer.delivery_minor))
    return Offer({line.sku: line.discount_minor for line in answer.lines}, tuple(extras))


def request_payment(app: App, body: PaymentIntentIn) -> PaymentIntent:
    """Asks the customer for an online payment; the same order and number ask once."""
    _must_be_online(app, Feature.ONLINE_PAYMENT)
    key, timeout = f"{body.order_id}:{body.n}", app.settings.online_timeout_s
    found = app.head_office.create_payment(key, body.amount_minor, body.payment_mode, timeout=timeout)
    return _noted(app, body.order_id, body.n, found)


def payment(app: App, order_id: UUID, n: int) -> PaymentIntent:
    """How an online payment stands; once it was captured, nobody has to be asked again."""
    with app.db.transaction() as tx:
        known = online.capture(tx, order_id, n)
    if known is not None:
        return PaymentIntent.model_validate(known)
    return _noted(app, order_id, n, app.head_office.payment(f"{order_id}:{n}", timeout=app.settings.online_timeout_s))


def live_stock(app: App, skus: list[str]) -> LiveStock:
    """What is left of articles at this moment."""
    _must_be_online(app, Feature.LIVE_STOCK)
    if not LIVE_STOCK_AT_ONCE.acquire(blocking=False):
        raise HeadOfficeSilent(features=str(Feature.LIVE_STOCK))
    try:
        answer = app.head_office.stock(skus, timeout=app.settings.online_timeout_s)
    finally:
        LIVE_STOCK_AT_ONCE.release()
    found = _read(StockOfHeadOffice, answer, [Feature.LIVE_STOCK])
    with app.db.transaction() as tx:
        unsent = heard.sold_and_unsent(tx, skus)
    return LiveStock(items=[LiveStockRow(sku=i.sku, left=i.quantity - unsent.get(i.sku, 0)) for i in found.items])


def customer_by_code(app: App, code: str, who: Principal) -> dict[str, Any]:
    """The customer whose card was scanned, in full as a sale needs them; the look is noted."""
    _must_be_online(app, Feature.CUSTOMER_SCAN)
    answer = app.head_office.customer_by_code(code, timeout=app.settings.online_timeout_s)
    found = _passed_on(answer, [Feature.CUSTOMER_SCAN])
    customer_id = _customer_id(found)
    with app.db.transaction() as tx:
        private.note_read(tx, who, "card", customer_id, [customer_id] if customer_id else [])
    return found


def update_product(app: App, product_id: str, changes: ProductUpdate) -> dict[str, Any]:
    """Corrects a product at head office; the catalogue follows with its next feed."""
    _must_be_online(app, Feature.PRODUCT_UPDATE)
    told = changes.model_dump(exclude_none=True)
    found = app.head_office.update_product(product_id, told, timeout=app.settings.online_timeout_s)
    return _passed_on(found, [Feature.PRODUCT_UPDATE])


def _extended(answer: OnlineQuote) -> list[tuple[str, str]]:
    return sorted((extension.sku, extension.code) for extension in answer.extensions)


def _asked(line: Line) -> dict[str, Any]:
    extensions = list(line.extensions)
    return {"sku": line.sku, "quantity": line.quantity, "amount_minor": line.amount_minor, "extensions": extensions}


def _paid_online(sale: Sale, before: Before) -> list[tuple[int, int]]:
    """Number and amount of each online payment."""
    kinds = {mode.code: mode.kind for mode in reckoning.modes_of(before).values()}
    paid = enumerate(sale.payments, 1)
    return [(n, p.amount_minor) for n, p in paid if kinds.get(p.payment_mode) == "online"]


def _must(answer: TellAnswer, features: list[Feature]) -> dict[str, Any]:
    if isinstance(answer, Done) and isinstance(answer.value or {}, dict):
        return dict(answer.value or {})
    if isinstance(answer, Refused):
        raise OnlineRefused(text="; ".join(reason.text for reason in answer.reasons))
    if isinstance(answer, Absent):
        raise NotFound(what="such thing at head office")
    raise HeadOfficeSilent(features=", ".join(features))


def _passed_on(answer: TellAnswer, features: list[Feature]) -> dict[str, Any]:
    """What head office gave, for a page to show; what nobody can write down is as good as no answer."""
    found = _must(answer, features)
    try:
        to_json(found)
    except PydanticSerializationError:
        log.warning("head_office_unreadable", features=features, fields=[])
        raise HeadOfficeSilent(features=", ".join(features)) from None
    return found


def _read(kind: type[M], answer: TellAnswer, features: list[Feature]) -> M:
    """What head office gave; what is none of its kind is as good as no answer."""
    try:
        return kind.model_validate(_must(answer, features))
    except ValidationError as error:
        log.warning(
            "head_office_unreadable", features=features, fields=[".".join(map(str, e["loc"])) for e in error.errors()]
        )
        raise HeadOfficeSilent(features=", ".join(features)) from None


def _customer_id(found: dict[str, Any]) -> UUID | None:
    """The id in what head office told of a customer; None where it told none."""
    try:
        return UUID(str(found.get("customer_id")))
    except ValueError:
        return None


def _noted(app: App, order_id: UUID, n: int, answer: TellAnswer) -> PaymentIntent:
    """An online payment as head office tells of it; that it was captured stays known here."""
    found = _read(PaymentIntent, answer, [Feature.ONLINE_PAYMENT])
    if found.key != f"{order_id}:{n}":
        # somebody else's money is not taken for this sale's
        log.warning("head_office_tells_of_another_payment", order_id=str(order_id), payment=n)
        raise HeadOfficeSilent(features=str(Feature.ONLINE_PAYMENT))
    if found.status == CAPTURED:
        with app.db.transaction() as tx:
            online.keep_capture(tx, order_id, n, found.amount_minor, found.model_dump(mode="json"))
    return found


def _must_be_online(app: App, feature: Feature) -> None:
    with app.db.transaction() as tx:
        if heard.mode(tx).mode != "online":
            raise NotAvailableOffline(features=[str(feature)])


def _must_be_captured(app: App, order_id: UUID, n: int, amount: int) -> None:
    found = payment(app, order_id, n)
    if (found.status, found.amount_minor) != (CAPTURED, amount):
        raise PaymentRefused(text="The customer has not paid this amount online yet.", reason="not_captured", payment=n)


def _fingerprint(cart: Cart) -> str:
    return fingerprint(cart.model_dump(mode="json", include={"lines", "fulfilment", "coupon"}))
