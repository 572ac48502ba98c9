"""Reconciliation: a session or a day held here, order by order beside what head office has."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.chassis.database import notify
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.head_office.port import NoAnswer
from services.sync.app import App
from services.sync.domain.reconciliation import Difference, Held, Kind, Stored, compare
from services.sync.errors import NothingToCompare, OneThing
from services.sync.schemas import Reconciliation, ReconciliationIn, Reconciliations
from services.sync.store import reconciliations
from services.sync.store.reconciliations import Job

PAGE = 500
MOST_LISTED = 1000
MOST_SHOWN = 50


def request(app: App, wanted: ReconciliationIn, by: str) -> Reconciliation:
    """Asks for a comparison; one that is under way for the same thing is given back. Raises NothingToCompare."""
    if (wanted.session_id is None) is (wanted.business_date is None):
        raise OneThing
    with app.db.transaction() as tx:
        app.db.lock(tx, "sync.reconciliations")
        job = reconciliations.unfinished(tx, wanted.session_id, wanted.business_date)
        if job is None:
            if wanted.session_id and not reconciliations.count(tx, wanted.session_id, None):
                raise NothingToCompare(what="session")
            job = reconciliations.add(tx, new_id(), wanted.session_id, wanted.business_date, by)
    return out(job)


def find(app: App) -> Reconciliations:
    """The newest comparisons, without their lists."""
    with app.db.transaction() as tx:
        rows = reconciliations.newest(tx, MOST_SHOWN)
    return Reconciliations(items=[out(r) for r in rows])


def one(app: App, reconciliation_id: UUID) -> Reconciliation:
    """One comparison with what differs. Raises NotFound."""
    with app.db.transaction() as tx:
        row = reconciliations.get(tx, reconciliation_id)
    if row is None:
        raise NotFound(what="reconciliation")
    return out(row)


def out(row: Any) -> Reconciliation:
    """As people see it."""
    return Reconciliation.model_validate(row, from_attributes=True)


def run_next(app: App) -> bool:
    """Carries the oldest open comparison out; False when there is none. One that broke off is done anew."""
    with app.db.transaction() as tx:
        job = reconciliations.start_next(tx)
    if job is None:
        return False
    try:
        _run(app, job)
    except NoAnswer as error:
        with app.db.transaction() as tx:
            reconciliations.fail(tx, job, error.reason)
    _changed(app)
    return True


def _run(app: App, job: Job) -> None:
    found: list[Difference] = []
    after: UUID | None = None
    compared = 0
    while page := _held(app, job, after):
        found += _compare(app, page)
        compared, after = compared + len(page), page[-1].order_id
        _progress(app, job, compared, len(found))
    if job.business_date:
        found += _unknown_here(app, job.business_date)
    with app.db.transaction() as tx:
        claimed, oversold = reconciliations.claimed_payments(tx, job), reconciliations.oversold(tx, job)
        listed = [_row(d) for d in found[:MOST_LISTED]]
        reconciliations.finish(tx, job, listed, len(found), claimed, oversold)


def _held(app: App, job: Job, after: UUID | None) -> list[Held]:
    with app.db.transaction() as tx:
        return reconciliations.held(tx, job, after, PAGE)


def _compare(app: App, page: Sequence[Held]) -> list[Difference]:
    """What differs before and after head office was asked: what moved in between is no difference."""
    ids = [held.order_id for held in page]
    stored = list(app.oms.lookup(ids))
    with app.db.transaction() as tx:
        again = reconciliations.held_again(tx, ids)
    still = set(compare(again, stored))
    return [d for d in compare(page, stored) if d in still]


def _unknown_here(app: App, day: date) -> list[Difference]:
    """Orders of the day that head office has, and this store has nowhere."""
    found: list[Difference] = []
    for page in _pages(app.oms.of_day(day)):
        with app.db.transaction() as tx:
            known = {held.order_id for held in reconciliations.held_again(tx, [s.order_id for s in page])}
        strange = [s for s in page if s.order_id not in known]
        found += [d for d in compare([], strange) if d.kind is Kind.UNKNOWN_HERE]
    return found


def _pages(stored: Iterable[Stored]) -> Iterable[list[Stored]]:
    page: list[Stored] = []
    for one_of_them in stored:
        page.append(one_of_them)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _progress(app: App, job: Job, compared: int, found: int) -> None:
    with app.db.transaction() as tx:
        reconciliations.note_progress(tx, job, compared, found)
    _changed(app)


def _changed(app: App) -> None:
    with app.db.transaction() as tx:
        notify(tx, "changes", {"what": "sync"})


def _row(difference: Difference) -> dict[str, Any]:
    return {
        "order_id": str(difference.order_id),
        "kind": difference.kind,
        "here": difference.here,
        "there": difference.there,
        "text": difference.text,
    }
