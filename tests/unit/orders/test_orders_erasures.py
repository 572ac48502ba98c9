"""An erasure is as it was asked, or it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.orders.domain.erasures import Erasure, flaws, mark_of

SALT = "salt"
NOW = datetime(2026, 4, 1, 10, tzinfo=UTC)
ORDERS = frozenset({UUID(int=1), UUID(int=2)})
SAID = {"customer_id": str(UUID(int=7)), "asked_by": "M1", "reason": "asked"}
ASKED = Erasure(UUID(int=9), ORDERS, NOW, SAID)


def test_b3_an_erasure_as_it_was_asked_has_no_flaw() -> None:
    assert list(flaws(ASKED, mark_of(ASKED, SALT), SALT)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"erasure_id": UUID(int=8)},
        {"orders": frozenset({UUID(int=1)})},
        {"orders": ORDERS | {UUID(int=3)}},
        {"asked_at": NOW + timedelta(microseconds=1)},
        {"said": SAID | {"asked_by": "M2"}},
        {"said": SAID | {"customer_id": str(UUID(int=8))}},
        {"said": SAID | {"reason": "another"}},
        {"before_marks": ORDERS},
    ],
    ids=str,
)
def test_b3_any_change_of_an_erasure_is_found(change: dict[str, Any]) -> None:
    assert list(flaws(replace(ASKED, **change), mark_of(ASKED, SALT), SALT))


def test_b3_an_erasure_without_a_mark_was_put_in() -> None:
    assert list(flaws(ASKED, None, SALT)) == [f"erasure {ASKED.erasure_id} was put in"]


def test_b3_an_erasure_from_before_marks_is_of_the_orders_that_it_was_of_then() -> None:
    older = replace(ASKED, before_marks=ORDERS)
    assert list(flaws(older, None, SALT)) == []
    assert list(flaws(replace(older, orders=ORDERS | {UUID(int=3)}), None, SALT))
