"""A staged feed takes the place of what is held: in one transaction, or not at all."""

from services.catalog.app import App
from services.catalog.domain.datasets import Dataset
from services.catalog.domain.feeds import judge_deletions, judge_repeats, judge_result, judge_turn
from services.catalog.events import snapshot_synced
from services.catalog.handlers.standing import publish, tell
from services.catalog.store import datasets
from services.catalog.store.staging import Staging
from services.catalog.store.swapping import Swap, swap_of
from services.chassis.database import Tx
from services.chassis.logs import get_logger
from services.head_office.port import Feed

log = get_logger()

# numbers of what changed are given out in the order in which they are committed
TURN = "catalog.swap"


def swap(app: App, dataset: Dataset, feed: Feed, stage: Staging, *, version: int) -> None:
    """Swaps the staged rows in, and tells of it. Raises FeedRefused, and then nothing has changed.

    `version` is that of what was held when the feed was asked for.
    """
    with stage.swap() as tx:
        app.db.lock(tx, TURN)
        held = datasets.lock(tx, dataset)
        judge_turn(asked=version, held=held.version)
        swap_ = swap_of(dataset, full=feed.full, as_of=feed.as_of.isoformat())
        changed = _apply(tx, dataset, swap_, agreed=held.agreed_deletions)
        taken = datasets.Taken(feed.cursor, feed.currency or held.currency, feed.as_of, swap_.held(tx), changed)
        datasets.take(tx, dataset, app.clock.now(), taken)
        _tell(app, tx, dataset, changed=changed)
    if changed:
        log.info("snapshot_synced", dataset=dataset, records=taken.records, full=feed.full)


def _apply(tx: Tx, dataset: Dataset, swap_: Swap, *, agreed: int | None) -> bool:
    judge_repeats("stands_twice", swap_.repeated(tx))
    judge_deletions(dataset, swap_.deletions(tx), agreed=agreed)
    changed = swap_.apply(tx)
    judge_repeats("belongs_to_several", swap_.conflicts(tx))
    managers = datasets.active_managers(tx) if dataset == "staff" else None
    judge_result(dataset, held=swap_.held(tx), managers=managers)
    return changed


def _tell(app: App, tx: Tx, dataset: Dataset, *, changed: bool) -> None:
    """Readiness for other services, pages, and, where something is new, everyone who listens."""
    publish(app, tx)
    tell(tx)
    if changed:
        row = datasets.one(tx, dataset)
        told = {"version": row.version, "count": row.records, "as_of": row.as_of, "synced_at": row.synced_at}
        app.outbox.record(tx, snapshot_synced(dataset, **told), to=())
