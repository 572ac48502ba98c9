"""The fault drills themselves: one of them, so that they are there when they are needed."""

import os
import subprocess
import sys

from deploy.runner.environment import PROJECT


def test_b9_a_sale_survives_the_death_of_orders_between_commit_and_answer() -> None:
    words = [sys.executable, "-m", "tests.faults", "--only", "F3", "--rounds", "0", "--seed", "11"]
    done = subprocess.run(words, cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("1 passed, 0 failed\n"), done.stdout + done.stderr
