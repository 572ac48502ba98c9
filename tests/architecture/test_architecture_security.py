"""docs/security.md has every threat, and each test that it names is there; what is installed is what was locked."""

import hashlib
import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from cyclonedx.output.json import JsonV1Dot6

from deploy.bill import bill
from deploy.runner.services import SERVICES
from deploy.vendor import MODULES, PLACE, sums
from services.chassis.http import specs

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


def test_t1_who_has_not_signed_in_can_sign_in_and_nothing_else() -> None:
    doors = [import_module(f"services.{service}.routes").Door for service in SERVICES]
    opened = {f"{spec.method} {spec.path}" for door in doors for spec in specs(door) if not spec.roles}
    assert opened == {"POST /api/sessions/sign-in", "POST /api/sessions/pin"}


def test_t41_every_locked_package_is_pinned_by_hash() -> None:
    assert len(_locked()) > 20
    assert [p.splitlines()[0] for p in _locked() if "==" not in p or "--hash=sha256:" not in p] == []


def test_t41_the_bill_of_materials_has_every_package_and_every_library_of_the_page() -> None:
    told = json.loads(JsonV1Dot6(bill()).output_as_string())["components"]
    locked = {re.split(r"[\s;\\]", package)[0] for package in _locked()}
    assert {f"{one['name']}=={one['version']}" for one in told if one["purl"].startswith("pkg:pypi/")} == locked
    assert set(sums().values()) <= {given["content"] for one in told for given in one["hashes"]}


def test_t41_a_changed_byte_of_a_library_of_the_page_is_found() -> None:
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in PLACE.glob("*.mjs")}
    assert there == sums()
    assert set(there) == {here for _, _, _, here in MODULES}


def _locked() -> list[str]:
    """What is said of each package of the lock file."""
    lock = (ROOT / "requirements.lock").read_text()
    return re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).strip())


def _is_there(file: str, test: str) -> bool:
    place = ROOT / file
    return place.exists() and f"def {test}(" in place.read_text()
