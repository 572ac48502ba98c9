"""What routes and procedures take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.chassis.fields import Code, Day, Flag, Line, Strict
from services.sessions.domain.offline_sessions import Status
from services.sessions.domain.pins import MAX_DIGITS, MIN_DIGITS

TillId = UUID
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Pin = Annotated[str, StringConstraints(min_length=1, max_length=32)]
NewPin = Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{MIN_DIGITS},{MAX_DIGITS}}}$")]
Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}-[0-9a-f]{32}$")]
Label = Literal["Success", "Failed", "In progress"]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class SignIn(Strict):
    staff_code: Code
    pin: Pin
    till_id: TillId | None = None
    till_key: Secret | None = None


class Who(BaseModel):
    """Who is signed in, as the token says; who touches nothing for `idle_lock_seconds` is asked anew (0: never)."""

    staff_code: str
    name: str
    role: str
    permissions: list[str]
    till_id: str | None
    expires_at: datetime
    idle_lock_seconds: int


class SignedIn(Who):
    token: str


class SignedOut(BaseModel):
    """`warning` is for people, null where nothing waits."""

    waiting: int
    warning: str | None


class SetPin(Strict):
    staff_code: Code
    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    pin: NewPin


class IssueCode(Strict):
    staff_code: Code


class OneTimeCode(BaseModel):
    staff_code: str
    code: str
    expires_at: datetime


class Block(Strict):
    reason: Line


class StaffMember(BaseModel):
    staff_code: str
    name: str
    role: str
    permissions: list[str]
    active: bool
    pin_set: bool
    blocked_by: str | None


class Staff(BaseModel):
    items: list[StaffMember]


class SalesEmployee(BaseModel):
    staff_code: str
    name: str


class SalesEmployees(BaseModel):
    items: list[SalesEmployee]


class Turn(Strict):
    """`manager_token`: a manager's shift token, who agrees to sell from data that are too old."""

    on: Flag
    reason: Line | None = None
    manager_token: Token | None = None


class BannerOut(BaseModel):
    kind: Literal["none", "blue", "green", "red"]
    text: str


class ModeState(BaseModel):
    """The state `mode`, as other services pull it."""

    mode: Literal["online", "offline", "cannot_sell"]
    trigger: Literal["manual", "automatic"] | None
    session_id: UUID | None
    missing: list[str]
    warnings: list[str]
    since: datetime
    by: str | None
    banner: BannerOut
    turn_off: bool


class ModeOut(ModeState):
    """`wish`: whether offline mode is turned on by hand; `taken`: whether `orders` has this mode, by its number."""

    number: int
    wish: bool
    taken: bool


class GrantFolder(Strict):
    folder: Line


class GrantTill(Strict):
    """`folder` as the page may tell it: browsers show its name only."""

    granted: Flag
    folder: Line


class Grant(BaseModel):
    """`problem` is null while the folder can be used."""

    place: str
    folder: str
    granted_by: str
    granted_at: datetime
    problem: str | None
    free_bytes: int | None
    checked_at: datetime


class Grants(BaseModel):
    edge: Grant | None
    tills: list[Grant]
    needed_bytes: int


class LightOut(BaseModel):
    name: Literal["till_edge", "edge_internet", "oms", "clock"]
    colour: Literal["green", "yellow", "red"]
    key: str
    text: str
    what_to_do: str


class Lights(BaseModel):
    items: list[LightOut]


class Days(Strict):
    """As the store counts them, both included."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class Filter(Days):
    """`in_progress` is open or syncing."""

    status: Status | Literal["in_progress"] | None = None

    def statuses(self) -> tuple[Status, ...]:
        if self.status == "in_progress":
            return ("open", "syncing")
        return (self.status,) if self.status else ()


class Paged(Filter):
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Takeover(BaseModel):
    at: datetime
    by: str | None
    trigger: Literal["manual", "automatic"]


class SessionOut(BaseModel):
    """An offline session; amounts in minor units of `currency`, which is null until the first is known."""

    session_id: UUID
    status: Status
    label: Label
    trigger: Literal["manual", "automatic"]
    started_by: str | None
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    takeovers: list[Takeover]
    confirmed_by: str | None
    orders: int
    total_minor: int
    currency: str | None
    by_payment_mode: dict[str, int]
    sealed_at: datetime | None
    ledger_head: str


class SessionPage(BaseModel):
    """`cursor` asks for the next page, null on the last."""

    items: list[SessionOut]
    cursor: str | None


class LedgerEntry(BaseModel):
    sequence: int
    at: datetime
    kind: str
    by: str | None
    reason: str | None
    facts: dict[str, Any]
    hash: str


class SessionDetail(SessionOut):
    """`settled`: orders at the OMS or void; `waiting`: those that are neither."""

    settled: int
    waiting: int
    by_state: dict[str, int]
    ledger: list[LedgerEntry]


class ByHand(BaseModel):
    """A time at which offline mode was turned on by hand."""

    at: datetime
    session_id: UUID
    reason: str | None


class ByHandRow(BaseModel):
    """`staff_code` is null where the ledger names nobody."""

    staff_code: str | None
    times: int
    turns: list[ByHand]


class ByHandReport(BaseModel):
    items: list[ByHandRow]


class CodeIssued(BaseModel):
    """A one-time code that a person issued for a manager; `pin_set_at` is null until it is used."""

    at: datetime
    issued_by: str
    staff_code: str
    pin_set_at: datetime | None


class CodeReport(BaseModel):
    items: list[CodeIssued]
