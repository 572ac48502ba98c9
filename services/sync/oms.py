"""What sync asks of head office, and how the answers of its port become ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.sync.domain.answers import Answer, Taken
from services.sync.domain.reconciliation import Stored


@dataclass(frozen=True)
class Look:
    """What a probe saw; `reason` is a word for why head office cannot be used, `met` whether any machine answered.

    `skew` is our clock less head office's in seconds, None where it did not say.
    """

    good: bool
    reason: str | None = None
    met: bool = False
    skew: float | None = None
    superseded: bool | None = None


class Oms(Protocol):
    """Each of these ends in time and never raises: what went wrong is an answer."""

    def post(self, document: dict[str, Any], revision: int, correction: dict[str, Any] | None) -> Answer:
        """Sends an order under the key of its id and revision."""
        ...

    def ask(self, order_id: UUID) -> Answer:
        """What head office has under this id: Accepted, Absent, or why nobody knows."""
        ...

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> Answer | Taken:
        """Tells of a customer, a session or a cancellation."""
        ...

    def look(self) -> Look:
        """Whether it can be used."""
        ...

    def lookup(self, order_ids: Sequence[UUID]) -> Sequence[Stored]:
        """Everything it has under these ids, up to 500 of them. Raises NoAnswer."""
        ...

    def of_day(self, business_date: date) -> Iterable[Stored]:
        """Everything it has of a day. Raises NoAnswer."""
        ...


class NoAnswer(Exception):
    """Head office could not be asked; the text is a word for why."""
