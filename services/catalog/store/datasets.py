"""The four data sets: where each stands, what is asked of it, and what was last told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.catalog.domain.datasets import DATASETS, Dataset
from services.catalog.domain.deletions import Deletions
from services.catalog.models import datasets, published, staff
from services.chassis.database import Tx

State = Literal["idle", "syncing", "failed"]

READINESS = "readiness"
MAX_REASON = 1000

LOCK = text("select * from datasets where dataset = :dataset for update")


@dataclass(frozen=True)
class Taken:
    """What is known of a feed that was swapped in; `records` are held now."""

    cursor: str
    currency: str | None
    as_of: datetime
    records: int
    changed: bool


class Published(NamedTuple):
    number: int
    value: Any


def one(tx: Tx, dataset: Dataset) -> Row[Any]:
    return tx.execute(select(datasets).where(datasets.c.dataset == dataset)).one()


def every(tx: Tx) -> list[Row[Any]]:
    """All four, in the order in which people are told of them."""
    found = {row.dataset: row for row in tx.execute(select(datasets))}
    return [found[dataset] for dataset in DATASETS]


def lock(tx: Tx, dataset: Dataset) -> Row[Any]:
    """The data set's row, locked to the end of the transaction."""
    return tx.execute(LOCK, {"dataset": dataset}).one()


def begin(tx: Tx, dataset: Dataset, now: datetime) -> None:
    """A sync has begun; whoever wanted one has it."""
    values = {"state": "syncing", "done": 0, "total": 0, "tried_at": now, "wanted": False}
    _set(tx, dataset, **values, error_code=None, error_reason=None)


def note_progress(tx: Tx, dataset: Dataset, done: int, total: int) -> None:
    _set(tx, dataset, done=done, total=total)


def take(tx: Tx, dataset: Dataset, now: datetime, taken: Taken) -> None:
    """The feed was swapped in."""
    version = datasets.c.version + int(taken.changed)
    cured = {"failures": 0, "error_code": None, "error_reason": None, "would_delete": None}
    spent = {"agreed_deletions": None, "agreed_by": None}
    held = {"records": taken.records, "cursor": taken.cursor, "currency": taken.currency, "as_of": taken.as_of}
    _set(tx, dataset, state="idle", version=version, synced_at=now, **held, **cured, **spent)


def fail(tx: Tx, dataset: Dataset, code: str, reason: str, deletions: Deletions | None = None) -> None:
    """The feed changed nothing, and why; a refusal for its deletions is kept for a person to agree to."""
    told = {"error_code": code, "error_reason": reason[:MAX_REASON]}
    asked = {"would_delete": deletions.gone if deletions else None}
    _set(tx, dataset, state="failed", failures=datasets.c.failures + 1, **told, **asked)


def want(tx: Tx, wanted: Iterable[Dataset]) -> None:
    """Has data sets synced at once."""
    tx.execute(update(datasets).where(datasets.c.dataset.in_(list(wanted))).values(wanted=True))


def agree(tx: Tx, dataset: Dataset, deletions: int, who: str) -> None:
    """A person agrees that so many records may go, and wants the feed again."""
    _set(tx, dataset, agreed_deletions=deletions, agreed_by=who, wanted=True)


def active_managers(tx: Tx) -> int:
    """How many may manage the store."""
    held = select(func.count()).select_from(staff).where(staff.c.active, staff.c.role == "manager")
    return tx.execute(held).scalar_one()


def readiness(tx: Tx) -> Published | None:
    row = tx.execute(select(published.c.number, published.c.value).where(published.c.name == READINESS)).first()
    return Published(*row) if row else None


def publish_readiness(tx: Tx, value: dict[str, Any], now: datetime) -> bool:
    """Gives readiness the next number if it is another by now; whether it is."""
    newer = {"number": published.c.number + 1, "value": value, "changed_at": now}
    first = {"name": READINESS, "number": 1, "value": value, "changed_at": now}
    statement = insert(published).values(first)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_=newer, where=published.c.value != statement.excluded.value
    )
    return tx.execute(statement.returning(published.c.number)).first() is not None


def _set(tx: Tx, dataset: Dataset, **values: Any) -> None:
    tx.execute(update(datasets).where(datasets.c.dataset == dataset).values(**values))
