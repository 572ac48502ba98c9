"""The three lights."""

from datetime import timedelta

from services.chassis import states
from services.sessions.app import App
from services.sessions.domain.lights import Light, lights
from services.sessions.store import modes

SILENT_AFTER = timedelta(seconds=15)


def show(app: App) -> tuple[Light, ...]:
    with app.db.transaction() as tx:
        heard = states.read(tx, "connectivity")
        connectivity = modes.connectivity(tx)
    lately = heard is not None and app.clock.now() - heard.heard_at < SILENT_AFTER
    skew = float(heard.value.get("clock_skew_seconds") or 0) if heard else 0.0
    return lights(connectivity, heard=lately, skew_seconds=skew)
