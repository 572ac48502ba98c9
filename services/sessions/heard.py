"""What is done at once when a state that others own has changed."""

from typing import Any
from uuid import UUID

from services.chassis.clock import Clock
from services.chassis.database import Tx, notify
from services.chassis.states import Apply
from services.sessions.handlers.revoking import revoke_person, revoke_till
from services.sessions.store import offline_sessions, people


def staff(clock: Clock) -> Apply:
    """Who has left, or may do something else by now, loses the shift that is running."""

    def apply(tx: Tx, _number: int, _value: Any) -> None:
        now = clock.now()
        people.lock_rights(tx)
        known = people.staff(tx)
        able = {code: person.rights() for code, person in known.items() if person.may_work(now)}
        gone = {shift.staff_code for shift in people.on_shift(tx, now) if able.get(shift.staff_code) != shift.rights}
        for staff_code in sorted(gone):
            revoke_person(tx, staff_code, now)

    return apply


def tills(clock: Clock) -> Apply:
    """A till that was replaced loses its shifts."""

    def apply(tx: Tx, _number: int, value: Any) -> None:
        now = clock.now()
        people.lock_rights(tx)
        active = {till["till_id"] for till in value if till["active"]}
        in_use = {shift.till_id for shift in people.on_shift(tx, now) if shift.till_id}
        for till_id in sorted(in_use - active):
            revoke_till(tx, till_id, now)

    return apply


def session_figures(tx: Tx, _number: int, value: Any) -> None:
    """What the open session has sold so far."""
    if value and value["session_id"]:
        offline_sessions.note_figures(tx, UUID(value["session_id"]), value["orders"], value["total_minor"])
        notify(tx, "changes", {"what": "sessions", "session_id": value["session_id"], "status": "open"})
