"""The switch that people turn, and the mode as they see it."""

import time
from datetime import datetime
from typing import Any

from services.chassis import states
from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.tokens import MANAGER, Principal
from services.sessions.app import App
from services.sessions.domain import banners
from services.sessions.domain.mode import Entry, Mode, Wish, missing_for_offline
from services.sessions.errors import ManagerNeeded, OfflineModeNotAllowed, OfflineModeNotReady, ReasonNeeded
from services.sessions.handlers import machine
from services.sessions.store import ledger, modes, offline_sessions

PERMISSION = "offline_mode"
LOOK_AGAIN_S = 0.1


def turn(app: App, who: Principal, *, on: bool, reason: str | None, manager_token: str | None) -> dict[str, Any]:
    """Turns offline mode on or off by hand; answers when `orders` has the mode, or says that it has not yet."""
    _must_be_allowed(who)
    manager = _manager(app, manager_token)
    with app.db.transaction() as tx:
        app.db.lock(tx, machine.LOCK)
        watched = modes.watched(tx)
        if watched.wish.on != on:
            too_old = _may_turn_on(tx, app.clock.now(), reason, manager) if on else ()
            mode = machine.advance(app, tx, watched, Wish(on, who.staff_code, reason))
            _note_confirmation(app, tx, mode, too_old, manager)
        number = _published(tx).number
    _await_taken(app, number)
    return show(app)


def show(app: App) -> dict[str, Any]:
    """The mode that stands, and whether `orders` has it."""
    with app.db.transaction() as tx:
        stands = _published(tx)
        wish = modes.watched(tx).wish
        more = {"number": stands.number, "taken": _taken(tx, stands.number), "wish": wish.on}
        return {**stands.value, **more}


def _must_be_allowed(who: Principal) -> None:
    if not (who.has(MANAGER) or PERMISSION in who.permissions):
        raise OfflineModeNotAllowed


def _manager(app: App, token: str | None) -> str | None:
    """The manager whose token it is."""
    if token is None:
        return None
    principal = app.authenticator.authenticate(f"Bearer {token}")
    principal.needs(MANAGER)
    return principal.staff_code


def _may_turn_on(tx: Tx, now: datetime, reason: str | None, manager: str | None) -> tuple[str, ...]:
    """Raises what keeps offline mode from being turned on; returns the data sets that the manager agrees to."""
    if not reason:
        raise ReasonNeeded(field="reason")
    readiness = modes.readiness(tx, now)
    missing = missing_for_offline(readiness, grant=modes.granted(tx))
    if missing:
        what = banners.in_words(missing)
        raise OfflineModeNotReady(missing=list(missing), what=f"{what} {'is' if len(missing) == 1 else 'are'}")
    if not readiness.too_old or _confirmed(tx):
        return ()
    if manager is None:
        raise ManagerNeeded(datasets=list(readiness.too_old), what=banners.in_words(readiness.too_old))
    return readiness.too_old


def _confirmed(tx: Tx) -> bool:
    """Whether a manager has already agreed in the session that is open."""
    mode = modes.current(tx)
    session = offline_sessions.get(tx, mode.session_id) if mode and mode.session_id else None
    return bool(session and session.confirmed_by)


def _note_confirmation(app: App, tx: Tx, mode: Mode, too_old: tuple[str, ...], manager: str | None) -> None:
    if not (too_old and manager and mode.session_id):
        return
    facts = {"too_old": list(too_old)}
    entry = Entry("old_data_confirmed", app.clock.now(), mode.session_id, by=manager, facts=facts)
    ledger.append(tx, app.settings.id, entry)
    offline_sessions.confirm(tx, mode.session_id, manager)


def _published(tx: Tx) -> modes.Published:
    """Raises NotFound before the first step of the machine."""
    found = modes.state(tx, modes.MODE)
    if found is None:
        raise NotFound(what="mode yet")
    return found


def _taken(tx: Tx, number: int) -> bool:
    heard = states.read(tx, "mode-taken")
    return heard is not None and heard.value["mode_number"] >= number


def _await_taken(app: App, number: int) -> None:
    """Asks `orders` until it has the mode, or for as long as a person should wait at most."""
    deadline = app.clock.monotonic() + app.settings.toggle_wait_seconds
    while True:
        app.pulls.mode_taken.pull_all()
        with app.db.transaction() as tx:
            if _taken(tx, number) or app.clock.monotonic() >= deadline:
                return
        time.sleep(LOOK_AGAIN_S)
