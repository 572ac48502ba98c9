"""Keeps the gauges at what the tables say."""

from services.sessions import metrics
from services.sessions.app import App
from services.sessions.store import modes, offline_sessions

MODES = (("online", ""), ("offline", "manual"), ("offline", "automatic"), ("cannot_sell", ""))


def show(app: App) -> None:
    with app.db.transaction() as tx:
        mode = modes.current(tx)
        by_status = offline_sessions.count_by_status(tx)
    for status in ("open", "syncing", "success", "failed"):
        metrics.SESSIONS.labels(status).set(by_status.get(status, 0))
    if mode:
        stands = (mode.name, mode.trigger or "")
        for name, trigger in MODES:
            metrics.MODE.labels(name, trigger).set((name, trigger) == stands)
        metrics.MODE_SINCE.set(mode.since.timestamp())
