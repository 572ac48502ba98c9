"""docs/security.md has every threat, and each test that it names is there; what is installed is what was locked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREATS = 45
ROW = re.compile(r"^\| T(\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = {
    int(number): (control, tests) for number, _, control, tests in ROW.findall((ROOT / "docs/security.md").read_text())
}
LEFT = ("*Not held*", "*Not built*", "*Not ours*")


def test_b18_every_threat_has_its_row() -> None:
    assert list(ROWS) == list(range(1, THREATS + 1))


@pytest.mark.parametrize("number", ROWS)
def test_b18_each_row_names_tests_that_are_there_or_says_what_is_left(number: int) -> None:
    control, tests = ROWS[number]
    named = re.findall(r"`(tests/[^`]+)::(test_\w+)`", tests)
    assert named or any(word in control for word in LEFT)
    assert [f"{file}::{test}" for file, test in named if not _is_there(file, test)] == []


def test_t41_every_locked_package_is_pinned_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    packages = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).strip())
    assert len(packages) > 20
    assert [p.splitlines()[0] for p in packages if "==" not in p or "--hash=sha256:" not in p] == []


def _is_there(file: str, test: str) -> bool:
    place = ROOT / file
    return place.exists() and f"def {test}(" in place.read_text()
