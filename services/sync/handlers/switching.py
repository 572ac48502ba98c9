"""Auto-Sync, and what people release by hand."""

from services.chassis.errors import Forbidden
from services.chassis.tokens import MANAGER, Principal
from services.sync.app import App
from services.sync.handlers.taking import wake
from services.sync.handlers.watching import republish
from services.sync.schemas import Released
from services.sync.store import connectivity, figures, switches

PERMISSION = "offline_mode"


def who_may(who: Principal) -> str:
    """The staff code of a person who may turn Auto-Sync: who may turn offline mode. Raises Forbidden."""
    if not who.has(MANAGER) and PERMISSION not in who.permissions:
        raise Forbidden
    return who.staff_code


def set_auto_sync(app: App, *, on: bool, by: str) -> None:
    """Turns Auto-Sync on or off; setting it as it stands changes nothing."""
    with app.db.transaction() as tx:
        if switches.set_auto_sync(tx, on=on, by=by):
            switches.note(tx, by, "auto_sync", on=on)
            republish(tx, auto_sync=on)
            wake(tx)


def sync_now(app: App, by: str) -> Released:
    """Releases what waits at this moment, also what is still in the queue; returns how many were held back here."""
    with app.db.transaction() as tx:
        _, auto_sync, before = connectivity.situation(tx)
        orders = 0 if auto_sync else figures.held_back(tx, before)
        switches.release(tx, app.clock.now())
        switches.note(tx, by, "sync_now", orders=orders)
        wake(tx)
    return Released(orders=orders)
