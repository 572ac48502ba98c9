"""The storage grant: proven, noted, and watched."""

from typing import Any

from services.chassis.database import Tx, notify
from services.chassis.tokens import Principal
from services.sessions import folder, metrics
from services.sessions.app import App
from services.sessions.domain.grants import Proof
from services.sessions.domain.mode import Entry
from services.sessions.errors import StorageRefused, TillNeeded
from services.sessions.store import grants, ledger
from services.sessions.store.modes import EDGE


def grant(app: App, who: Principal, path: str) -> dict[str, Any]:
    """Takes a folder of the edge server for offline data, once it has proven that it keeps them."""
    proof = _prove(app, path)
    if proof.problem:
        raise StorageRefused(why=proof.problem, field="folder")
    with app.db.transaction() as tx:
        grants.grant(tx, EDGE, path, by=who.staff_code, proof=proof, now=app.clock.now())
        _note(app, tx, "storage_granted", who.staff_code, {"place": EDGE, "folder": path})
    return show(app)


def grant_till(app: App, who: Principal, path: str, *, granted: bool) -> dict[str, Any]:
    """Notes that a till's page may write to a folder of the till, or may no longer."""
    if who.till_id is None:
        raise TillNeeded
    with app.db.transaction() as tx:
        now, known = app.clock.now(), grants.get(tx, who.till_id)
        was_granted = known is not None and known.problem is None
        if granted:
            grants.grant(tx, who.till_id, path, by=who.staff_code, proof=None, now=now)
        elif known:
            grants.withdraw(tx, who.till_id, "the till's page may no longer write there", now)
        if granted != was_granted:
            kind = "storage_granted" if granted else "storage_lost"
            _note(app, tx, kind, who.staff_code, {"place": who.till_id})
    return show(app)


def watch(app: App) -> None:
    """Proves the edge server's folder again, and notes when it is lost or back."""
    with app.db.transaction() as tx:
        known = grants.get(tx, EDGE)
    if known is None:
        metrics.GRANT.set(0)
        return
    proof = _prove(app, known.folder)
    metrics.GRANT.set(0 if proof.problem else 1)
    metrics.FREE.set(proof.free_bytes)
    with app.db.transaction() as tx:
        # another folder may have been granted meanwhile: of that one nothing was proven
        stands = grants.check(tx, known, proof, app.clock.now())
        if stands and bool(proof.problem) != bool(known.problem):
            kind = "storage_lost" if proof.problem else "storage_back"
            _note(app, tx, kind, None, {"place": EDGE, "problem": proof.problem})


def show(app: App) -> dict[str, Any]:
    """The grants: the edge server's, None before the first, and each till's by its id."""
    with app.db.transaction() as tx:
        found = {row.place: row._asdict() for row in grants.everyone(tx)}
    edge = found.pop(EDGE, None)
    return {"edge": edge, "tills": list(found.values()), "needed_bytes": _needed_bytes(app)}


def _prove(app: App, path: str) -> Proof:
    return folder.prove(path, needed_bytes=_needed_bytes(app))


def _needed_bytes(app: App) -> int:
    return app.settings.storage_needs_mb * 2**20


def _note(app: App, tx: Tx, kind: str, by: str | None, facts: dict[str, Any]) -> None:
    ledger.append(tx, app.settings.id, Entry(kind, app.clock.now(), by=by, facts=facts))
    notify(tx, "changes", {"what": "storage"})
