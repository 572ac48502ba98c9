"""Tills that sell while a device on the store's network floods the gateway, beside the same tills left alone (T40)."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.demo.people import People
from deploy.demo.store import DemoError, Store
from deploy.runner.environment import PROJECT
from tests.bench import sale
from tests.bench.figures import Figure, at_once

TILLS = 2
ROUND_S = 8.0
STRIKES_FIRST_S = 3.0


def measure(store: Store, people: People, rounds: int) -> tuple[list[Figure], list[Figure], dict[str, int]]:
    """Sales alone and under attack, turn by turn; and what the device was answered."""
    tills = [sale.seller(people, till) for till in people.tills[:TILLS]]
    alone, attacked = [], []
    answers: dict[str, int] = {}
    for n in range(rounds + 1):
        quiet = at_once("POST of a three-line order, 2 tills", tills, seconds=ROUND_S)
        with _flood(store, people, answers):
            loud = at_once("  the same, while a device floods", tills, seconds=ROUND_S)
        # the first round warms up
        if n:
            alone.append(quiet)
            attacked.append(loud)
    return alone, attacked, answers


@contextmanager
def _flood(store: Store, people: People, answers: dict[str, int]) -> Iterator[None]:
    place = [_lan_address(store), str(store.folder / "ca" / "ca.crt"), str(people.tills[-1].api.token)]
    device = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.flood", *place], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        time.sleep(STRIKES_FIRST_S)
        yield
    finally:
        device.terminate()
        told, _ = device.communicate(timeout=20)
    for what, count in json.loads(told).items():
        answers[what] = answers.get(what, 0) + count


def _lan_address(store: Store) -> str:
    """Where other devices reach the store: what comes from 127.0.0.1 is trusted, and not limited."""
    for name, address in store.state["addresses"].items():
        if name.startswith("till on the LAN"):
            return str(address)
    raise DemoError("This machine has no address on a network: no device can be played.")
