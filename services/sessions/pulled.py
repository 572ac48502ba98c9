"""States of others that sessions pulls, with the fields it reads of them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.chassis.events import Fact
from services.chassis.fields import Moment

# as far as the columns go
Orders = Annotated[int, Field(ge=0, le=2**31 - 1)]
Total = Annotated[int, Field(ge=0, le=2**62)]


class Connectivity(Fact):
    internet: Literal["up", "down"]
    head_office: Literal["up", "down"]
    superseded: bool = False
    clock_skew_seconds: float | None = Field(None, allow_inf_nan=False)


class Dataset(Fact):
    freshness: Literal["never", "fresh", "stale", "too_old"]
    stale_at: Moment | None = None
    too_old_at: Moment | None = None


class Readiness(Fact):
    datasets: dict[str, Dataset]
    missing: list[str]


class Staff(Fact):
    staff_code: str
    name: str
    role: Literal["associate", "manager"]
    permissions: Annotated[list[str], Field(default_factory=list)]
    active: bool
    valid_until: Moment | None = None


class ModeTaken(Fact):
    mode_number: int


class SessionFigures(Fact):
    session_id: UUID | None
    orders: Orders
    total_minor: Total


class Till(Fact):
    till_id: UUID
    key_hash: str
    active: bool


class Unsettled(Fact):
    orders: int
