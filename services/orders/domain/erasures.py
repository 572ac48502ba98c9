"""Erasures of what customers told: each has a mark, made when it was asked, that says of which orders and by whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.orders.domain.marks import ERASED, Mark, bare, said_digest


@dataclass(frozen=True)
class Erasure:
    """What an erasure holds that must stay as it was asked.

    `orders` are those that were erased and those that wait for it; `before_marks` the same as they stood when erasures
    began to be marked, None since.
    """

    erasure_id: UUID
    orders: frozenset[UUID]
    asked_at: datetime
    said: dict[str, Any]
    before_marks: frozenset[UUID] | None = None


def mark_of(asked: Erasure, salt: str) -> Mark:
    """The mark of an erasure, without its place in the chain; the erasure is a customer's wish."""
    return bare(
        ERASED,
        asked.asked_at,
        wish_id=asked.erasure_id,
        facts={"orders": sorted(str(order_id) for order_id in asked.orders)},
        said_digest=said_digest(asked.erasure_id, asked.said, salt),
    )


def flaws(asked: Erasure, mark: Mark | None, salt: str) -> Iterator[str]:
    """What is wrong with an erasure, beside the mark that was made when it was asked."""
    if mark is None:
        if asked.before_marks is None:
            yield f"erasure {asked.erasure_id} was put in"
        elif asked.orders != asked.before_marks:
            yield f"erasure {asked.erasure_id}: its orders are others than before erasures were marked"
        return
    expected = mark_of(asked, salt)
    if (expected.at, expected.facts, None) != (mark.at, mark.facts, asked.before_marks):
        yield f"erasure {asked.erasure_id} is not as it was asked"
    if expected.said_digest != mark.said_digest:
        yield f"erasure {asked.erasure_id}: who asked, for whom or why was changed"
