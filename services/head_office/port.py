"""What a store asks of head office, and every way in which that can end; no caller ever looks at HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Reason:
    """Why something was refused: a stable code and a sentence."""

    code: str
    text: str
    line_no: int | None = None


@dataclass(frozen=True)
class Accepted:
    """Head office has this order; amounts in minor units."""

    order_id: str
    oms_id: str
    invoice_number: str
    total_minor: int
    accepted_at: datetime
    revision: int | None = None
    replay: bool = False


@dataclass(frozen=True)
class Done:
    """It took what it was told; `value` is what it gave back."""

    value: Any = None


@dataclass(frozen=True)
class Refused:
    """It judged the request, and did not take it."""

    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Absent:
    """It has no such thing."""


@dataclass(frozen=True)
class InProgress:
    """It is still at work on an earlier request under this key."""


@dataclass(frozen=True)
class KeyReused:
    """It holds other content under the same key."""


@dataclass(frozen=True)
class Busy:
    """It asks to be left alone; seconds, None where it did not say. `in_doubt`: it was said on the way, not by it."""

    retry_after: float | None = None
    in_doubt: bool = False


@dataclass(frozen=True)
class Failed:
    """It failed on this request (5xx)."""

    status: int


@dataclass(frozen=True)
class Unauthorised:
    """It does not take this store's token."""


@dataclass(frozen=True)
class Superseded:
    """Another edge server has taken this store over."""


@dataclass(frozen=True)
class Unreachable:
    """The request surely did not arrive, or something else than head office answered."""

    reason: str


@dataclass(frozen=True)
class Lost:
    """The request may have arrived; its answer did not."""

    reason: str


@dataclass(frozen=True)
class Unfit:
    """It answered, but not in a way that fits the question."""

    reason: str


Trouble = Busy | Failed | Unauthorised | Superseded | Unreachable | Lost | Unfit
SendAnswer = Accepted | Refused | InProgress | KeyReused | Trouble
AskAnswer = Accepted | Absent | Trouble
TellAnswer = Done | Refused | Absent | Trouble


@dataclass(frozen=True)
class Health:
    """What a probe saw.

    `met`: some machine on the internet answered. `skew_seconds`: our clock less theirs; `certificate_until`: when its
    certificate runs out, Unix seconds; None where it told none.
    """

    good: bool
    met: bool
    reason: str | None = None
    skew_seconds: float | None = None
    superseded: bool = False
    certificate_until: float | None = None


@dataclass(frozen=True)
class Booked:
    """An order as head office has it; a cancelled one is there only to be refused."""

    order_id: str
    oms_id: str
    invoice_number: str
    total_minor: int
    cancelled: bool = False


@dataclass(frozen=True)
class Head:
    """How far head office knows a hash chain of the store: `chain` is "invoices", "sessions" or "marks".

    `name` is the invoice series, `epoch` the installation that told it.
    """

    chain: str
    name: str
    epoch: int
    sequence: int
    hash: str


@dataclass(frozen=True)
class Heads:
    """All heads that head office knows, and the epoch of the installation that asked."""

    epoch: int
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Opened:
    """A file that a till kept: what is in it, or in `problem` a word for why it cannot be opened."""

    name: str
    content: Any = None
    problem: str | None = None


@dataclass(frozen=True)
class FeedRecord:
    """A record of a feed, or, with `gone`, the key of what is to be deleted."""

    fields: dict[str, Any]
    gone: str | None = None


class Feed(Protocol):
    """A feed whose first line was read; `full` says that it holds everything and not only what changed."""

    @property
    def full(self) -> bool: ...

    @property
    def count(self) -> int: ...

    @property
    def as_of(self) -> datetime: ...

    @property
    def currency(self) -> str | None: ...

    @property
    def cursor(self) -> str:
        """Where the next feed goes on; known once the last line was read."""
        ...

    def records(self) -> Iterator[FeedRecord]:
        """The records as they come. Raises FeedFailed unless the last line proves them whole."""
        ...


class FeedFailed(Exception):
    """The feed did not come, or not whole; `code` is stable, `reason` is for people."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class StartAgain(Exception):
    """Head office does not know the cursor any more: read the feed in full."""


class NoAnswer(Exception):
    """Head office could not be asked; `reason` is a word for why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class HeadOffice(Protocol):
    """Each call ends in time. Where a call can end in several ways, they are its answer; others raise NoAnswer."""

    def probe(self) -> Health: ...

    def send_order(
        self, document: Mapping[str, Any], revision: int, correction: Mapping[str, Any] | None
    ) -> SendAnswer:
        """Sends an order under the key of its id and revision."""
        ...

    def order(self, order_id: str) -> AskAnswer:
        """What it has under this id."""
        ...

    def lookup(self, order_ids: Sequence[str]) -> list[Booked]:
        """All that it has under up to 500 ids. Raises NoAnswer."""
        ...

    def orders_of_day(self, business_date: date) -> Iterator[Booked]:
        """All orders of a day, page by page. Raises NoAnswer."""
        ...

    def cancel(self, order_id: str, body: Mapping[str, Any]) -> TellAnswer:
        """Tells that an order is void; it is refused from then on, also when it was never seen."""
        ...

    def put_customer(self, customer_id: str, body: Mapping[str, Any]) -> TellAnswer: ...

    def put_session(self, session_id: str, body: Mapping[str, Any]) -> TellAnswer: ...

    def install(self, store_id: str, code: str) -> TellAnswer:
        """Makes this the store: Done with epoch and token, told once; Unauthorised where the code is wrong or used."""
        ...

    def store(self) -> dict[str, Any]:
        """Identity of the store, and its spare invoice prefixes. Raises NoAnswer."""
        ...

    def heads(self) -> Heads:
        """How far it knows the store's hash chains. Raises NoAnswer."""
        ...

    def open_kept(self, files: Sequence[tuple[str, str]]) -> list[Opened]:
        """Opens up to 100 files that tills kept, (name, text) each; answers are in their order. Raises NoAnswer."""
        ...

    def documents(self, order_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Up to 50 accepted orders as they were sent; one that never was is left out. Raises NoAnswer."""
        ...

    def feed(self, name: str, since: str | None) -> AbstractContextManager[Feed]:
        """A feed from a cursor on, in full without one. Raises FeedFailed or StartAgain."""
        ...

    def quote(self, order_id: str, cart: Mapping[str, Any], *, timeout: float) -> TellAnswer:
        """What only head office can reckon: offers, coupon, delivery, extensions, live stock."""
        ...

    def commit_quote(self, order_id: str, *, timeout: float) -> TellAnswer:
        """Makes head office take an order with the amounts of its quote, however late it comes."""
        ...

    def create_payment(self, key: str, amount_minor: int, payment_mode: str, *, timeout: float) -> TellAnswer: ...

    def payment(self, key: str, *, timeout: float) -> TellAnswer: ...

    def cancel_payment(self, key: str, *, timeout: float) -> TellAnswer: ...

    def stock(self, skus: Sequence[str], *, timeout: float) -> TellAnswer:
        """How many of each of up to 100 SKUs there are at this moment."""
        ...

    def customer_by_code(self, code: str, *, timeout: float) -> TellAnswer: ...

    def update_product(self, product_id: str, changes: Mapping[str, Any], *, timeout: float) -> TellAnswer: ...
