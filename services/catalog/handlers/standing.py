"""How the data sets stand: for people, for other services, and for the figures."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.catalog import metrics
from services.catalog import schemas as of
from services.catalog.app import App
from services.catalog.domain.datasets import DATASETS, Dataset
from services.catalog.domain.freshness import Freshness, age, freshness, turns
from services.catalog.domain.readiness import missing
from services.catalog.errors import NothingToAgreeTo
from services.catalog.store import datasets
from services.chassis.database import Tx, notify
from services.chassis.logs import get_logger
from services.chassis.tokens import Principal

log = get_logger()

CHANGES = "changes"
LEVELS: tuple[Freshness, ...] = ("never", "fresh", "stale", "too_old")


def data_sync(app: App) -> of.DataSync:
    """Each data set with progress, count, time, error and freshness."""
    with app.db.transaction() as tx:
        found = datasets.every(tx)
    now = app.clock.now()
    lacking = missing(_synced(found))
    return of.DataSync(ready=not lacking, missing=lacking, datasets=[_status(app, row, now) for row in found])


def sync_now(app: App, wanted: Iterable[Dataset] | None) -> None:
    """Has data sets, or all four, synced at once."""
    with app.db.transaction() as tx:
        datasets.want(tx, wanted or DATASETS)
        tell(tx)


def agree(app: App, who: Principal, dataset: Dataset, deletes: int) -> None:
    """A manager agrees to as many deletions as a refused feed would have made, and to no more.

    Raises NothingToAgreeTo when that is not what was refused last.
    """
    with app.db.transaction() as tx:
        row = datasets.lock(tx, dataset)
        if row.would_delete != deletes:
            raise NothingToAgreeTo(dataset=dataset, deletes=deletes)
        datasets.agree(tx, dataset, deletes, who.staff_code)
        tell(tx)
    log.info("deletions_agreed", dataset=dataset, deletes=deletes, staff_code=who.staff_code)


def refresh(app: App) -> None:
    """Publishes readiness if it is another by now, as it becomes with time, and shows the figures."""
    with app.db.transaction() as tx:
        publish(app, tx)
        found = datasets.every(tx)
    for row in found:
        _show(row, _freshness(app, row, app.clock.now()))


def publish(app: App, tx: Tx) -> None:
    """Readiness as it stands; a new number only when it is another."""
    now = app.clock.now()
    found = datasets.every(tx)
    value = {
        "datasets": {row.dataset: _told(app, row, now) for row in found},
        "missing": missing(_synced(found)),
        "currency": next((row.currency for row in found if row.currency), None),
    }
    if datasets.publish_readiness(tx, value, now):
        tell(tx)


def tell(tx: Tx) -> None:
    """Tells pages, by way of the live stream, to look at the catalogue again."""
    notify(tx, CHANGES, {"what": "catalog"})


def _synced(found: Iterable[Row[Any]]) -> set[str]:
    return {row.dataset for row in found if row.synced_at is not None}


def _freshness(app: App, row: Row[Any], now: datetime) -> Freshness:
    policy = app.settings.policy(row.dataset)
    return freshness(policy, now, synced_at=row.synced_at, as_of=row.as_of)


def _told(app: App, row: Row[Any], now: datetime) -> dict[str, Any]:
    """With the times at which it grows old, so that whoever heard it knows though nobody tells any more."""
    stale_at, too_old_at = turns(app.settings.policy(row.dataset), synced_at=row.synced_at, as_of=row.as_of) or (
        None,
        None,
    )
    return {
        "synced_at": row.synced_at.isoformat() if row.synced_at else None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
        "count": row.records,
        "version": row.version,
        "freshness": _freshness(app, row, now),
        "stale_at": stale_at.isoformat() if stale_at else None,
        "too_old_at": too_old_at.isoformat() if too_old_at else None,
    }


def _status(app: App, row: Row[Any], now: datetime) -> of.DatasetStatus:
    old = age(now, synced_at=row.synced_at, as_of=row.as_of)
    named = ("dataset", "state", "done", "total", "version", "as_of", "synced_at", "tried_at", "wanted")
    return of.DatasetStatus(
        **{name: getattr(row, name) for name in named},
        count=row.records,
        freshness=_freshness(app, row, now),
        age_seconds=int(old.total_seconds()) if old is not None else None,
        error=_error(row),
    )


def _error(row: Row[Any]) -> of.SyncError | None:
    if row.error_code is None:
        return None
    return of.SyncError(code=row.error_code, reason=row.error_reason, would_delete=row.would_delete)


def _show(row: Row[Any], level: Freshness) -> None:
    metrics.RECORDS.labels(row.dataset).set(row.records)
    metrics.FAILURES.labels(row.dataset).set(row.failures)
    for each in LEVELS:
        metrics.FRESHNESS.labels(row.dataset, each).set(each == level)
    if row.synced_at is not None:
        metrics.SYNCED.labels(row.dataset).set(row.synced_at.timestamp())
        metrics.AS_OF.labels(row.dataset).set(row.as_of.timestamp())
