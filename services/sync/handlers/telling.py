"""Customers, sessions and cancellations reach head office too, the newest word on each."""

from typing import Any
from uuid import UUID

import eventlet

from services.chassis.logs import get_logger
from services.sync import sealed
from services.sync.app import App
from services.sync.domain.answers import Answer, Lost, Taken, Unreachable
from services.sync.domain.notices import next_fate
from services.sync.store import notices
from services.sync.store.notices import Notice

log = get_logger()

AT_ONCE = 10


def tell_due(app: App, me: UUID) -> int:
    """Tells what is due, if this process is the one that sends; returns how many were tried."""
    with app.db.transaction() as tx:
        claimed = notices.claim(tx, me, app.clock.now(), AT_ONCE)
    for notice in claimed:
        answer = _tell(app, notice)
        fate = next_fate(notice.attempts, answer, app.clock.now(), app.policy)
        with app.db.transaction() as tx:
            notices.settle(tx, notice, fate)
    return len(claimed)


def _tell(app: App, notice: Notice) -> Answer | Taken:
    """One that breaks off, or does not end in time, is told again later and holds up no other."""
    with eventlet.Timeout(app.settings.oms_timeout_seconds, exception=False):
        try:
            return app.oms.tell(notice.kind, notice.subject, _opened(app, notice))
        except sealed.Unopened:
            return Unreachable()
        except Exception:
            log.exception("telling_failed", kind=notice.kind)
    return Lost()


def _opened(app: App, notice: Notice) -> dict[str, Any]:
    """A customer is told as they were saved."""
    if notice.kind != "customer":
        return notice.body
    return sealed.customer(app.seals, notice.subject, notice.body)
