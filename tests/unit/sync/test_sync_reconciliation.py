"""Each way in which what is held here may differ from what head office has."""

from uuid import UUID

import pytest

from services.sync.domain.delivery import State
from services.sync.domain.reconciliation import TEXTS, Held, Kind, Stored, compare

A, B = UUID(int=1), UUID(int=2)
HELD = Held(A, State.SYNCED, 100, "N-1")
THERE = Stored(A, 100, "N-1", "O-1")
GONE = Stored(A, 100, "N-1", "", cancelled=True)


def held(state: State) -> Held:
    return Held(A, state, 100, "N-1")


@pytest.mark.parametrize(
    ("here", "there", "kinds"),
    [
        ([], [], []),
        ([HELD], [THERE], []),
        ([HELD], [], [Kind.MISSING]),
        ([HELD], [GONE], [Kind.MISSING]),
        ([HELD], [THERE, THERE], [Kind.TWICE]),
        ([HELD], [Stored(A, 99, "N-1", "O-1")], [Kind.AMOUNT]),
        ([HELD], [Stored(A, 100, "N-2", "O-1")], [Kind.NUMBER]),
        ([HELD], [Stored(A, 99, "N-2", "O-1")], [Kind.AMOUNT, Kind.NUMBER]),
        ([HELD], [THERE, Stored(A, 99, "N-1", "O-2")], [Kind.TWICE, Kind.AMOUNT]),
        ([held(State.WAITING)], [], []),
        ([held(State.PENDING)], [], []),
        ([held(State.UNKNOWN)], [], []),
        ([held(State.PENDING)], [THERE], [Kind.NOT_MARKED]),
        ([held(State.WITHDRAWN)], [], []),
        ([held(State.WITHDRAWN)], [GONE], []),
        ([held(State.WITHDRAWN)], [THERE], [Kind.VOID_BUT_THERE]),
        ([HELD], [THERE, Stored(B, 5, "N-9", "O-9")], [Kind.UNKNOWN_HERE]),
    ],
)
def test_b13_what_differs_is_listed(here: list[Held], there: list[Stored], kinds: list[Kind]) -> None:
    assert [d.kind for d in compare(here, there)] == kinds


def test_b13_a_difference_shows_both_sides_and_says_what_to_do() -> None:
    [difference] = compare([HELD], [Stored(A, 99, "N-1", "O-1")])
    assert (difference.order_id, difference.here, difference.there) == (A, "100", "99")
    assert difference.text == "Head office has it with another amount. Call support."
    assert set(TEXTS) == set(Kind)
