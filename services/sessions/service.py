"""The worker of sessions: facts of others, and questions by other services."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.chassis.database import Tx
from services.chassis.events import Event
from services.chassis.intake import BaseWorker, intake
from services.chassis.rpc import procedure
from services.sessions import schemas as of
from services.sessions.domain.offline_sessions import Status
from services.sessions.events import FACTS
from services.sessions.handlers import facts, sessions, switch

Limit = Annotated[int, Field(ge=1, le=200)]


class Worker(BaseWorker):
    name = "sessions"

    @intake(FACTS)
    def take_facts(self, tx: Tx, events: list[Event]) -> None:
        facts.take(self.app, tx, events)

    @procedure
    def mode(self) -> of.ModeOut:
        """The mode that stands."""
        return of.ModeOut(**switch.show(self.app))

    @procedure
    def sessions(
        self, status: Status | None = None, cursor: of.Cursor | None = None, limit: Limit = 50
    ) -> of.SessionPage:
        """A page of offline sessions, the newest first."""
        statuses = (status,) if status else ()
        found = sessions.page(self.app, first=None, last=None, statuses=statuses, cursor=cursor, limit=limit)
        return of.SessionPage.model_validate(found)

    @procedure
    def session(self, session_id: UUID) -> of.SessionDetail:
        """One offline session with its ledger."""
        return of.SessionDetail.model_validate(sessions.one(self.app, session_id))
