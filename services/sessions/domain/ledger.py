"""The hash chain of the ledger.

Each link's hash covers the one before it, so that a change, a removal, an insertion or a swap breaks the chain behind
it. What is a person's enters as a salted digest: a hash that leaves the store gives nobody's name away.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

GENESIS = "0" * 64


@dataclass(frozen=True)
class Personal:
    """Who did it, why, and to whom; `salt` keeps the digest from being guessed."""

    said: dict[str, str]
    salt: bytes

    def digest(self) -> str:
        return hashlib.sha256(self.salt + _canonical(self.said)).hexdigest()


@dataclass(frozen=True)
class Link:
    """An entry in its place in the chain."""

    sequence: int
    store_id: str
    at: datetime
    kind: str
    session_id: UUID | None
    facts: dict[str, Any]
    personal: Personal
    personal_digest: str
    previous_hash: str
    hash: str


def link(
    previous: tuple[int, str] | None,
    *,
    store_id: str,
    at: datetime,
    kind: str,
    session_id: UUID | None,
    facts: dict[str, Any],
    personal: Personal,
) -> Link:
    """The next link behind `previous`, the chain's head as (sequence, hash), or the first one of all."""
    sequence, previous_hash = (previous[0] + 1, previous[1]) if previous else (1, GENESIS)
    bare = Link(sequence, store_id, at, kind, session_id, facts, personal, personal.digest(), previous_hash, hash="")
    return replace(bare, hash=_hash(bare))


@dataclass(frozen=True)
class Flaw:
    """Where a chain is broken, and how."""

    sequence: int
    problem: str


def flaws(links: Iterable[Link]) -> Iterator[Flaw]:
    """Everything that is wrong with a chain, given from its first link on."""
    sequence, previous_hash = 0, GENESIS
    for one in links:
        sequence += 1
        if one.sequence != sequence:
            yield Flaw(sequence, f"entry {sequence} is missing, {one.sequence} follows")
            sequence = one.sequence
        if one.previous_hash != previous_hash:
            yield Flaw(one.sequence, "does not follow the entry before it")
        if one.hash != _hash(one):
            yield Flaw(one.sequence, "was changed")
        if one.personal.digest() != one.personal_digest:
            yield Flaw(one.sequence, "who or why was changed")
        previous_hash = one.hash


def _hash(one: Link) -> str:
    covered = [
        one.sequence,
        one.store_id,
        one.at.astimezone(UTC).isoformat(timespec="microseconds"),
        one.kind,
        str(one.session_id) if one.session_id else None,
        one.facts,
        one.personal_digest,
        one.previous_hash,
    ]
    return hashlib.sha256(_canonical(covered)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
