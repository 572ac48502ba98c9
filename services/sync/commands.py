"""Commands of sync beside those of every service."""

import typer

from services.chassis.database import Tx
from services.chassis.settings import load
from services.sync.app import App, build
from services.sync.handlers import recovering
from services.sync.handlers.rotating import rotate
from services.sync.settings import Settings
from services.sync.store import deliveries

BY = "restore"


def rotate_keys() -> None:
    """Seals customer data anew under the newest key, while orders go out."""
    rotate(build(load(Settings)), lambda name, count: typer.echo(f"{count} {name} sealed anew"))


def restored(app: App, tx: Tx) -> None:
    """Head office may have what the backup says is not sent, or know that it is void: its word is asked for."""
    deliveries.doubt_all(tx, app.clock.now())
    while recovering.retry_some(app, tx, BY) == recovering.AT_ONCE:
        pass


COMMANDS: dict[str, object] = {"rotate-keys": rotate_keys}
