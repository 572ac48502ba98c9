"""What the document of the API says is so: schemathesis, all of its checks, through the gateway."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.runner.services import SERVICES
from deploy.runner.settings import RunSettings
from deploy.runner.system import System
from tests.support import PATIENCE_S, eventually, memory_of, own_ports

SEED = "20260415"
EXAMPLES = 10
AT_LEAST = 2000
# no measure of speed: who waits longer hangs
ANSWERED_WITHIN_S = 10
REPORT = "report.json"
PIN = "274918"
# of a door in all those requests; what it loads and opens at first is part of it
MOST_GROWTH = 40 * 2**20

# what a schema has no word for: that digits pass as a card number (Luhn)
CONFIGURATION = """
[[operations]]
include-path = [
    "/api/orders/orders", "/api/orders/quotes", "/api/orders/held-carts",
    "/api/orders/orders/{order_id}/corrections", "/api/orders/customers/{customer_id}",
]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""

# of the operations; others name an order or a session, which no chance finds
REACHED_AT_LEAST = 50

# a stream has no end, and who signs out cannot go on
NOT_ASKED = "/stream|/sign-out"


@pytest.fixture(scope="module")
def untidied() -> Iterator[System]:
    """A store of its own: what is tried here changes its mode, staff and tills."""
    with tempfile.TemporaryDirectory(prefix="store-document-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        ports = own_ports(Path(folder) / "own-ports.json")
        with System(RunSettings(folder=Path(folder) / "run", lan=False, **ports)) as system:
            system.wait_ready()
            yield system


@pytest.fixture(scope="module")
def token(untidied: System) -> str:
    """A manager's, at a paired till."""
    staff_code, code = untidied.first_manager().split()
    known = {"staff_code": staff_code, "pin": PIN}
    with httpx2.Client(base_url=untidied.plan.addresses()["till"], trust_env=False, timeout=PATIENCE_S) as http:
        http.post("/api/sessions/pin", json={"staff_code": staff_code, "code": code, "pin": PIN}).raise_for_status()
        manager = http.post("/api/sessions/sign-in", json=known).json()["token"]
        http.headers["Authorization"] = f"Bearer {manager}"
        till = eventually(lambda: heard(http.post("/api/orders/tills", json={"name": "Document"})))
        at_till = known | {name: till[name] for name in ("till_id", "till_key")}
        # not often: who tries many times in a row is locked out
        signed_in = eventually(lambda: heard(http.post("/api/sessions/sign-in", json=at_till)), every=1)
        return str(signed_in["token"])


def heard(answer: httpx2.Response) -> Any:
    """What was answered; None while word of a prefix or a till is still on its way."""
    return answer.json() if answer.is_success else None


def schemathesis(store: System, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    run = ["--config-file", str(configuration), "run", f"{store.plan.addresses()['till']}/api/openapi.json"]
    fixed = ["--seed", SEED, "--generation-database", "none", "--no-shrink", "--warnings", "off"]
    return subprocess.run(
        [str(Path(sys.executable).parent / "schemathesis"), "--no-color", *run, *fixed, *words],
        cwd=folder,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def reached(folder: Path) -> set[str]:
    """Operations that took a request, or refused one for what it says: neither unknown nor unauthorised."""
    rates = json.loads((folder / REPORT).read_text())["valid_rates"]
    words = ("accepted", "conflicts", "rejected")
    return {name for name, phases in rates.items() if any(phase[word] for phase in phases.values() for word in words)}


def memory(doors: dict[str, int | None]) -> Counter[str]:
    return Counter({door: memory_of(pid) for door, pid in doors.items()})


def doors_of(store: System) -> dict[str, int | None]:
    return {service: store.pid(f"{service}.door") for service in SERVICES}


def test_what_the_document_says_of_every_operation_is_so(untidied: System, token: str, tmp_path: Path) -> None:
    doors = doors_of(untidied)
    held = memory(doors)
    done = schemathesis(
        untidied,
        tmp_path,
        "--phases=coverage,fuzzing,stateful",
        "--checks=all",
        f"--max-response-time={ANSWERED_WITHIN_S}",
        f"--max-examples={EXAMPLES}",
        f"--report-json-path={REPORT}",
        "--continue-on-failure",
        f"--exclude-path-regex={NOT_ASKED}",
        f"--header=Authorization: Bearer {token}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = re.search(r"(\d+) generated", done.stdout)
    assert tried is not None
    assert int(tried[1]) >= AT_LEAST
    # a run of 401s and 404s shows nothing
    assert len(reached(tmp_path)) >= REACHED_AT_LEAST
    assert doors_of(untidied) == doors
    # what was asked leaves nothing behind
    assert {door: grown for door, grown in (memory(doors) - held).items() if grown > MOST_GROWTH} == {}


def test_b18_without_a_token_every_operation_that_asks_for_one_refuses(untidied: System) -> None:
    # those who try it for others are not asked to wait
    with httpx2.Client(base_url=untidied.plan.addresses()["till"], trust_env=False, timeout=PATIENCE_S) as anyone:
        document = anyone.get("/api/openapi.json")
        assert document.is_success, document.text
        closed = [
            (method.upper(), re.sub("{.*?}", "0", path))
            for path, item in document.json()["paths"].items()
            for method, operation in item.items()
            if "security" in operation
        ]
        assert closed
        answers = {where: anyone.request(*where).status_code for where in closed}
    assert answers == dict.fromkeys(closed, HTTPStatus.UNAUTHORIZED)
