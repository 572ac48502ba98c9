"""Bringing a data set up to date: read the feed to its last line, then swap it in whole, or change nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import eventlet
from sqlalchemy import Row as Standing

from services.catalog import metrics
from services.catalog.app import App
from services.catalog.domain.datasets import Dataset
from services.catalog.domain.feeds import FeedRefused, judge_currency, judge_cursor, judge_records, judge_time
from services.catalog.domain.pacing import next_try
from services.catalog.domain.reading import BadRecord, key
from services.catalog.handlers.standing import tell
from services.catalog.handlers.swapping import swap
from services.catalog.store import datasets
from services.catalog.store.rows import Row, rows
from services.catalog.store.staging import Staging, staging
from services.chassis.errors import Unavailable
from services.chassis.logs import get_logger
from services.chassis.metrics import beat
from services.head_office.port import Feed, FeedFailed, FeedRecord, StartAgain

log = get_logger()

BATCH = 250
SHOW_EVERY_S = 0.5
MOST_NAMED = 10
STALLED_AFTER_S = 120
# a swap of a million records takes minutes in a few statements
SWAP_WITHIN_S = 900


def sync_if_due(app: App, dataset: Dataset) -> None:
    """Syncs a data set whose time has come, or that somebody wants."""
    with app.db.transaction() as tx:
        row = datasets.one(tx, dataset)
    if row.wanted or app.clock.now() >= _due(app, dataset, row):
        sync(app, dataset)


def sync(app: App, dataset: Dataset) -> None:
    """Syncs a data set; whatever is wrong with the feed changes nothing of it, and is noted with its reason."""
    started, outcome = app.clock.monotonic(), "taken"
    try:
        _sync(app, dataset)
    except (FeedFailed, FeedRefused) as error:
        outcome = error.code
        _note_failure(app, dataset, error)
    except Unavailable as error:
        # the database: there is nowhere to note it, and the next tick tries again
        outcome = error.code
        raise
    except Exception:
        outcome = "error"
        _note_failure(app, dataset, FeedFailed("error", "Something went wrong here; it stands in the log."))
        raise
    finally:
        metrics.FEEDS.labels(dataset, outcome).inc()
        metrics.FEED_SECONDS.labels(dataset).observe(app.clock.monotonic() - started)


def _sync(app: App, dataset: Dataset) -> None:
    with app.db.transaction() as tx:
        held = datasets.one(tx, dataset)
        datasets.begin(tx, dataset, app.clock.now())
        tell(tx)
    try:
        _take(app, dataset, held, held.cursor)
    except StartAgain:
        _take(app, dataset, held, None)


def _take(app: App, dataset: Dataset, held: Standing[Any], since: str | None) -> None:
    with app.head_office.feed(dataset, since) as feed, staging(app.db, dataset) as stage:
        judge_time(feed.as_of, previous=held.as_of, now=app.clock.now())
        judge_currency(dataset, feed.currency, previous=held.currency)
        _stage(app, dataset, feed, stage)
        beat("catalog", loop(dataset), within=SWAP_WITHIN_S)
        swap(app, dataset, feed, stage, version=held.version)
    beat("catalog", loop(dataset), within=STALLED_AFTER_S)


def _stage(app: App, dataset: Dataset, feed: Feed, stage: Staging) -> None:
    """Keeps the feed aside, batch by batch, and shows how far it is. Raises FeedRefused when a record is bad."""
    bad: list[str] = []
    done, shown = 0, float("-inf")
    for batch in _batches(feed.records()):
        staged = _read(dataset, batch, bad, done)
        if not bad:
            stage.write(*staged)
        done += len(batch)
        if app.clock.monotonic() - shown >= SHOW_EVERY_S:
            shown = app.clock.monotonic()
            _show(app, dataset, done, feed.count)
        # reading is work of the processor: others must have their turn
        eventlet.sleep(0)
    _show(app, dataset, done, feed.count)
    judge_records(bad)
    judge_cursor(feed.cursor)


def _read(dataset: Dataset, batch: Iterable[FeedRecord], bad: list[str], before: int) -> tuple[list[Row], list[str]]:
    """The rows of a batch, and the keys that are to go; what is wrong with the first bad records is added to `bad`."""
    staged: list[Row] = []
    gone: list[str] = []
    for number, record in enumerate(batch, start=before + 1):
        try:
            if record.gone is None:
                staged += rows(dataset, record.fields)
            else:
                gone.append(key(record.gone))
        except BadRecord as error:
            if len(bad) < MOST_NAMED:
                bad.append(f"record {number}: {error.code} ({error})")
    return staged, gone


def _batches(records: Iterator[FeedRecord]) -> Iterator[list[FeedRecord]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _show(app: App, dataset: Dataset, done: int, total: int) -> None:
    beat("catalog", loop(dataset), within=STALLED_AFTER_S)
    with app.db.transaction() as tx:
        datasets.note_progress(tx, dataset, done, total)
        tell(tx)


def _note_failure(app: App, dataset: Dataset, error: FeedFailed | FeedRefused) -> None:
    cause = type(error.__cause__).__name__
    log.warning("feed_not_taken", dataset=dataset, code=error.code, reason=error.reason, cause=cause)
    with app.db.transaction() as tx:
        deletions = error.deletions if isinstance(error, FeedRefused) else None
        datasets.fail(tx, dataset, error.code, error.reason, deletions)
        tell(tx)


def _due(app: App, dataset: Dataset, row: Standing[Any]) -> datetime:
    return next_try(
        row.tried_at,
        # nobody else syncs it, or we would not be asked: one that is still at it has died
        failures=row.failures + (row.state == "syncing"),
        interval=app.settings.interval(dataset),
        retry=timedelta(seconds=app.settings.retry_interval),
        started_at=app.started_at,
    )


def loop(dataset: Dataset) -> str:
    """The name of the timer that syncs a data set."""
    return f"sync_{dataset.replace('-', '_')}"
