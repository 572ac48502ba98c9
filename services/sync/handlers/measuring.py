"""Keeps the gauges at what the tables and the broker say."""

from collections.abc import Mapping
from datetime import datetime

from services.chassis.amqp_connection import AWAY, connect
from services.chassis.logs import get_logger
from services.sync import metrics
from services.sync.app import App
from services.sync.events import ORDERS
from services.sync.store import drainer, figures, notices

log = get_logger()

STATES = ("waiting", "sending", "unknown", "pending")
NOTICES = ("customer", "session", "cancellation")
REASONS = ("busy", "unauthorised", "unreachable", "failing")


def show(app: App) -> None:
    """What Prometheus is shown of deliveries."""
    now = app.clock.now()
    with app.db.transaction() as tx:
        orders = {row.state: row.orders for row in figures.backlog(tx)}
        whole, pulse, others = figures.whole_backlog(tx), drainer.read(tx), notices.waiting(tx)
    for state in STATES:
        metrics.ORDERS.labels(state).set(orders.get(state, 0))
    for kind in NOTICES:
        metrics.NOTICES.labels(kind).set(others.get(kind, 0))
    for reason in REASONS:
        metrics.PAUSED.labels(reason).set(_paused(pulse.paused_until, now) and pulse.pause_reason == reason)
    metrics.QUEUED.set(pulse.queued or 0)
    metrics.BACKLOG.set(whole.orders - orders.get("pending", 0))
    metrics.BACKLOG_AGE.set(max(0.0, (now - (whole.oldest_at or now)).total_seconds()))
    _show_money(whole.money_minor)


def look_at_queue(app: App) -> None:
    """Notes how many orders wait in the queue; the last figure stands while the broker is away."""
    url = app.settings.amqp_url
    try:
        with connect(url.get_secret_value() if url else "", "sync.measuring") as connection:
            queued = connection.channel().queue_declare(ORDERS.name, passive=True).message_count
    except AWAY as error:
        log.warning("queue_not_measured", reason=type(error).__name__)
        return
    with app.db.transaction() as tx:
        drainer.note_queued(tx, queued)


def _show_money(money: Mapping[str, int]) -> None:
    """A payment mode that waits no more is shown with 0, not with its last figure."""
    for payment_mode in _shown - money.keys():
        metrics.BACKLOG_MONEY.labels(payment_mode).set(0)
    for payment_mode, minor in money.items():
        metrics.BACKLOG_MONEY.labels(payment_mode).set(minor)
    _shown.update(money)


def _paused(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


_shown: set[str] = set()
