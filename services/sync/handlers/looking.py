"""What people ask: how far the sync is, what waits, and what became of an order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.chassis.database import Tx
from services.chassis.errors import NotFound
from services.chassis.inbox import count_failures
from services.sync.app import App
from services.sync.domain.estimate import seconds_to_done
from services.sync.domain.gate import shut
from services.sync.schemas import (
    Attempt,
    Backlog,
    DeliveryDetail,
    DeliveryOut,
    DeliveryPage,
    Query,
    Sending,
    Status,
    Switch,
    WishOut,
)
from services.sync.store import connectivity, drainer, figures, notices, switches, wishes
from services.sync.store.figures import Filter

PLEASE_WAIT = "Please wait until sync completes."
WINDOW_S = 60
LATENCY_S = 0.5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def status(app: App) -> Status:
    """Connectivity, backlog, how the sending goes, and the Auto-Sync switch."""
    with app.db.transaction() as tx:
        _, told = connectivity.read(tx)
        situation, auto_sync, released_before = connectivity.situation(tx)
        pulse, switch = drainer.read(tx), switches.read(tx)
        held_back = 0 if auto_sync else figures.held_back(tx, released_before)
        backlog = _backlog(app, tx, pulse.queued or 0, held_back)
        settled = figures.settled(tx, WINDOW_S)
    stopped_by = shut(situation) or _stopped(pulse, app.clock.now())
    return Status(
        connectivity=told or None,
        backlog=backlog,
        sending=Sending(
            on=stopped_by is None,
            stopped_by=stopped_by,
            paused_until=pulse.paused_until if stopped_by == pulse.pause_reason else None,
            limit=pulse.limit if stopped_by is None else 0,
            seconds_to_done=_estimate(app, backlog.waiting - held_back, settled, pulse, stopped_by),
        ),
        auto_sync=Switch(
            on=auto_sync, released_before=released_before, changed_at=switch.changed_at, changed_by=switch.changed_by
        ),
    )


def _backlog(app: App, tx: Tx, queued: int, held_back: int) -> Backlog:
    orders = {row.state: row.orders for row in figures.backlog(tx)}
    whole, others = figures.whole_backlog(tx), notices.waiting(tx)
    pending, oldest = orders.get("pending", 0), whole.oldest_at
    nothing = whole.orders + sum(others.values()) + sum(count_failures(tx)) == 0
    return Backlog(
        waiting=whole.orders - pending,
        queued=queued,
        held_back=held_back,
        pending=pending,
        in_flight=orders.get("sending", 0),
        unknown=orders.get("unknown", 0),
        oldest_at=oldest,
        oldest_seconds=max(0, round((app.clock.now() - oldest).total_seconds())) if oldest else None,
        money_minor=dict(whole.money_minor),
        others=others,
        nothing_waits=nothing,
        please_wait=None if nothing else PLEASE_WAIT,
    )


def find(app: App, query: Query) -> DeliveryPage:
    """Deliveries, the newest first, page by page."""
    wanted = Filter(
        state=query.state,
        session_id=query.session_id,
        business_date=query.business_date,
        after=_cursor(query.cursor) if query.cursor else None,
        limit=query.limit + 1,
    )
    with app.db.transaction() as tx:
        rows = figures.find(tx, wanted)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return DeliveryPage(items=[delivery_out(r) for r in shown], cursor=_after(shown[-1]) if more else None)


def one(app: App, order_id: UUID) -> DeliveryDetail:
    """A delivery with its tries and wishes. Raises NotFound."""
    with app.db.transaction() as tx:
        row = figures.one(tx, order_id)
        if row is None:
            raise NotFound(what="delivery")
        history, wished = figures.history(tx, order_id), wishes.of_order(tx, order_id)
    return DeliveryDetail(
        **delivery_out(row).model_dump(),
        history=[Attempt(**h._mapping) for h in history],  # noqa: SLF001
        wishes=[_wish(w) for w in wished],
    )


def delivery_out(row: Any) -> DeliveryOut:
    """A row of the list."""
    return DeliveryOut.model_validate(row, from_attributes=True)


def _wish(row: Any) -> WishOut:
    return WishOut(
        wish_id=row.wish_id,
        kind=row.kind,
        revision=row.revision,
        verdict=row.verdict,
        reason=row.body.get("reason"),
        asked_by=row.body.get("asked_by"),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )


def _stopped(pulse: Any, now: datetime) -> str | None:
    """Why the worker does not send; None while it does."""
    if not pulse.working:
        return "no_worker"
    paused = pulse.paused_until is not None and pulse.paused_until > now
    return pulse.pause_reason if paused else None


def _estimate(app: App, waiting: int, settled: int, pulse: Any, stopped_by: str | None) -> int | None:
    if stopped_by and waiting:
        return None
    latency = pulse.latency_ms / 1000 if pulse.latency_ms else LATENCY_S
    return seconds_to_done(waiting, settled, WINDOW_S, in_flight=app.policy.in_flight, latency=latency)


def _after(row: Any) -> str:
    return f"{((row.placed_at or row.taken_at) - EPOCH) // MICROSECOND}-{row.order_id.hex}"


def _cursor(cursor: str) -> tuple[datetime, UUID]:
    """Where the page before ended; any text of the document's pattern is a place in the list."""
    time, _, order_id = cursor.partition("-")
    return EPOCH + int(time) * MICROSECOND, UUID(order_id)
