"""What sessions tells, and the fields that it reads of what others tell."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import Row

from services.chassis.events import Event, Fact
from services.chassis.fields import MAX_MINOR, Safe
from services.chassis.topology import Queue

FACTS = Queue("sessions.facts")
QUEUES = (FACTS,)

SESSION_SEALED = "orders.session_sealed"
ORDERS_SETTLED = "sync.orders_settled"
SESSION_CHANGED = "sessions.session_changed"
TOLD = ("sync.facts",)

DeliveryState = Literal["synced", "pending", "withdrawn", "too_late", "waiting"]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Word = Annotated[Safe, StringConstraints(max_length=64)]


class SessionSealed(Fact):
    session_id: UUID
    orders: Count
    total_minor: Minor
    currency: Word
    sealed_at: AwareDatetime
    by_payment_mode: dict[Word, Minor] = Field(default_factory=dict)
    # orders came back to a server that was restored: the session may be one that its backup does not know
    recovered: bool = False


class Outcome(Fact):
    order_id: UUID
    session_id: UUID | None = None
    delivery_version: Version
    state: DeliveryState
    reason: dict[str, Any] | None = None

    def stands(self) -> DeliveryState:
        """Where the order stands; too late with a reason, head office holds it otherwise than it was sent."""
        return "pending" if self.state == "too_late" and self.reason else self.state


class OrdersSettled(Fact):
    outcomes: tuple[Outcome, ...]


def session_changed(session: Row[Any], ledger_sequence: int) -> Event:
    """A session as it stands, and how many entries the ledger has; amounts in minor units."""
    data = {
        "session_id": str(session.session_id),
        "status": session.status,
        "trigger": session.trigger,
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "started_by": session.started_by,
        "ended_by": session.ended_by,
        "orders": session.orders,
        "total_minor": session.total_minor,
        "ledger_head": session.ledger_head,
        "ledger_sequence": ledger_sequence,
    }
    return Event(
        type=SESSION_CHANGED,
        aggregate_id=str(session.session_id),
        aggregate_version=session.version,
        data=data,
    )
