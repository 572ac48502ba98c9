"""The chain of marks: what was done to invoices after they were printed, and when this store was set back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.orders.domain.invoices import GENESIS, canonical, digest

VOID_ASKED, CORRECTION_ASKED, VOID, RESTORED, ERASED = "void_asked", "correction_asked", "void", "restored", "erased"
ASKED = {"void": VOID_ASKED, "correct": CORRECTION_ASKED}


@dataclass(frozen=True)
class Mark:
    """A mark in its place in the chain; who asked and why enters by a digest, for it stands in the wish itself."""

    sequence: int
    at: datetime
    kind: str
    order_id: UUID | None
    wish_id: UUID | None
    facts: dict[str, Any]
    said_digest: str
    previous_hash: str
    hash: str = ""


@dataclass(frozen=True)
class Wish:
    """What a wish holds that must stay as it was asked."""

    wish_id: UUID
    order_id: UUID
    kind: str
    revision: int
    asked_at: datetime
    said: dict[str, Any]


def link(previous: tuple[int, str] | None, bare: Mark, salt: str) -> Mark:
    """The mark behind `previous`, the chain's head as (sequence, hash), or the first one of all."""
    sequence, head = previous or (0, GENESIS)
    placed = replace(bare, sequence=sequence + 1, previous_hash=head)
    return replace(placed, hash=_hash(placed, salt))


def bare(
    kind: str,
    at: datetime,
    *,
    order_id: UUID | None = None,
    wish_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    said_digest: str = "",
) -> Mark:
    """A mark that has no place in the chain yet."""
    return Mark(0, at, kind, order_id, wish_id, facts or {}, said_digest, GENESIS)


def said_digest(wish_id: UUID, said: dict[str, Any], salt: str) -> str:
    """Of who asked, who approved, why, and what was wished."""
    return digest(canonical(said | {"wish_id": str(wish_id)}), salt)


def flaws(marks: Iterable[Mark], salt: str) -> Iterator[str]:
    """Everything that is wrong with the chain, given from its first mark on."""
    sequence, head = 0, GENESIS
    for mark in marks:
        if mark.sequence != sequence + 1:
            yield f"mark {sequence + 1} is missing, {mark.sequence} follows"
        if mark.previous_hash != head:
            yield f"mark {mark.sequence} does not follow the one before it"
        if mark.hash != _hash(mark, salt):
            yield f"mark {mark.sequence} was changed"
        sequence, head = mark.sequence, mark.hash


def wish_flaws(wish: Wish, mark: Mark | None, salt: str) -> Iterator[str]:
    """What is wrong with a wish, beside the mark that was made when it was asked."""
    if mark is None:
        yield f"wish {wish.wish_id} was put in"
        return
    asked = (ASKED.get(wish.kind), wish.order_id, {"revision": wish.revision}, wish.asked_at)
    if asked != (mark.kind, mark.order_id, mark.facts, mark.at):
        yield f"wish {wish.wish_id} is not as it was asked"
    if said_digest(wish.wish_id, wish.said, salt) != mark.said_digest:
        yield f"wish {wish.wish_id}: who asked, who approved, why or what was changed"


def _hash(mark: Mark, salt: str) -> str:
    covered = [
        mark.sequence,
        mark.at.astimezone(UTC).isoformat(timespec="microseconds"),
        mark.kind,
        str(mark.order_id) if mark.order_id else None,
        str(mark.wish_id) if mark.wish_id else None,
        mark.facts,
        mark.said_digest,
        mark.previous_hash,
    ]
    return digest(canonical(covered), salt)
