"""B3, B16: which heads a restored server may lack. Whoever cuts a chain must not be able to hide behind a restore."""

import pytest

from services.head_office.losses import Restore, explains, noted
from services.head_office.port import Head

# a backup of installation 1 with 9 entries became installation 2, whose backup with 49 entries became installation 3
RESTORES = [Restore(50, 3), Restore(10, 2)]


def head(epoch: int, sequence: int) -> Head:
    return Head("marks", str(epoch), epoch, sequence, "f" * 64)


@pytest.mark.parametrize(("epoch", "sequence"), [(1, 10), (1, 900), (2, 50), (2, 51)])
def test_b16_what_was_made_after_the_backup_is_a_known_loss(epoch: int, sequence: int) -> None:
    assert explains(RESTORES, head(epoch, sequence), 3)


@pytest.mark.parametrize(("epoch", "sequence"), [(1, 9), (1, 1), (2, 49), (2, 10)])
def test_b3_what_the_backup_held_has_to_be_here(epoch: int, sequence: int) -> None:
    assert not explains(RESTORES, head(epoch, sequence), 3)


@pytest.mark.parametrize("sequence", [1, 50, 51, 900])
def test_b3_what_this_installation_has_told_has_to_be_here(sequence: int) -> None:
    assert not explains(RESTORES, head(3, sequence), 3)


def test_b3_a_restore_that_head_office_knows_nothing_of_explains_nothing() -> None:
    assert not explains([Restore(10, 2)], head(1, 900), 1)
    assert not explains([Restore(10, 4)], head(3, 900), 3)


def test_b3_without_a_note_of_a_restore_nothing_is_explained() -> None:
    assert not explains([], head(1, 900), 2)
    assert noted([(10, {}), (11, {"epoch": "2"}), (12, {"epoch": True}), (13, {"epoch": None})]) == []
    assert noted([(10, {"epoch": 2})]) == [Restore(10, 2)]
