"""What sync asks of head office, and how the answers of its port become ours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.head_office import port
from services.head_office.port import HeadOffice, NoAnswer
from services.sync.domain import answers as ours
from services.sync.domain.answers import Answer, Taken
from services.sync.domain.reasons import Reason
from services.sync.domain.reconciliation import Stored

CAPTIVE_PORTAL = "captive_portal"


@dataclass(frozen=True)
class Look:
    """What a probe saw; `reason` is a word for why head office cannot be used, `met` whether any machine answered.

    `skew` is our clock less head office's in seconds, None where it did not say; `certificate_until` when its
    certificate runs out, Unix seconds.
    """

    good: bool
    reason: str | None = None
    met: bool = False
    skew: float | None = None
    superseded: bool = False
    certificate_until: float | None = None


class Oms(Protocol):
    """Where something can end in several ways, they are its answer."""

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

    def recognises_us(self) -> bool:
        """Whether it takes this store's token at present."""
        ...

    def lookup(self, order_ids: Sequence[UUID]) -> Sequence[Stored]:
        """Everything it has under these ids, up to 500 of them. Raises NoAnswer."""
        ...

    def of_day(self, business_date: date) -> Iterable[Stored]:
        """Everything it has of a day. Raises NoAnswer."""
        ...


class PortOms:
    """The OMS behind the port to head office."""

    def __init__(self, office: HeadOffice) -> None:
        self._office = office
        self._tell: dict[str, Callable[[str, dict[str, Any]], port.TellAnswer]] = {
            "customer": office.put_customer,
            "session": office.put_session,
            "cancellation": office.cancel,
        }

    def post(self, document: dict[str, Any], revision: int, correction: dict[str, Any] | None) -> Answer:
        return answer(self._office.send_order(document, revision, correction))

    def ask(self, order_id: UUID) -> Answer:
        return answer(self._office.order(str(order_id)))

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> Answer | Taken:
        told = self._tell[kind](subject, body)
        return Taken() if isinstance(told, port.Done) else answer(told)

    def look(self) -> Look:
        seen = self._office.probe()
        word = _word(seen.reason)
        return Look(seen.good, word, seen.met, seen.skew_seconds, seen.superseded, seen.certificate_until)

    def recognises_us(self) -> bool:
        try:
            self._office.store()
        except NoAnswer:
            return False
        return True

    def lookup(self, order_ids: Sequence[UUID]) -> Sequence[Stored]:
        return [_stored(b) for b in self._office.lookup([str(i) for i in order_ids])]

    def of_day(self, business_date: date) -> Iterable[Stored]:
        return (_stored(b) for b in self._office.orders_of_day(business_date))


def answer(given: port.SendAnswer | port.AskAnswer | port.TellAnswer) -> Answer:
    """The port's answer as one of ours; one that cannot be read is Unfit."""
    match given:
        case port.Accepted():
            return _accepted(given)
        case port.Refused(reasons):
            return ours.Refused(tuple(Reason(r.code, r.text) for r in reasons))
        case port.Busy(retry_after, in_doubt):
            return ours.Busy(retry_after, in_doubt=in_doubt)
        case port.Unreachable(reason):
            # something answered: where it does so for this order alone, that is this order's failure
            return ours.Failed() if reason == CAPTIVE_PORTAL else ours.Unreachable()
    return SAME.get(type(given), ours.Unfit())


SAME: dict[type, Answer] = {
    port.Absent: ours.Absent(),
    port.Failed: ours.Failed(),
    port.InProgress: ours.InProgress(),
    port.KeyReused: ours.KeyReused(),
    port.Lost: ours.Lost(),
    port.Superseded: ours.Superseded(),
    port.Unauthorised: ours.Unauthorised(),
}


def _word(reason: str | None) -> str | None:
    """A stable word for why a probe failed: what an adapter calls its errors is its own."""
    if reason is None or reason in (CAPTIVE_PORTAL, "superseded") or reason.startswith("http_"):
        return reason
    return "timeout" if "timeout" in reason.lower() else "no_connection"


def _accepted(given: port.Accepted) -> Answer:
    try:
        order_id = UUID(given.order_id)
    except ValueError:
        return ours.Unfit()
    return ours.Accepted(
        order_id, given.total_minor, given.invoice_number, given.oms_id, given.accepted_at, given.revision
    )


def _stored(booked: port.Booked) -> Stored:
    try:
        order_id = UUID(booked.order_id)
    except ValueError as error:
        raise NoAnswer("answer_unreadable") from error
    return Stored(order_id, booked.total_minor, booked.invoice_number, booked.oms_id, booked.cancelled)
