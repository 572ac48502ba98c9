"""What a restored server lacks of a chain because its backup was older, and what it may not lack."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.head_office.port import Head


@dataclass(frozen=True)
class Restore:
    """An entry of a chain: from here on it is that of installation `epoch`, what stands before it is the backup's."""

    sequence: int
    epoch: int


def noted(entries: Iterable[tuple[int, dict[str, Any]]]) -> list[Restore]:
    """The restores that a chain notes, given as (sequence, facts); one that does not say its epoch explains nothing."""
    return [Restore(n, facts["epoch"]) for n, facts in entries if type(facts.get("epoch")) is int]


def in_words(what: str, head: Head) -> str:
    """What of a chain is lost: an entry or a mark, by its place."""
    after = "it was made after the backup that this server was restored from"
    return f"{what} {head.sequence} of installation {head.epoch} is not here: {after}"


def explains(restores: Iterable[Restore], head: Head, epoch: int) -> bool:
    """Whether installation `epoch` lacks a head because of a restore.

    It was told by an installation before that restore, from behind the place where the backup ended: what stood in the
    backup has to be here.
    """
    later = [r.sequence for r in restores if head.epoch < r.epoch <= epoch]
    return bool(later) and min(later) <= head.sequence
