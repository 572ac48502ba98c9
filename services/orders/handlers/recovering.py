"""A restored server takes back what its backup lacks: from head office, and from the folders of tills."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from services.chassis.database import Tx, notify
from services.chassis.fields import Minor
from services.orders import events
from services.orders.app import App
from services.orders.domain import invoices
from services.orders.folders import Kept, Unusable, files
from services.orders.handlers import private, selling
from services.orders.handlers.reckoning import today
from services.orders.handlers.selling import told
from services.orders.handlers.writing import beside
from services.orders.schemas import PaymentIn
from services.orders.store import orders, recovery, sales
from services.orders.store.sales import as_json

T = TypeVar("T")

AT_ONCE = 50
# what ends an id for ever; after any other refusal a till may have asked again under it
GIVEN_UP = ("abandoned", "order_abandoned")
PROBLEMS = {
    "unreadable": "cannot be read: it is cut off, or no till wrote it",
    "damaged": "was cut off, or changed after the till wrote it",
    "other_store": "is another store's",
    "other_name": "was renamed: it is about another sale",
    "newer_version": "was written by a newer till: update this server first",
    "unknown_key": "is sealed with a key that head office does not have",
}


@dataclass
class Report:
    """What was taken back, and what a person has to look at."""

    taken: list[str] = field(default_factory=list)
    known: int = 0
    # of sales that were asked for and neither made nor given up, as far as anybody knows
    unanswered: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Refused(Exception):
    """Why a document is not taken."""


class Asked(BaseModel):
    """Of a sale that was asked for: what was to be paid. Whatever else it says, money may have been taken for it."""

    order_id: UUID
    total_minor: Minor
    payments: Annotated[list[PaymentIn], Field(min_length=1, max_length=10)]


def from_head_office(app: App, since: date | None, report: Report) -> None:
    """Takes back what was sent after the backup. Raises NoAnswer."""
    for day in _days(app, since):
        ids = [o.order_id for o in app.head_office.orders_of_day(day) if not o.cancelled]
        for some in _some(_unknown(app, ids)):
            for sent in app.head_office.documents(some):
                _take(app, _printed(sent), f"{sent['order_id']} of head office", report)


def from_folder(app: App, folder: Path, report: Report) -> None:
    """Takes back the sales that a till was told of, with their numbers. Raises NoAnswer, and OSError for the folder."""
    made: set[UUID] = set()
    given_up: set[UUID] = set()
    for kept, content in _opened(app, files(folder, "done", "not"), report):
        if kept.step == "not" and _gives_up(content):
            given_up.add(kept.order_id)
        if kept.step == "done" and _take(app, _document(content, kept), kept.name, report):
            made.add(kept.order_id)
    asked = ((k, c) for k, c in _opened(app, files(folder, "asked"), report) if k.order_id not in made)
    for some in _some(asked):
        _list_unanswered(app, some, given_up, report)


def _opened(app: App, found: Iterable[Kept | Unusable], report: Report) -> Iterator[tuple[Kept, Any]]:
    """Files with what is in them; what cannot be used goes into the report, and holds up no other."""
    for some in _some(_usable(found, report)):
        opened = app.head_office.open_kept([(kept.name, kept.text) for kept in some])
        for kept, one in zip(some, opened, strict=True):
            if one.problem is None:
                yield kept, one.content
            else:
                report.problems.append(f"{kept.name} {PROBLEMS.get(one.problem, one.problem)}")


def _usable(found: Iterable[Kept | Unusable], report: Report) -> Iterator[Kept]:
    for one in found:
        if isinstance(one, Kept):
            yield one
        else:
            report.problems.append(f"{one.name} {one.problem}")


def _gives_up(content: Any) -> bool:
    return isinstance(content, dict) and content.get("code") in GIVEN_UP


def _document(content: Any, kept: Kept) -> Any:
    """The document in the answer that a till got; None where there is none about this sale."""
    document = content.get("document") if isinstance(content, dict) else None
    about = isinstance(document, dict) and document.get("order_id") == str(kept.order_id)
    return document if about else None


def _printed(sent: dict[str, Any]) -> dict[str, Any]:
    """The order as it was printed, out of what was sent."""
    return {name: value for name, value in sent.items() if name != "correction"} | {"revision": 1}


def _take(app: App, document: Any, name: str, report: Report) -> bool:
    """Stores an order as it was printed, to be delivered like any other; whether it is here now."""
    try:
        with app.db.transaction() as tx:
            fresh = _once(app, tx, document)
    except Refused as error:
        report.problems.append(f"{name} {error}")
        return False
    if fresh:
        report.taken.append(document["invoice"]["number"])
    else:
        report.known += 1
    return True


def _once(app: App, tx: Tx, document: Any) -> bool:
    row = _checked(app, document)
    sales.lock(tx, row["order_id"])
    stored = orders.get(tx, row["order_id"])
    if stored is not None:
        if stored.document["invoice"]["hash"] != document["invoice"]["hash"]:
            raise Refused("is about a sale that this server has otherwise")
        return False
    prefix = invoices.prefix_of(row["series"])
    if recovery.is_open(tx, prefix):
        raise Refused("is of a series that is open here: this server was not restored by `make restore`")
    if recovery.number_taken(tx, row["invoice_number"], row["series"], row["sequence"]):
        raise Refused(f"has the number {row['invoice_number']}, which another sale has")
    facts, sealed = private.sealed_order(app, document)
    outgoing, _ = app.outbox.rows(events.order_placed(facts, sealed["personal"]), to=events.PLACED_TO)
    moved = recovery.moved(document["lines"])
    values = row | sealed | {"document": as_json(facts), "payments": as_json(document["payments"])}
    recovery.store(tx, prefix, values | {"skus": list(moved), "quantities": list(moved.values())} | told(outgoing))
    _seal_again(app, tx, row["session_id"])
    notify(tx, "changes", {"what": "orders"})
    return True


def _checked(app: App, document: Any) -> dict[str, Any]:
    """What is written beside a document that this store printed; nobody else can have made its hash."""
    try:
        invoice = document["invoice"]
        whole = invoices.chained(invoice["previous_hash"], document, app.salt) == invoice["hash"]
        said = invoices.personal_digest(document, app.salt) == invoice["personal_digest"]
        row, store_id = beside(document), document["store_id"]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refused("holds no order") from error
    if store_id != app.settings.id:
        raise Refused("is another store's")
    if not (whole and said):
        raise Refused("is not as this store printed it")
    return row


def _seal_again(app: App, tx: Tx, session_id: UUID | None) -> None:
    """A session has more orders than its seal said; one that `sessions` does not know any more is not brought back."""
    if session_id is None or recovery.count_in_open(tx, session_id):
        return
    sealed = recovery.figures(tx, session_id) | {"sealed_at": app.clock.now().isoformat(), "recovered": True}
    app.outbox.record(tx, events.session_sealed_again(sealed), to=events.SEALED_TO)


def _list_unanswered(app: App, asked: Sequence[tuple[Kept, Any]], given_up: Collection[UUID], report: Report) -> None:
    """Sales of which nobody knows whether they were made; money taken for them, or for those given up, is listed."""
    unknown = set(_unknown(app, [str(kept.order_id) for kept, _ in asked]))
    there = {order.order_id for order in app.head_office.lookup(sorted(unknown))} if unknown else set()
    for kept, content in asked:
        if str(kept.order_id) not in unknown - there:
            continue
        try:
            sale = _asked(content, kept)
        except Refused as error:
            report.problems.append(f"{kept.name} {error}")
            continue
        if kept.order_id not in given_up:
            report.unanswered.append(f"{kept.order_id}: {_in_words(sale)}")
        _keep_money(app, sale)


def _asked(content: Any, kept: Kept) -> Asked:
    """What a till asked for, within the bounds of what it may ask for. Raises Refused."""
    try:
        sale = Asked.model_validate(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Refused(f"is no sale as a till asks for one{f' ({where})' if where else ''}") from error
    if sale.order_id != kept.order_id:
        raise Refused(PROBLEMS["other_name"])
    return sale


def _in_words(sale: Asked) -> str:
    paid = ", ".join(f"{p.payment_mode} {p.amount_minor / 100:.2f}" for p in sale.payments)
    return f"asked for, {sale.total_minor / 100:.2f} to be paid by {paid}"


def _keep_money(app: App, sale: Asked) -> None:
    """Lists what was taken for a sale, but for what has paid under another id since."""
    taken = selling.money_taken(sale.order_id, sale.payments, None, "")
    with app.db.transaction() as tx:
        sales.lock(tx, sale.order_id)
        used = recovery.used(tx, [(row["payment_mode"], row["reference"]) for row in taken])
        sales.keep_orphans(tx, [row for row in taken if (row["payment_mode"], row["reference"]) not in used])


def _some(things: Iterable[T]) -> Iterator[list[T]]:
    """A few at a time: a folder may hold a million files."""
    left = iter(things)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _unknown(app: App, order_ids: Sequence[str]) -> list[str]:
    with app.db.transaction() as tx:
        known = recovery.known(tx, order_ids)
    return [order_id for order_id in order_ids if order_id not in known]


def _days(app: App, since: date | None) -> Iterator[date]:
    """Every business date from the backup's newest on."""
    last = today(app)
    with app.db.transaction() as tx:
        first = since or recovery.newest_day_of_backup(tx) or last
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
