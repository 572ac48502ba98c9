"""What may become of a request to head office, told apart by what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sync.domain.reasons import Reason


@dataclass(frozen=True)
class Accepted:
    """Head office has this order; `revision` is None where it did not say which."""

    order_id: UUID
    total_minor: int
    invoice_number: str
    oms_id: str
    accepted_at: datetime
    revision: int | None = None


@dataclass(frozen=True)
class Taken:
    """It took what it was told besides orders."""


@dataclass(frozen=True)
class Refused:
    """It judged the order, and did not take it."""

    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Unfit:
    """It answered, but not about this order, or not in a way that can be read."""


@dataclass(frozen=True)
class KeyReused:
    """It holds other content under the same key."""


@dataclass(frozen=True)
class Failed:
    """It failed on this order (5xx), or something else answered; `judged`: on this one, not on all."""

    judged: bool = True


@dataclass(frozen=True)
class Absent:
    """Asked, it does not have the order; in `certain_in` seconds no request of ours can be under way any more."""

    certain_in: float = 0


@dataclass(frozen=True)
class InProgress:
    """It is still at work on an earlier request under this key."""


@dataclass(frozen=True)
class Lost:
    """The request may have arrived; the answer did not."""


@dataclass(frozen=True)
class Unreachable:
    """The request surely did not arrive."""


@dataclass(frozen=True)
class Busy:
    """It asks to be left alone (429, 503); `retry_after` is in seconds, None where it did not say.

    `in_doubt`: something on the way said so in its place, and the request may have arrived.
    """

    retry_after: float | None = None
    in_doubt: bool = False


@dataclass(frozen=True)
class Unauthorised:
    """It does not take this store's token."""


@dataclass(frozen=True)
class Superseded:
    """Another edge server has taken this store over."""


Answer = (
    Accepted
    | Refused
    | Unfit
    | KeyReused
    | Failed
    | Absent
    | InProgress
    | Lost
    | Unreachable
    | Busy
    | Unauthorised
    | Superseded
)
