"""Signing in and out."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.chassis import states
from services.chassis.database import Tx
from services.chassis.ids import new_id
from services.chassis.tokens import MANAGER, Principal
from services.sessions import metrics
from services.sessions.app import App
from services.sessions.domain.banners import PLEASE_WAIT
from services.sessions.errors import SignInRefused, TillNeeded, TillUnknown
from services.sessions.handlers import guessing
from services.sessions.handlers.revoking import revoke_token
from services.sessions.store import people
from services.sessions.store.people import Person
from services.sessions.tokens import Shift


class SignedIn(NamedTuple):
    token: str
    shift: Shift


def sign_in(
    app: App, *, staff_code: str, pin: str, till_id: str | None, till_key: str | None, address: str
) -> SignedIn:
    """A token for a shift. Unknown staff codes, wrong PINs and blocked people get one answer, in the same time."""
    with app.db.transaction() as tx:
        _must_be_paired(tx, till_id, till_key)
    device = till_id or address
    with guessing.counted(app, staff_code, device) as tried:
        with app.db.transaction() as tx:
            person = _may_work(tx, staff_code, app.clock.now())
            hashed = people.pin_hash(tx, staff_code) if person else None
        right = app.hasher.verify(hashed, pin)
        with app.db.transaction() as tx:
            # what was asked before the slow part may be otherwise by now
            people.lock_rights(tx)
            _must_be_paired(tx, till_id, till_key)
            person = _may_work(tx, staff_code, app.clock.now())
            if not right or person is None or people.pin_hash(tx, staff_code) != hashed:
                metrics.SIGN_INS.labels("refused").inc()
                raise SignInRefused
            guessing.forgive(tx, tried)
            shift = _begin(app, tx, person, till_id) if till_id or person.role == MANAGER else None
    if shift is None:
        raise TillNeeded
    metrics.SIGN_INS.labels("ok").inc()
    return SignedIn(app.signer.sign(shift), shift)


def sign_out(app: App, who: Principal) -> dict[str, Any]:
    """Ends the shift, and says where something still waits to be sent."""
    with app.db.transaction() as tx:
        expires_at = datetime.fromtimestamp(who.expires_at, tz=app.clock.now().tzinfo)
        revoke_token(tx, who.token_id, expires_at, app.clock.now())
        unsettled = states.read(tx, "unsettled")
    waiting = unsettled.value["orders"] if unsettled else 0
    return {"waiting": waiting, "warning": PLEASE_WAIT if waiting else None}


def _must_be_paired(tx: Tx, till_id: str | None, till_key: str | None) -> None:
    """A till that is named proves itself by its key."""
    if till_id is None:
        return
    expected = people.till_key_hash(tx, till_id)
    given = hashlib.sha256((till_key or "").encode()).hexdigest()
    if expected is None or not hmac.compare_digest(expected, given):
        raise TillUnknown


def _may_work(tx: Tx, staff_code: str, now: datetime) -> Person | None:
    person = people.staff(tx).get(staff_code)
    blocked = staff_code in people.blocked(tx)
    return person if person and person.may_work(now) and not blocked else None


def _begin(app: App, tx: Tx, person: Person, till_id: str | None) -> Shift:
    now = app.clock.now()
    ends = now + timedelta(hours=app.settings.shift_hours)
    shift = Shift(
        token_id=new_id(),
        staff_code=person.staff_code,
        name=person.name,
        role=person.role,
        permissions=person.permissions,
        till_id=till_id,
        issued_at=max(int(now.timestamp()), people.revoked_before(tx, person.staff_code, till_id)),
        expires_at=min(ends, person.valid_until or ends),
    )
    people.begin_shift(
        tx,
        token_id=shift.token_id,
        staff_code=shift.staff_code,
        till_id=till_id,
        rights=person.rights(),
        signed_in_at=now,
        expires_at=shift.expires_at,
    )
    return shift
