"""What waits for head office is sealed under the newest key, while orders go out."""

from collections.abc import Callable
from functools import partial
from typing import Any

from services.chassis.database import Tx
from services.sync.app import App
from services.sync.store import sealed

AT_ONCE = 200
ABOUT: dict[str, Callable[[Any], str]] = {
    "orders": lambda row: f"order {row.subject}",
    "corrections": lambda row: f"wish {row.wish_id}",
    "wishes": lambda row: f"wish {row.wish_id}",
    "customers": lambda row: f"customer {row.subject}",
}


def rotate(app: App, progress: Callable[[str, int], None]) -> None:
    """Seals anew all that is stored here; what others hold at that moment is waited for.

    Raises CannotOpen for a value whose key is gone.
    """
    for kind in ABOUT:
        progress(kind, app.db.until_none(partial(_step, app, kind), partial(_left, app, kind)))


def _left(app: App, kind: str, tx: Tx) -> bool:
    return sealed.any_older(tx, kind, app.seals.newest)


def _step(app: App, kind: str, tx: Tx) -> int:
    rows = sealed.older(tx, kind, app.seals.newest, limit=AT_ONCE)
    for row in rows:
        about = ABOUT[kind](row)
        sealed.keep(tx, kind, row.subject, app.seals.seal(app.seals.open(row.personal, about), about))
    return len(rows)
