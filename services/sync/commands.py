"""Commands of sync beside those of every service."""

from services.chassis.database import Tx
from services.sync.app import App
from services.sync.handlers import recovering
from services.sync.store import deliveries

BY = "restore"
COMMANDS: dict[str, object] = {}


def restored(app: App, tx: Tx) -> None:
    """Head office may have what the backup says is not sent, or know that it is void: its word is asked for."""
    deliveries.doubt_all(tx, app.clock.now())
    while recovering.retry_some(app, tx, BY) == recovering.AT_ONCE:
        pass
