"""What customers told the store: which parts of an order it is, how they are found again, what is shown of them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from services.orders.domain.invoices import PERSONAL

# of a correction
CORRECTED = ("contact", "note")
# a search by fewer letters or digits finds only who is called exactly so
FEWEST = 4
MOST = 16
# a phone number within the country
LOCAL_DIGITS = 10
SHOWN_DIGITS = 4


def split(whole: Mapping[str, Any], names: tuple[str, ...] = PERSONAL) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of something, and what a customer told with it."""
    facts = {name: value for name, value in whole.items() if name not in names}
    return facts, {name: whole.get(name) for name in names}


def words_of(customer: Mapping[str, Any] | None) -> Iterator[str]:
    """By what a customer is found: how the name and the phone number begin, and the id."""
    if customer is None:
        return
    yield from (f"name {start}" for start in _starts(_letters(customer.get("name") or "")))
    digits = _digits(customer.get("phone") or "")
    for number in {digits, digits[-LOCAL_DIGITS:]}:
        yield from (f"phone {start}" for start in _starts(number))
    if digits:
        yield same_phone(digits)
    if customer.get("customer_id"):
        yield same_customer(customer["customer_id"])


def words_for(search: str) -> list[str]:
    """The words that what somebody typed may mean."""
    letters, digits = _letters(search)[:MOST], _digits(search)[:MOST]
    return [f"name {letters}"] * bool(letters) + [f"phone {digits}"] * bool(digits)


def same_customer(customer_id: Any) -> str:
    return f"customer {customer_id}"


def same_phone(phone: str) -> str:
    """The word under which everything of this phone number is found."""
    return f"whole phone {_digits(phone)[-LOCAL_DIGITS:]}"


def masked(customer: Mapping[str, Any]) -> dict[str, Any]:
    """A customer as one has to be told from another: the name, and how the phone number ends."""
    phone = customer.get("phone")
    shown = dict(customer) | {name: None for name in ("email", "gstin") if name in customer}
    return shown | {"phone": f"••••{_digits(phone)[-SHOWN_DIGITS:]}" if phone else None}


def names_somebody(told: Mapping[str, Any]) -> bool:
    """Whether an order or a cart says whose it is, or where they live."""
    return bool(told.get("customer") or told.get("delivery"))


def hidden(told: Mapping[str, Any], *, note: bool) -> dict[str, Any]:
    """An order or a cart without what nobody needs who does not answer for it; `note`: the note is hidden as well."""
    customer = told.get("customer")
    shown = dict(told) | {"customer": masked(customer) if customer else None, "delivery": None}
    return shown | {"note": ""} if note else shown


def _starts(text: str) -> list[str]:
    return [text[:length] for length in range(min(FEWEST, len(text)), min(MOST, len(text)) + 1)] if text else []


def _letters(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digits(text: str) -> str:
    """Its digits; nothing where it holds anything else than a phone number does."""
    return re.sub(r"\D", "", text) if re.fullmatch(r"[+\d\s()-]+", text) else ""
