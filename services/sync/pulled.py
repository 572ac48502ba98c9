"""States of others that sync pulls, with the fields it reads of them."""

from typing import Literal

from services.chassis.events import Fact
from services.chassis.fields import Moment


class Mode(Fact):
    mode: Literal["online", "offline", "cannot_sell"]
    trigger: Literal["manual", "automatic"] | None


class Unsettled(Fact):
    """Orders that the counter has not told of yet, or has not heard of again."""

    orders: int
    oldest_at: Moment | None
    money_minor: dict[str, int]
