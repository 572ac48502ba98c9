"""Customers, sessions and cancellations reach head office too, the newest word on each."""

from uuid import UUID

from services.sync.app import App
from services.sync.domain.notices import next_fate
from services.sync.store import notices

AT_ONCE = 10


def tell_due(app: App, me: UUID) -> int:
    """Tells what is due, if this process is the one that sends; returns how many were tried."""
    with app.db.transaction() as tx:
        claimed = notices.claim(tx, me, app.clock.now(), AT_ONCE)
    for notice in claimed:
        answer = app.oms.tell(notice.kind, notice.subject, notice.body)
        fate = next_fate(notice.attempts, answer, app.clock.now(), app.policy)
        with app.db.transaction() as tx:
            notices.settle(tx, notice, fate)
    return len(claimed)
