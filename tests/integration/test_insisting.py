"""The seed's errors come, are those of the libraries, and come again; and who insists gets through."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.runner.environment import PROJECT
from services.chassis.errors import Busy, NotFound
from tests.integration.insisting import Step, insisting, step_of
from tests.integration.unsteady import SHARE, Dice, Kind

WORK = """
import sys
from pathlib import Path
from sqlalchemy import text
from services.chassis.database import Database
from services.chassis.errors import Unavailable
from tests.integration.unsteady import Dice, install

url, seed, notes = sys.argv[1:]
install(Dice(seed, Path(notes), "a test").falls)
db = Database(url, name="tests")
for number in range(200):
    try:
        with db.transaction() as tx:
            tx.execute(text("insert into inbox (consumer, event_id) values (:seed, gen_random_uuid())"), {"seed": seed})
        print("kept")
    except Unavailable as error:
        print(error.code)
db.dispose()
"""


def work(url: str, seed: str, notes: Path) -> tuple[list[str], Counter[str]]:
    """What two hundred transactions were told, and what befell them."""
    command = [sys.executable, "-c", WORK, url, seed, str(notes)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.split(), Counter(line.split("\t")[0] for line in notes.read_text().splitlines())


def test_a_seed_gives_the_same_errors_again_and_only_a_lost_answer_hides_what_is_stored(
    service_database: Any, tmp_path: Path
) -> None:
    url = service_database("orders")
    told, befell = work(url, "7", tmp_path / "notes")
    assert set(befell) == {Kind.BEGIN, Kind.DEADLOCK, Kind.SERIALIZATION, Kind.COMMIT, Kind.ANSWER}
    assert told.count("busy") == befell[Kind.DEADLOCK] + befell[Kind.SERIALIZATION]
    assert told.count("database_unavailable") == befell[Kind.BEGIN] + befell[Kind.COMMIT] + befell[Kind.ANSWER]
    with psycopg.connect(url) as connection:
        [(stored,)] = connection.execute("select count(*) from inbox where consumer = '7'").fetchall()
    assert stored == told.count("kept") + befell[Kind.ANSWER]
    assert work(url, "7", tmp_path / "again") == (told, befell)
    assert work(url, "8", tmp_path / "other")[0] != told


def test_a_step_is_repeated_as_a_whole_until_it_is_done() -> None:
    tries = []

    @insisting
    def sells() -> str:
        tries.append(1)
        if len(tries) < 3:
            met(step_of())
        return "sold"

    assert (insisting(sells)(), len(tries)) == ("sold", 3)


def met(step: Step) -> None:
    step.errors += 1
    raise Busy


@pytest.mark.parametrize("error", [Busy(), NotFound(what="order")])
def test_what_no_injected_error_caused_is_raised(error: Exception) -> None:
    @insisting
    def refuses() -> None:
        raise error

    with pytest.raises(type(error)):
        refuses()


def test_each_kind_falls_as_often_as_it_is_meant_to(tmp_path: Path) -> None:
    dice = Dice("1", tmp_path / "notes", "a test")
    for kind in Kind:
        fell = sum(dice.falls(kind) for _ in range(2_000))
        assert SHARE[kind] / 2 < fell / 2_000 < SHARE[kind] * 2


def test_a_run_in_which_nothing_failed_is_none() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.integration.insisting", "tests/unit/chassis"]
    done = subprocess.run([*command, "-k", "card_numbers"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert " passed" in done.stdout
    assert "nothing failed: that proves nothing" in done.stdout
