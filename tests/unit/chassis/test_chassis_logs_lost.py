"""A log whose disk is full ends nobody's work."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import logging, sys, traceback
from services.chassis import logs, metrics
logs.configure("orders", "door", "INFO")
logs.get_logger().info("order_placed")
logging.getLogger("a.library").error("in trouble")
try:
    1 / 0
except ZeroDivisionError:
    logs.get_logger().exception("request_failed")
    traceback.print_exc()
print(metrics.LOG_LINES_LOST.collect()[0].samples[0].value)
"""


def lost(stderr: str) -> tuple[int, float]:
    with Path(stderr).open("ab") as full:
        done = subprocess.run(
            [sys.executable, "-u", "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=full, check=False
        )
    return done.returncode, float(done.stdout)


def test_f60_what_a_full_disk_does_not_take_is_lost_counted_and_stops_nothing(tmp_path: Path) -> None:
    assert lost(str(tmp_path / "log")) == (0, 0)
    said = (tmp_path / "log").read_text()
    for words in ("order_placed", "in trouble", "ZeroDivisionError"):
        assert words in said
    assert lost("/dev/full") == (0, len(said.splitlines()))
