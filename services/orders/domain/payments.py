"""How a sale may be paid: modes, change, references."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["cash", "card", "upi", "online"]

_FORMS: dict[str, re.Pattern[str]] = {
    # the twelve digits of a retrieval reference number, which UPI and card switches share
    "upi": re.compile(r"[0-9]{12}"),
    "card": re.compile(r"[A-Z0-9]{6,12}"),
    "online": re.compile(r"[A-Z0-9-]{6,64}"),
}
NOTHING_CAPTURED: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True)
class PaymentMode:
    """A way to pay, as head office allows it; `limit_minor` a payment, None for the store's own."""

    code: str
    name: str
    kind: Kind
    offline: bool
    limit_minor: int | None = None


@dataclass(frozen=True)
class Paid:
    """What a cashier says was paid, in minor units; `tendered_minor` is the cash that was handed over."""

    payment_mode: str
    amount_minor: int
    reference: str | None = None
    tendered_minor: int | None = None


@dataclass(frozen=True)
class Payment:
    """A payment as it is stored."""

    n: int
    payment_mode: str
    kind: Kind
    amount_minor: int
    tendered_minor: int
    change_minor: int
    reference: str | None
    status: Literal["paid", "claimed", "captured"]


class PaymentWrong(Exception):
    """A payment that cannot be taken; `code` is stable, `n` the payment's number from 1, 0 for all together."""

    def __init__(self, code: str, n: int, text: str) -> None:
        self.code = code
        self.n = n
        super().__init__(text)


def normal_reference(text: str) -> str:
    """A reference as it is compared: full-width digits, spaces and case make no other one."""
    return re.sub(r"[\s.\-]", "", unicodedata.normalize("NFKC", text)).upper()


def settle(
    paid: Sequence[Paid],
    modes: Mapping[str, PaymentMode],
    total: int,
    *,
    offline: bool,
    captured: Mapping[int, int] = NOTHING_CAPTURED,
) -> tuple[Payment, ...]:
    """The payments of a sale. Raises PaymentWrong for the first that cannot be taken.

    `captured` is what the customer has paid online for it: minor units by the payment's number; that holds offline too.
    """
    payments = tuple(
        _payment(n, p, modes, offline=offline and captured.get(n) != p.amount_minor) for n, p in enumerate(paid, 1)
    )
    if sum(p.amount_minor for p in payments) != total:
        raise PaymentWrong("payments_do_not_cover", 0, "The payments do not sum to the total.")
    seen = [(p.payment_mode, p.reference) for p in payments if p.reference]
    if len(seen) != len(set(seen)):
        raise PaymentWrong("reference_used", 0, "One reference stands twice.")
    return payments


def _payment(n: int, paid: Paid, modes: Mapping[str, PaymentMode], *, offline: bool) -> Payment:
    mode = modes.get(paid.payment_mode)
    if mode is None:
        raise PaymentWrong("payment_mode_unknown", n, "This payment mode is unknown here.")
    if offline and not mode.offline:
        raise PaymentWrong("not_available_offline", n, "Not available in Offline Mode")
    if paid.amount_minor <= 0:
        raise PaymentWrong("payment_amount_wrong", n, "A payment is more than nothing.")
    if mode.kind == "cash":
        return _cash(n, paid)
    return _referenced(n, paid, mode)


def _cash(n: int, paid: Paid) -> Payment:
    tendered = paid.amount_minor if paid.tendered_minor is None else paid.tendered_minor
    if tendered < paid.amount_minor:
        raise PaymentWrong("cash_too_little", n, "Less cash was handed over than is to be paid.")
    change = tendered - paid.amount_minor
    return Payment(n, paid.payment_mode, "cash", paid.amount_minor, tendered, change, None, "paid")


def _referenced(n: int, paid: Paid, mode: PaymentMode) -> Payment:
    reference = normal_reference(paid.reference or "")
    if not reference:
        raise PaymentWrong("reference_required", n, "Enter the reference that the terminal or the app shows.")
    if not _FORMS[mode.kind].fullmatch(reference):
        raise PaymentWrong("reference_malformed", n, "This is not what such a reference looks like.")
    status: Literal["claimed", "captured"] = "captured" if mode.kind == "online" else "claimed"
    return Payment(n, paid.payment_mode, mode.kind, paid.amount_minor, paid.amount_minor, 0, reference, status)
