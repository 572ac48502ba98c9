"""The mode machine: moves the mode to where its table says."""

from datetime import datetime, timedelta

from services.chassis.database import Tx, notify
from services.chassis.ids import new_id
from services.sessions import events, metrics
from services.sessions.app import App
from services.sessions.domain.mode import Decision, Mode, Wish, decide, first, gap
from services.sessions.store import ledger, modes, offline_sessions

LOCK = "sessions.mode"
WATCHED_EVERY = timedelta(seconds=10)


def step(app: App) -> Mode:
    """Moves the mode to where the table says, and with it sessions, ledger and whoever has to know."""
    with app.db.transaction() as tx:
        app.db.lock(tx, LOCK)
        watched = modes.watched(tx)
        return advance(app, tx, watched, watched.wish)


def advance(app: App, tx: Tx, watched: modes.Machine, wish: Wish) -> Mode:
    """The same under the machine's lock, which the caller holds, with what people wish by now."""
    now, stepped_at = app.clock.now(), watched.stepped_at
    before = modes.current(tx)
    decision = decide(
        wish,
        modes.connectivity(tx),
        modes.readiness(tx, now),
        grant=modes.granted(tx),
        current=before or first(now),
        now=now,
        next_session=new_id(),
    )
    hole = gap(stepped_at, now, before.session_id if before else None)
    ledger.append(tx, app.settings.id, *hole, *decision.entries)
    _move_session(app, tx, wish, decision, now)
    if decision.mode != before:
        # orders may have heard of none of the modes in which a session was open: it seals that one all the same
        unsealed = [str(session_id) for session_id in offline_sessions.unsealed(tx)]
        modes.publish(tx, modes.MODE, modes.encode(decision.mode) | {"unsealed": unsealed}, now)
        notify(tx, "changes", {"what": "mode"})
        metrics.MODE_CHANGES.labels(decision.mode.name, decision.mode.trigger or "").inc()
    # a clock that was set back does not stop the watch
    if stepped_at is None or abs(now - stepped_at) >= WATCHED_EVERY or wish != watched.wish:
        modes.keep_watch(tx, wish, now)
    return decision.mode


def tell(app: App, tx: Tx, session: offline_sessions.Session) -> None:
    """Tells other services and open pages of a session."""
    sequence = ledger.sequence_of(tx, session.ledger_head)
    app.outbox.record(tx, events.session_changed(session, sequence), to=events.TOLD)
    notify(tx, "changes", {"what": "sessions", "session_id": str(session.session_id), "status": session.status})


def _move_session(app: App, tx: Tx, wish: Wish, decision: Decision, now: datetime) -> None:
    mode = decision.mode
    if decision.closed:
        by_hand = any(entry.kind == "session_closed" and entry.by for entry in decision.entries)
        offline_sessions.end(tx, decision.closed, ended_at=now, ended_by=wish.by if by_hand else None)
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
