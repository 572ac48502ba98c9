"""Looks whether head office can be used, and where it cannot, whether the store has internet at all."""

import socket
from datetime import timedelta

import eventlet

from services.sync import metrics
from services.sync.app import App
from services.sync.handlers.watching import Sighting, current, note_sighting
from services.sync.oms import Look
from services.sync.store import connectivity


def probe(app: App) -> None:
    """One probe; left out where something was counted a moment ago."""
    if _just_counted(app):
        return
    look = _look(app)
    metrics.PROBES.labels("good" if look.good else look.reason or "bad").inc()
    if look.certificate_until is not None:
        metrics.CERTIFICATE.set(look.certificate_until)
    note_sighting(
        app,
        Sighting(
            head_office=look.good,
            internet=look.good or _internet(app, look),
            reason=look.reason,
            skew=look.skew,
            superseded=_superseded(app, look),
        ),
    )


def _look(app: App) -> Look:
    with eventlet.Timeout(app.settings.probe_timeout_seconds, exception=False):
        return app.oms.look()
    return Look(good=False, reason="timeout")


def _just_counted(app: App) -> bool:
    """Another door's probe, or a real request, may have told enough."""
    with app.db.transaction() as tx:
        counted = [line.counted_at for line in connectivity.lines(tx).values() if line.counted_at]
    now = app.clock.now()
    since = now - timedelta(seconds=app.settings.probe_seconds / 2)
    return any(since < at <= now for at in counted)


def _superseded(app: App, look: Look) -> bool | None:
    """A store that was told so believes otherwise only when its token is taken again; None: as it was."""
    if look.superseded:
        return True
    _, told = current(app)
    return False if look.good and told.get("superseded") and app.oms.recognises_us() else None


def _internet(app: App, look: Look) -> bool:
    addresses = [a for a in app.settings.internet_probes.split(",") if a]
    return any(_connects(a, app.settings.probe_timeout_seconds) for a in addresses) if addresses else look.met


def _connects(address: str, timeout: float) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=timeout).close()
    except (OSError, ValueError):
        return False
    return True
