"""Payment modes of the feed."""

from dataclasses import dataclass
from typing import Literal, cast, get_args

from services.catalog.domain import reading
from services.catalog.domain.reading import BadRecord, Fields

Kind = Literal["cash", "card", "upi", "online"]


@dataclass(frozen=True)
class PaymentMode:
    """A way to pay; above `limit_minor` of one payment a manager approves."""

    code: str
    name: str
    kind: Kind
    offline: bool
    limit_minor: int | None


def payment_mode(fields: Fields) -> PaymentMode:
    """The payment mode of a record. Raises BadRecord."""
    kind = _kind(fields)
    offline = reading.truth(fields, "offline", default=False)
    if offline and kind == "online":
        raise BadRecord("offline_invalid", "offline", "is true for a mode that needs the line")
    return PaymentMode(
        code=reading.code(fields, "code"),
        name=reading.text(fields, "name"),
        kind=kind,
        offline=offline,
        limit_minor=_limit(fields),
    )


def _kind(fields: Fields) -> Kind:
    kind = fields.get("kind")
    if kind not in get_args(Kind):
        raise BadRecord("kind_unknown", "kind", f"is none of {', '.join(get_args(Kind))}")
    return cast("Kind", kind)


def _limit(fields: Fields) -> int | None:
    if fields.get("limit_minor") is None:
        return None
    return reading.whole(fields, "limit_minor", lowest=0, highest=reading.MAX_MINOR)
