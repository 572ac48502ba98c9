"""From a cart to a quote, with the price book of this store."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.card_numbers import holds_card_number
from services.chassis.errors import CardNumberRefused
from services.chassis.tokens import Principal
from services.orders.app import App
from services.orders.domain.cart import NO_OFFER, Dated, Item, Offer, Quote, Unpriced, Wanted, reckon
from services.orders.domain.invoices import business_date
from services.orders.domain.payments import PaymentMode
from services.orders.domain.rules import Feature, refused_features
from services.orders.errors import (
    CannotSell,
    ExemptOffline,
    GstinOffline,
    NotAvailableOffline,
    NotSellable,
    StoreNotSetUp,
)
from services.orders.handlers import standing
from services.orders.schemas import Cart
from services.orders.store.sales import Before, Priced

NOT_AVAILABLE = "Not available in Offline Mode"
STOCK_NOTE = "Inventory shown may not reflect real-time stock until sync completes."


def check_cart(cart: Cart, before: Before) -> None:
    """Raises what the mode forbids about a cart, and a card number that was typed somewhere."""
    standing.check(before)
    if before.mode == "cannot_sell":
        raise CannotSell(what=", ".join(before.shown.get("missing") or ["data"]))
    if before.store is None:
        raise StoreNotSetUp
    refused = refused_features("offline" if before.mode == "offline" else "online", features(cart))
    if refused:
        raise NotAvailableOffline(features=[str(f) for f in refused])
    if cart.customer and cart.customer.gstin and before.mode == "offline":
        raise GstinOffline
    refuse_card_numbers(cart)


def features(cart: Cart) -> list[Feature]:
    """What of a cart only head office can give."""
    used = {
        Feature.DELIVERY: cart.fulfilment == "delivery",
        Feature.PROMOTION: cart.coupon is not None,
        Feature.EXTENSION: any(line.extensions for line in cart.lines),
    }
    return [feature for feature, wanted in used.items() if wanted]


def quote(app: App, cart: Cart, before: Before, day: date, *, offer: Offer = NO_OFFER) -> Quote:
    """Raises NotSellable, or ExemptOffline for goods that need a bill of supply."""
    book = {row.item["sku"]: item(row, app.zone) for row in before.book}
    wanted = [Wanted(line.sku, line.quantity, tuple(line.extensions)) for line in cart.lines]
    if before.mode == "offline" and any(book[w.sku].exempt for w in wanted if w.sku in book):
        raise ExemptOffline
    try:
        return reckon(wanted, book, day, interstate=interstate(cart, before), round_cash=rounds(app, cart), offer=offer)
    except Unpriced as error:
        raise NotSellable(skus=error.skus) from error


def item(row: Priced, zone: ZoneInfo) -> Item:
    """A price-book row as the rules read it: what holds from a moment on, holds from the store's day of it."""
    data = row.item
    return Item(
        sku=data["sku"],
        name=data["name"],
        size=data["size"],
        hsn=data["hsn"] or "",
        exempt=bool(data["exempt"]),
        prices=tuple(Dated(_day(p["valid_from"], zone), p["price_minor"]) for p in data["prices"]),
        rates=tuple(Dated(_day(r["valid_from"], zone), r["rate_bp"]) for r in data["tax_rates"]),
        left=int(row.left),
    )


def place_of_supply(cart: Cart, before: Before) -> str:
    """The state written on the invoice: the store's own unless the buyer's is given."""
    return cart.place_of_supply or str((before.store or {})["state_code"])


def interstate(cart: Cart, before: Before) -> bool:
    return place_of_supply(cart, before) != str((before.store or {})["state_code"])


def rounds(app: App, cart: Cart) -> bool:
    return app.settings.round_cash and cart.pays_cash


def today(app: App) -> date:
    return business_date(app.clock.now(), app.zone, None)


def modes_of(before: Before) -> dict[str, PaymentMode]:
    """Payment modes by code."""
    return {row["code"]: PaymentMode(**row) for row in before.payment_modes}


def skus_of(cart: Cart) -> list[str]:
    return [line.sku for line in cart.lines]


def staff_of(cart: Cart, who: Principal) -> list[str]:
    """Staff codes that a sale names."""
    return [code for code in (who.staff_code, cart.sales_employee_code) if code]


def unavailable(before: Before) -> dict[str, str]:
    """What a page shows disabled, and why."""
    return {str(f): NOT_AVAILABLE for f in Feature} if before.mode == "offline" else {}


def refuse_card_numbers(cart: Cart) -> None:
    """Raises CardNumberRefused for one that stands where anything can be typed."""
    for field, text in _typed(cart):
        if text and holds_card_number(text):
            raise CardNumberRefused(field=field)


def _typed(cart: Cart) -> Iterator[tuple[str, str | None]]:
    yield from (("note", cart.note), ("coupon", cart.coupon))
    if cart.customer:
        yield from ((f"customer.{name}", getattr(cart.customer, name)) for name in ("name", "phone", "email"))
    if cart.delivery:
        yield from ((f"delivery.{name}", getattr(cart.delivery, name)) for name in ("address", "phone"))


def _day(text: str, zone: ZoneInfo) -> date:
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        # the calendar's first and last day are the same everywhere
        return moment.date()
