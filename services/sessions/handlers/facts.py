"""What `orders` and `sync` tell of sessions: sealed, and settled."""

from uuid import UUID

from services.chassis.database import Tx
from services.chassis.events import Event, expect
from services.sessions.app import App
from services.sessions.domain.mode import Entry
from services.sessions.domain.offline_sessions import status
from services.sessions.events import ORDERS_SETTLED, SESSION_SEALED, OrdersSettled, SessionSealed
from services.sessions.handlers.machine import tell
from services.sessions.store import ledger, offline_sessions


class UnknownSession(Exception):
    """A seal of a session that this store never opened: kept, and shown to a person."""


def take(app: App, tx: Tx, events: list[Event]) -> None:
    """Notes seals and outcomes, then reckons the status of every session that they are about."""
    sealed: set[UUID] = set()
    settled: set[UUID] = set()
    for event in events:
        expect(event, SESSION_SEALED, ORDERS_SETTLED)
        if event.type == SESSION_SEALED:
            sealed |= _seal(app, tx, event)
        else:
            settled |= _settle(tx, event)
    for session_id in sorted(sealed | settled):
        _restate(app, tx, session_id, sealed=session_id in sealed)


def _restate(app: App, tx: Tx, session_id: UUID, *, sealed: bool) -> None:
    """Gives a session the status that its seal and its deliveries add up to, and tells of it where that is news."""
    session = offline_sessions.lock(tx, session_id)
    if session is None or session.ended_at is None:
        return
    seal = offline_sessions.seal_of(session)
    found = status(ended=True, seal=seal, deliveries=offline_sessions.delivered(tx, session_id))
    if found != session.status:
        facts = {"status": found, "was": session.status}
        ledger.append(tx, app.settings.id, Entry("status_changed", app.clock.now(), session_id, facts=facts))
    if sealed or found != session.status:
        tell(app, tx, offline_sessions.restate(tx, session_id, found, ledger.head_hash(tx)))


def _seal(app: App, tx: Tx, event: Event) -> set[UUID]:
    """The session, where the seal is news."""
    seal = SessionSealed.of(event)
    if offline_sessions.lock(tx, seal.session_id) is None:
        if seal.recovered:
            return set()
        raise UnknownSession
    values = seal.model_dump(exclude={"session_id", "recovered"})
    if not offline_sessions.seal(tx, seal.session_id, event.aggregate_version, values):
        return set()
    facts = seal.model_dump(mode="json", exclude={"session_id", "recovered"})
    ledger.append(tx, app.settings.id, Entry("session_sealed", app.clock.now(), seal.session_id, facts=facts))
    return {seal.session_id}


def _settle(tx: Tx, event: Event) -> set[UUID]:
    """The sessions of the orders; those sold online carry none and are none of ours."""
    outcomes = [o for o in OrdersSettled.of(event).outcomes if o.session_id]
    newest = {o.order_id: o for o in sorted(outcomes, key=lambda o: o.delivery_version)}
    if newest:
        offline_sessions.settle(tx, [o.model_dump(exclude={"reason"}) | {"state": o.stands()} for o in newest.values()])
    return {o.session_id for o in newest.values() if o.session_id}
