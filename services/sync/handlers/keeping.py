"""What customers told is kept here until head office has had it for long enough."""

from services.sync.app import App
from services.sync.store import erasing

AT_ONCE = 200


def prune(app: App) -> None:
    """Removes what is older than it may be, in small batches."""
    days = app.settings.keep_customers_days
    app.db.in_batches(lambda tx: erasing.prune(tx, days=days, limit=AT_ONCE))
