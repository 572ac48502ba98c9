"""What customers told the store, opened for head office alone, at the moment when it is told."""

from typing import Any
from uuid import UUID

from services.chassis.logs import get_logger
from services.chassis.sealing import CannotOpen, Seals
from services.sync import metrics

log = get_logger()

# what an order says that was erased before head office asked for it again
ERASED: dict[str, Any] = {"customer": None, "note": None, "delivery": None}


class Unopened(Exception):
    """Its key is not here: nothing is sent without what the customer told, until the key is back."""


def document(seals: Seals, order_id: UUID, facts: dict[str, Any], personal: str | None) -> dict[str, Any]:
    """The order as it was printed. Raises Unopened."""
    return ERASED | facts | _opened(seals, personal, f"order {order_id}")


def correction(seals: Seals, told: dict[str, Any] | None) -> dict[str, Any] | None:
    """A correction as it was wished. Raises Unopened."""
    if told is None:
        return None
    facts = {name: value for name, value in told.items() if name not in ("personal", "wish_id")}
    return facts | _opened(seals, told.get("personal"), f"wish {told.get('wish_id')}")


def customer(seals: Seals, customer_id: str, told: dict[str, Any]) -> dict[str, Any]:
    """A customer as they were saved. Raises Unopened."""
    facts = {name: value for name, value in told.items() if name != "personal"}
    return facts | _opened(seals, told.get("personal"), f"customer {customer_id}")


def _opened(seals: Seals, sealed: str | None, about: str) -> dict[str, Any]:
    if sealed is None:
        return {}
    try:
        told: dict[str, Any] = seals.open(sealed, about)
    except CannotOpen as error:
        metrics.UNOPENED.inc()
        log.error("cannot_open", about=about)  # noqa: TRY400  the traceback says no more
        raise Unopened(about) from error
    return told
