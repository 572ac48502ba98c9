"""The words that people read about the mode; a test pins them."""

from dataclasses import dataclass
from typing import Literal

NO_INTERNET = "No internet connection. Offline Mode is on; orders will be sent when the connection is back."
NO_HEAD_OFFICE = "Head office cannot be reached. Offline Mode is on; orders will be sent when it answers again."
MANUAL = "You're in Offline Mode. You can continue billing, data will be synced once you're back online."
CANNOT_SELL = "This store cannot sell: {what} is missing."
PLEASE_WAIT = "Please wait until sync completes."

NAMES = {
    "products": "product catalogue",
    "inventory": "inventory",
    "payment-modes": "payment modes",
    "staff": "staff list",
    "storage": "storage folder",
    "installation": "current installation",
}


@dataclass(frozen=True)
class Banner:
    kind: Literal["none", "blue", "green", "red"]
    text: str


NONE = Banner("none", "")


def automatic(*, internet: bool) -> Banner:
    return Banner("blue", NO_HEAD_OFFICE if internet else NO_INTERNET)


def manual() -> Banner:
    return Banner("green", MANUAL)


def cannot_sell(missing: tuple[str, ...]) -> Banner:
    return Banner("red", CANNOT_SELL.format(what=in_words(missing)))


def in_words(missing: tuple[str, ...]) -> str:
    return ", ".join(NAMES.get(what, what) for what in missing)
