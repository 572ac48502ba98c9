"""The mode machine, and the switch that people turn."""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from services.chassis import states
from services.chassis.database import Tx, notify
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.states import Pull
from services.chassis.tokens import MANAGER, Principal
from services.sessions import events, metrics
from services.sessions.app import App
from services.sessions.domain import banners
from services.sessions.domain.mode import (
    Decision,
    Entry,
    Mode,
    Wish,
    decide,
    first,
    gap,
    missing_for_offline,
)
from services.sessions.errors import ManagerNeeded, OfflineModeNotAllowed, OfflineModeNotReady, ReasonNeeded
from services.sessions.store import ledger, modes, offline_sessions

LOCK = "sessions.mode"
PERMISSION = "offline_mode"
WATCHED_EVERY = timedelta(seconds=10)
LOOK_AGAIN_S = 0.1


def step(app: App) -> Mode:
    """Moves the mode to where the table says, and with it sessions, ledger and whoever has to know."""
    with app.db.transaction() as tx:
        app.db.lock(tx, LOCK)
        watched = modes.watched(tx)
        return _step(app, tx, watched, watched.wish)


def pull(app: App, pulls: Iterable[Pull]) -> None:
    """Hears what one owner's states are; one that does not answer keeps its last word."""
    for one in pulls:
        app.puller.pull(one)


def turn(app: App, who: Principal, *, on: bool, reason: str | None, manager_token: str | None) -> dict[str, Any]:
    """Turns offline mode on or off by hand; answers when `orders` has the mode, or says that it has not yet."""
    _must_be_allowed(who)
    manager = _manager(app, manager_token)
    with app.db.transaction() as tx:
        app.db.lock(tx, LOCK)
        watched = modes.watched(tx)
        if watched.wish.on != on:
            too_old = _may_turn_on(tx, reason, manager) if on else ()
            mode = _step(app, tx, watched, Wish(on, who.staff_code, reason))
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


def _may_turn_on(tx: Tx, reason: str | None, manager: str | None) -> tuple[str, ...]:
    """Raises what keeps offline mode from being turned on; returns the data sets that the manager agrees to."""
    if not reason:
        raise ReasonNeeded(field="reason")
    readiness = modes.readiness(tx)
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


def _step(app: App, tx: Tx, watched: modes.Machine, wish: Wish) -> Mode:
    now, stepped_at = app.clock.now(), watched.stepped_at
    before = modes.current(tx)
    decision = decide(
        wish,
        modes.connectivity(tx),
        modes.readiness(tx),
        grant=modes.granted(tx),
        current=before or first(now),
        now=now,
        next_session=new_id(),
    )
    hole = gap(stepped_at, now, before.session_id if before else None)
    ledger.append(tx, app.settings.id, *hole, *decision.entries)
    _move_session(app, tx, wish, decision)
    if decision.mode != before:
        modes.publish(tx, modes.MODE, modes.encode(decision.mode), now)
        notify(tx, "changes", {"what": "mode"})
        metrics.MODE_CHANGES.labels(decision.mode.name, decision.mode.trigger or "").inc()
    if stepped_at is None or now - stepped_at >= WATCHED_EVERY or wish != watched.wish:
        modes.keep_watch(tx, wish, now)
    return decision.mode


def _move_session(app: App, tx: Tx, wish: Wish, decision: Decision) -> None:
    mode = decision.mode
    if decision.closed:
        by_hand = any(entry.kind == "session_closed" and entry.by for entry in decision.entries)
        offline_sessions.end(tx, decision.closed, ended_at=app.clock.now(), ended_by=wish.by if by_hand else None)
        tell(app, tx, offline_sessions.restate(tx, decision.closed, "syncing", ledger.head_hash(tx)))
    if decision.opened:
        offline_sessions.begin(
            tx,
            decision.opened,
            trigger=mode.trigger,
            started_by=mode.by,
            reason=wish.reason if mode.by else None,
            started_at=mode.since,
            ledger_head=ledger.head_hash(tx),
        )
        tell(app, tx, offline_sessions.restate(tx, decision.opened, "open", ledger.head_hash(tx)))
    for entry in decision.entries:
        if entry.kind == "session_taken_over" and entry.session_id:
            takeover = {"at": entry.at.isoformat(), "by": entry.by, "trigger": mode.trigger}
            offline_sessions.note_takeover(tx, entry.session_id, takeover)


def tell(app: App, tx: Tx, session: offline_sessions.Session) -> None:
    """Tells other services and open pages of a session."""
    app.outbox.record(tx, events.session_changed(session), to=events.TOLD)
    notify(tx, "changes", {"what": "sessions", "session_id": str(session.session_id), "status": session.status})


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
        app.puller.pull(app.pulls.mode_taken)
        with app.db.transaction() as tx:
            if _taken(tx, number) or app.clock.monotonic() >= deadline:
                return
        time.sleep(LOOK_AGAIN_S)
