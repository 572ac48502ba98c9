"""The table has a line for every fault of the matrix: a row, or why there is none."""

import re
from pathlib import Path

import pytest

from tests.faults.disk import Disk
from tests.faults.drills import DRILLS, NOT_MADE
from tests.faults.drills.disks import drills as on_a_disk
from tests.faults.drills.points import POINTS

ROOT = Path(__file__).parents[3]
FAULTS = [f"F{n}" for n in range(1, 61)]


def test_each_fault_is_a_row_or_said_not_to_be_one() -> None:
    drills = [*DRILLS, *on_a_disk(Disk(Path("/nowhere")))]
    rows = {drill.row.rstrip("abcd") for drill in drills if drill is not POINTS}
    assert sorted(rows | NOT_MADE.keys(), key=lambda row: int(row[1:])) == FAULTS
    assert not rows & NOT_MADE.keys()


@pytest.mark.parametrize("row", NOT_MADE)
def test_what_is_said_to_be_tested_elsewhere_is_there(row: str) -> None:
    for path in re.findall(r"tests/[a-z_/]+(?:\.py)?", NOT_MADE[row]):
        assert (ROOT / path).exists()
