"""Who may work here: one-time codes, PINs, blocks."""

import secrets
from datetime import date, datetime
from typing import Any, NamedTuple

from services.chassis.database import Tx
from services.chassis.tokens import MANAGER, Principal
from services.sessions.app import App
from services.sessions.domain import codes, pins
from services.sessions.domain.codes import Issued
from services.sessions.domain.mode import Entry
from services.sessions.domain.offline_sessions import whole_days
from services.sessions.errors import CodeRefused, NotYourself, PinTooWeak, StaffUnknown
from services.sessions.handlers import guessing
from services.sessions.handlers.revoking import revoke_person
from services.sessions.store import ledger, people
from services.sessions.store.people import Person


class Code(NamedTuple):
    staff_code: str
    code: str
    expires_at: datetime


def set_pin(app: App, *, staff_code: str, code: str, pin: str, device: str) -> None:
    """Sets the PIN of whoever was given this one-time code, and ends the shifts under the PIN before."""
    weakness = pins.weakness(pin, staff_code)
    if weakness:
        raise PinTooWeak(why=weakness, field="pin")
    with guessing.counted(app, staff_code, device) as tried:
        digest = app.hasher.digest(codes.normal(code))
        hashed = app.hasher.hash(pin)
        with app.db.transaction() as tx:
            now = app.clock.now()
            people.lock_rights(tx)
            issued = people.take_code(tx, staff_code)
            person = people.staff(tx).get(staff_code)
            right = codes.usable(issued, digest, now, secrets.compare_digest)
            if not (right and person and person.may_work(now)):
                raise CodeRefused
            people.use_up_code(tx, staff_code)
            people.set_pin(tx, staff_code, hashed, now)
            guessing.forgive(tx, tried)
            revoke_person(tx, staff_code, now)
            _note(app, tx, Entry("pin_set", now, about=staff_code))


def issue_code(app: App, who: Principal, staff_code: str) -> Code:
    """A one-time code for another, or oneself; the one before it is void, and failed tries are forgiven."""
    with app.db.transaction() as tx:
        _known(tx, staff_code, app.clock.now())
        return _issue(app, tx, staff_code, who.staff_code)


def synced(app: App) -> bool:
    """Whether a staff list has come from head office."""
    with app.db.transaction() as tx:
        return bool(people.staff(tx))


def first_manager(app: App) -> Code | None:
    """A one-time code for a manager, where no manager has a PIN yet; None where one has, or none is synced."""
    with app.db.transaction() as tx:
        now = app.clock.now()
        managers = [p for p in people.staff(tx).values() if p.role == MANAGER and p.may_work(now)]
        able = people.with_pins(tx) - people.blocked(tx).keys()
        if not managers or any(manager.staff_code in able for manager in managers):
            return None
        return _issue(app, tx, min(managers).staff_code, None)


def block(app: App, who: Principal, staff_code: str, reason: str) -> None:
    """Keeps a person from working here, at once and whatever head office says."""
    if staff_code == who.staff_code:
        raise NotYourself
    with app.db.transaction() as tx:
        now = app.clock.now()
        if staff_code not in people.staff(tx):
            raise StaffUnknown
        people.lock_rights(tx)
        if people.block(tx, staff_code, who.staff_code, reason, now):
            revoke_person(tx, staff_code, now)
            _note(app, tx, Entry("staff_blocked", now, by=who.staff_code, reason=reason, about=staff_code))


def unblock(app: App, who: Principal, staff_code: str) -> None:
    if staff_code == who.staff_code:
        raise NotYourself
    with app.db.transaction() as tx:
        if people.unblock(tx, staff_code):
            _note(app, tx, Entry("staff_unblocked", app.clock.now(), by=who.staff_code, about=staff_code))


def everyone(app: App) -> list[dict[str, Any]]:
    """Staff as last synced, with what this store knows of each."""
    with app.db.transaction() as tx:
        now = app.clock.now()
        pinned, blocked = people.with_pins(tx), people.blocked(tx)
        return [
            {
                "staff_code": person.staff_code,
                "name": person.name,
                "role": person.role,
                "permissions": list(person.permissions),
                "active": person.may_work(now),
                "pin_set": person.staff_code in pinned,
                "blocked_by": blocked.get(person.staff_code),
            }
            for person in sorted(people.staff(tx).values())
        ]


def at_work(app: App) -> list[dict[str, str]]:
    """Code and name of everybody who works here at present."""
    with app.db.transaction() as tx:
        now, blocked = app.clock.now(), people.blocked(tx)
        staff = sorted(people.staff(tx).values())
    able = [person for person in staff if person.may_work(now) and person.staff_code not in blocked]
    return [{"staff_code": person.staff_code, "name": person.name} for person in able]


def codes_for_managers(app: App, *, first: date | None, last: date | None) -> list[Any]:
    """One-time codes that somebody issued for another manager: with one they could be the second person themselves."""
    start, end = whole_days(first, last, app.zone)
    with app.db.transaction() as tx:
        # who is not in the list any more may have been a manager
        others = [person.staff_code for person in people.staff(tx).values() if person.role != MANAGER]
        return ledger.codes(tx, others, start=start, end=end)


def _known(tx: Tx, staff_code: str, now: datetime) -> Person:
    person = people.staff(tx).get(staff_code)
    if person is None or not person.may_work(now):
        raise StaffUnknown
    return person


def _issue(app: App, tx: Tx, staff_code: str, by: str | None) -> Code:
    now = app.clock.now()
    code = codes.make(secrets.choice)
    issued = Issued(app.hasher.digest(codes.normal(code)), now + codes.VALID_FOR)
    people.issue_code(tx, staff_code, issued, by)
    guessing.forgive_person(tx, staff_code)
    _note(app, tx, Entry("code_issued", now, by=by, about=staff_code))
    return Code(staff_code, code, issued.expires_at)


def _note(app: App, tx: Tx, entry: Entry) -> None:
    ledger.append(tx, app.settings.id, entry)
