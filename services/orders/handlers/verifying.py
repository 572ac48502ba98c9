"""Whether any invoice was changed, removed or put in: the chains, read from end to end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.chassis.database import Tx
from services.head_office.losses import explains, in_words, noted
from services.head_office.port import Head, Heads
from services.orders.app import App
from services.orders.domain import erasures, invoices, marks
from services.orders.domain.marks import Mark
from services.orders.handlers import private
from services.orders.handlers.writing import beside
from services.orders.store import marks as kept_marks
from services.orders.store import reports


@dataclass
class Chains:
    """How far each series and each prefix's chain has been read; the series of one till follow one another in one."""

    sequences: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)
    # closed prefixes whose head, as it stood then, has been met
    met: set[str] = field(default_factory=set)


def verify_series(app: App) -> tuple[int, list[str]]:
    """How many series there are, and every flaw in words: of invoices, of tills, of marks and of wishes.

    All of one moment: what is sold meanwhile is no flaw.
    """
    with app.db.snapshot() as tx:
        return verify(app, tx)


def verify(app: App, tx: Tx) -> tuple[int, list[str]]:
    """The same, in the transaction of whoever asks."""
    chains = Chains()
    flaws: list[str] = []
    prefixes = reports.heads(tx)
    for row in reports.invoices(tx):
        stands = prefixes.get(invoices.prefix_of(row.series))
        flaws += _invoice_flaws(app, row, chains, closed=bool(stands and stands.closed))
        _read(row, chains, prefixes)
    for prefix, stands in prefixes.items():
        flaws += _prefix_flaws(prefix, stands, chains)
    return len(chains.sequences), [*flaws, *_mark_flaws(tx, app.salt)]


def _invoice_flaws(app: App, row: Any, chains: Chains, *, closed: bool) -> Iterator[str]:
    number, salt = row.invoice_number, app.salt
    try:
        document = private.opened_order(app, row)
        printed = beside(document) | {"payments": _payments(document)}
        invoice = document["invoice"]
        follows = invoice["previous_hash"] == chains.heads.get(invoices.prefix_of(row.series), invoices.GENESIS)
        unchanged = invoices.chained(invoice["previous_hash"], document, salt) == invoice["hash"]
        said = invoices.personal_digest(document, salt) == invoice["personal_digest"]
        stray = row.document.keys() & set(invoices.PERSONAL)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield f"{number}: is no invoice any more"
        return
    expected = chains.sequences.get(row.series, 0) + 1
    if row.sequence != expected:
        yield f"{number}: {row.sequence} stands where {expected} should"
    if not follows:
        yield f"{number}: does not follow the one before it"
    if not unchanged:
        yield f"{number}: is not as it was printed"
    if stray or not (said or (row.erased and invoices.is_erased(document))):
        yield f"{number}: customer, note or delivery is not as it was printed"
    yield from _beside_flaws(row, printed)
    # what came back to a server that was restored came in any order
    if row.id <= chains.last_ids.get(row.series, 0) and not closed:
        yield f"{number}: is listed in another order than it was sold"


def _beside_flaws(row: Any, printed: dict[str, Any]) -> Iterator[str]:
    differing = ", ".join(name for name, value in printed.items() if getattr(row, name) != value)
    if differing:
        yield f"{row.invoice_number}: {differing} not as printed"
    if not _references_stand(row):
        yield f"{row.invoice_number}: a payment's reference could be used again"


def _references_stand(row: Any) -> bool:
    """A reference is held for ever by what it paid, unless a manager let it be used again."""
    approved = any(a["action"] == "reused_reference" for a in row.document["approvals"])
    held = [(p[3], unique) for p, unique in zip(row.payments or [], row.unique_references or [], strict=True)]
    return all(unique == reference or (unique is None and approved) for reference, unique in held)


def _payments(document: dict[str, Any]) -> list[list[Any]]:
    names = ("n", "payment_mode", "amount_minor", "reference", "kind", "status")
    return [[payment[name] for name in names] for payment in document["payments"]]


def _read(row: Any, chains: Chains, prefixes: dict[str, Any]) -> None:
    prefix = invoices.prefix_of(row.series)
    head = str((row.document.get("invoice") or {}).get("hash")) if isinstance(row.document, dict) else ""
    chains.sequences[row.series], chains.heads[prefix] = row.sequence, head
    chains.last_ids[row.series] = max(row.id, chains.last_ids.get(row.series, 0))
    if prefix in prefixes and prefixes[prefix].closed_head == head:
        chains.met.add(prefix)


def _prefix_flaws(prefix: str, stands: Any, chains: Chains) -> Iterator[str]:
    """What a till, or whoever closed its series, says of a chain, beside the chain itself."""
    if stands.closed:
        if stands.closed_head not in (None, invoices.GENESIS) and prefix not in chains.met:
            yield f"{prefix}: its last invoices are missing"
        return
    if stands.series_head is None:
        yield f"{prefix}: its till is missing"
        return
    if chains.heads.get(prefix, invoices.GENESIS) != stands.series_head:
        yield f"{prefix}: its last invoices are missing"
    year = stands.series_year
    last = 0 if year is None else chains.sequences.get(f"{prefix}/{year % 100:02d}", 0)
    if stands.series_next != last + 1:
        yield f"{prefix}: its till would go on with {stands.series_next} behind {last}"


def _mark_flaws(tx: Tx, salt: str) -> Iterator[str]:
    chain = list(kept_marks.everything(tx))
    yield from marks.flaws(chain, salt)
    yield from _wish_flaws(tx, chain, salt)
    yield from _erasure_flaws(tx, chain, salt)
    yield from _void_flaws(tx, {mark.order_id for mark in chain if mark.kind == marks.VOID})


def _wish_flaws(tx: Tx, chain: list[Mark], salt: str) -> Iterator[str]:
    asked = {mark.wish_id: mark for mark in chain if mark.wish_id and mark.kind != marks.ERASED}
    for wish in kept_marks.wishes(tx):
        yield from marks.wish_flaws(wish, asked.pop(wish.wish_id, None), salt)
    yield from (f"wish {wish_id} is missing" for wish_id in asked)


def _erasure_flaws(tx: Tx, chain: list[Mark], salt: str) -> Iterator[str]:
    marked = {mark.wish_id: mark for mark in chain if mark.kind == marks.ERASED}
    for erasure in kept_marks.erasures(tx):
        yield from erasures.flaws(erasure, marked.pop(erasure.erasure_id, None), salt)
    yield from (f"erasure {erasure_id} is missing" for erasure_id in marked)


def _void_flaws(tx: Tx, void: set[UUID | None]) -> Iterator[str]:
    yield from (f"order {order_id}: void is not as it was decided" for order_id in void ^ kept_marks.void(tx))
    wished = kept_marks.void_wishes(tx).items()
    yield from (f"order {order_id}: its wish says otherwise" for order_id, done in wished if done != (order_id in void))


def differences(tx: Tx, known: Heads) -> list[str]:
    """What head office knows otherwise: whoever owns the database can write a chain anew here, but not there.

    What a restore explains is not among it: `losses` says that.
    """
    found = [_differs(tx, head) for head in known.heads if not _lost(tx, head, known.epoch)]
    return [flaw for flaw in found if flaw]


def losses(tx: Tx, known: Heads) -> list[str]:
    """What head office knows and this server lacks because it was restored from a backup, as its chain notes."""
    return [in_words("mark", head) for head in known.heads if _lost(tx, head, known.epoch)]


def _lost(tx: Tx, head: Head, epoch: int) -> bool:
    if head.chain != "marks" or kept_marks.holds(tx, head.hash):
        return False
    return explains(noted(kept_marks.restores(tx)), head, epoch)


def _differs(tx: Tx, head: Head) -> str | None:
    if head.chain == "invoices":
        ours, name = reports.hash_of(tx, head.name, head.sequence), f"{head.name}-{head.sequence}"
        if ours is None:
            return f"{name}: head office has it, and this server does not"
        return None if ours == head.hash else f"{name}: head office was told another hash: the series was written anew"
    if head.chain != "marks" or kept_marks.holds(tx, head.hash):
        return None
    return f"mark {head.sequence}: head office was told another hash: the marks were cut or written anew"
