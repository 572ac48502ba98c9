"""What the door and the RPC take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.fields import Day, Flag, JsonInt, Strict

StateName = Literal["waiting", "sending", "unknown", "synced", "pending", "withdrawn"]
Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}-[0-9a-f]{32}$")]


class Connectivity(BaseModel):
    """The state that others pull."""

    internet: Literal["up", "down"]
    head_office: Literal["up", "down"]
    changed_at: datetime
    reason: str | None
    clock_skew_seconds: int
    superseded: bool
    auto_sync: bool


class Backlog(BaseModel):
    """What is not at head office.

    `waiting`, the age of the oldest and `money_minor` (minor units by payment mode) are of all that is sold, be it
    here, in the queue or in the counter's outbox. `queued` lies in the queue, `held_back` waits for a person's word;
    `others` are customers, sessions and cancellations. `nothing_waits` is when a page may show green; until then
    sign-out and shutdown say `please_wait` and let go all the same.
    """

    waiting: int
    queued: int
    held_back: int
    pending: int
    in_flight: int
    unknown: int
    oldest_at: datetime | None
    oldest_seconds: int | None
    money_minor: dict[str, int]
    others: dict[str, int]
    nothing_waits: bool
    please_wait: str | None


class Sending(BaseModel):
    """How the sending goes; `stopped_by` says in a word why it does not. `seconds_to_done` is null while it stands."""

    on: bool
    stopped_by: str | None
    paused_until: datetime | None
    limit: int
    seconds_to_done: int | None


class Switch(BaseModel):
    """Auto-Sync; orders placed up to `released_before` go out in any case."""

    on: bool
    released_before: datetime | None
    changed_at: datetime
    changed_by: str | None


class Status(BaseModel):
    """`connectivity` is null before the first word of the prober."""

    connectivity: Connectivity | None
    backlog: Backlog
    sending: Sending
    auto_sync: Switch


class AutoSyncIn(Strict):
    on: Flag


class Query(Strict):
    """Which deliveries; `cursor` is what the page before gave."""

    state: StateName | None = None
    session_id: UUID | None = None
    business_date: Day | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class DeliveryOut(BaseModel):
    """One order's delivery; amounts in minor units."""

    order_id: UUID
    session_id: UUID | None
    mode: Literal["online", "offline"]
    placed_at: datetime | None
    business_date: date | None
    invoice_number: str
    total_minor: JsonInt
    currency: str | None
    state: StateName
    revision: int
    attempts: int
    void_asked: bool
    due_at: datetime | None
    reason_code: str | None
    reason_text: str | None
    oms_id: str | None
    accepted_at: datetime | None
    changed_at: datetime


class DeliveryPage(BaseModel):
    """`cursor` is null on the last page."""

    items: list[DeliveryOut]
    cursor: str | None


class Attempt(BaseModel):
    """One step; `how`: post, ask, person, wish or recovery."""

    at: datetime
    edge: str
    state: StateName
    revision: int
    how: str
    by: str | None
    code: str | None
    duration_ms: int | None


class WishOut(BaseModel):
    """A wish to void or to correct."""

    wish_id: UUID
    kind: Literal["void", "correct"]
    revision: int
    verdict: Literal["undecided", "withdrawn", "corrected", "too_late"]
    reason: str | None
    asked_by: str | None
    asked_at: datetime
    decided_at: datetime | None


class DeliveryDetail(DeliveryOut):
    """With every try, the newest first."""

    history: list[Attempt]
    wishes: list[WishOut]


class Released(BaseModel):
    """How many orders go out by this."""

    orders: int


class PendingOrder(DeliveryOut):
    """With the parts of a correction that its reason asks for."""

    may_correct: tuple[Literal["lines", "sales_employee_code", "payments", "contact", "note"], ...]


class RefusedNotice(BaseModel):
    """A customer, session or cancellation that head office did not take."""

    kind: Literal["customer", "session", "cancellation"]
    subject: str
    reason_code: str | None
    changed_at: datetime


class PendingOrders(BaseModel):
    """The recovery desk; `items` are the first of `total`."""

    total: int
    items: list[PendingOrder]
    refused_notices: list[RefusedNotice]


def _only(name: str) -> dict[str, Any]:
    """A JSON Schema: this field is given and not null."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


class ReconciliationIn(Strict):
    """A session or a day, one of them."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_only("session_id"), _only("business_date")]})

    session_id: UUID | None = None
    business_date: Day | None = None


class DifferenceOut(BaseModel):
    order_id: UUID
    kind: str
    here: str
    there: str
    text: str


class ClaimedPayment(BaseModel):
    """A payment that was confirmed offline and that head office has to settle; minor units."""

    order_id: UUID
    invoice_number: str
    n: int
    payment_mode: str
    amount_minor: int
    reference: str | None


class Oversold(BaseModel):
    """An article that was sold beyond its figure, and by which orders."""

    sku: str
    quantity: int
    orders: list[UUID]


class Reconciliation(BaseModel):
    """A comparison; `compared` of `held` orders so far, `found` differences, of which up to 1000 are listed."""

    reconciliation_id: UUID
    session_id: UUID | None
    business_date: date | None
    status: Literal["queued", "running", "done", "failed"]
    held: int
    compared: int
    found: int
    error: str | None
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    differences: list[DifferenceOut] = []
    claimed_payments: list[ClaimedPayment] = []
    oversold: list[Oversold] = []


class Reconciliations(BaseModel):
    """The newest first."""

    items: list[Reconciliation]
