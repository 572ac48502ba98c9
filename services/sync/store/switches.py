"""The Auto-Sync switch, and who did what."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text

from services.chassis.database import Tx

READ = text("select auto_sync, released_before, changed_at, changed_by from switches")
SET = text("""
    update switches set auto_sync = :on, changed_at = now(), changed_by = :by where auto_sync <> :on returning 1
""")
RELEASE = text("update switches set released_before = greatest(released_before, :before)")
AUDIT = text("insert into audit (by, what, details) values (:by, :what, cast(:details as jsonb))")


def read(tx: Tx) -> Any:
    """auto_sync, released_before, changed_at, changed_by."""
    return tx.execute(READ).one()


def set_auto_sync(tx: Tx, *, on: bool, by: str) -> bool:
    """Turns Auto-Sync on or off; False when it stood so already."""
    return tx.execute(SET, {"on": on, "by": by}).first() is not None


def release(tx: Tx, before: datetime) -> None:
    """Lets every order placed up to this moment go out, though Auto-Sync is off."""
    tx.execute(RELEASE, {"before": before})


def note(tx: Tx, by: str, what: str, **details: Any) -> None:
    """Writes down who did what."""
    tx.execute(AUDIT, {"by": by, "what": what, "details": json.dumps(details, default=str)})
