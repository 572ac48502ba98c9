"""What a mode allows, and what needs a manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from services.orders.domain.cart import Quote
from services.orders.domain.payments import Payment

ModeName = Literal["online", "offline", "cannot_sell"]
Oversell = Literal["block", "warn", "approve"]


class Feature(StrEnum):
    """What only head office can give."""

    PROMOTION = "promotion"
    DELIVERY = "delivery"
    EXTENSION = "extension"
    PRODUCT_UPDATE = "product_update"
    ONLINE_PAYMENT = "online_payment"
    LIVE_STOCK = "live_stock"
    CUSTOMER_SCAN = "customer_scan"


class Action(StrEnum):
    """What a manager may approve."""

    OVERSELL = "oversell"
    PAYMENT_LIMIT = "payment_limit"
    ORDER_LIMIT = "order_limit"
    SESSION_LIMIT = "session_limit"
    REUSED_REFERENCE = "reused_reference"
    VOID_AFTER_PRINT = "void_after_print"


@dataclass(frozen=True)
class Policy:
    """Limits in minor units."""

    oversell: Oversell = "approve"
    payment_limit: int = 50_000_00
    order_limit: int = 1_00_000_00
    session_limit: int = 25_00_000_00


@dataclass(frozen=True)
class Sale:
    """What approvals are decided from; `session_minor` is what the offline session has taken so far."""

    quote: Quote
    payments: Sequence[Payment]
    offline: bool
    session_minor: int
    mode_limits: dict[str, int]
    reused: Sequence[str] = ()


@dataclass(frozen=True)
class Needed:
    """An approval that a sale needs, about what, and up to how much: pieces, or minor units."""

    action: Action
    subject: str
    up_to: int = 0


def refused_features(mode: ModeName, used: Sequence[Feature]) -> list[Feature]:
    """Features that the mode does not allow."""
    return [] if mode == "online" else list(used)


def approvals_needed(sale: Sale, policy: Policy) -> list[Needed]:
    """Everything about a sale that needs a manager."""
    needed = [Needed(Action.OVERSELL, line.sku, line.quantity) for line in sale.quote.lines if line.oversold]
    if policy.oversell == "warn":
        needed = []
    needed += [Needed(Action.REUSED_REFERENCE, reference) for reference in sale.reused]
    if not sale.offline:
        return needed
    total = sale.quote.totals.total_minor
    for payment in sale.payments:
        if payment.amount_minor > sale.mode_limits.get(payment.payment_mode, policy.payment_limit):
            needed.append(Needed(Action.PAYMENT_LIMIT, payment.payment_mode, payment.amount_minor))
    if total > policy.order_limit:
        needed.append(Needed(Action.ORDER_LIMIT, "order", total))
    if sale.session_minor + total > policy.session_limit:
        needed.append(Needed(Action.SESSION_LIMIT, "session", total))
    return needed


def oversold(quote: Quote) -> list[str]:
    """SKUs of which more is sold than is left."""
    return [line.sku for line in quote.lines if line.oversold]
