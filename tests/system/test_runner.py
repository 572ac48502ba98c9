"""A whole store as `make run` starts it: open, told of what happens to it, and there again after anything ends."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.runner.environment import PROJECT, base
from deploy.runner.process import descendants, runs
from deploy.runner.settings import RunSettings
from deploy.runner.state import AlreadyRunning, running
from deploy.runner.system import System
from tests.faults.pace import slowness
from tests.support import PATIENCE_S, eventually, own_ports

EVERY_PROCESS = [
    *(f"{service}.{kind}" for service in ("catalog", "orders", "sync", "sessions") for kind in ("door", "worker")),
    *("postgres", "rabbitmq", "nginx", "head_office"),
]
# as /proc/net writes 127.0.0.1, ::1 and ::ffff:127.0.0.1
LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
LISTENS = "0A"


@pytest.fixture
def http(store: System) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=store.plan.addresses()["till"], trust_env=False, timeout=PATIENCE_S) as client:
        yield client


def told_by(store: System) -> dict[str, Any] | None:
    """What it tells of itself while it is open; it writes that down a moment after it has become so."""
    told = running(store.plan.settings.folder)
    return told if told and told["open"] else None


def test_every_process_runs_and_says_so(store: System) -> None:
    store.wait_ready()
    told = eventually(lambda: told_by(store))
    assert told is not None
    assert sorted(told["processes"]) == sorted(EVERY_PROCESS)
    assert all(runs(process["pid"]) for process in told["processes"].values())


def test_t32_only_the_gateway_is_heard_beyond_this_machine(store: System) -> None:
    store.wait_ready()
    told = eventually(lambda: told_by(store))
    assert told is not None
    heard = {name: set(_listens_at(process["pid"])) for name, process in told["processes"].items()}
    abroad = {(name, port) for name, sockets in heard.items() for address, port in sockets if address not in LOOPBACK}
    assert abroad == {("nginx", store.plan.https)}
    assert {name for name, sockets in heard.items() if sockets} >= {"nginx", "postgres", "rabbitmq", "orders.door"}


def _listens_at(pid: int) -> Iterator[tuple[str, int]]:
    """Address and port of every socket at which a process, or one that it started, is called."""
    own = {opened for one in (pid, *descendants(pid)) for opened in _opened_by(one)}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and f"socket:[{fields[9]}]" in own:
                address, _, port = fields[1].partition(":")
                yield address, int(port, 16)


def _opened_by(pid: int) -> set[str]:
    """What a process has open; nothing of one that has ended meanwhile, as PostgreSQL's and nginx's helpers do."""
    opened = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                opened.add(str(file.readlink()))
    return opened


@pytest.mark.parametrize("words", [("orders", "verify"), ("sessions", "verify"), ("sync", "dead-letters", "list")])
def test_b3_a_command_of_a_service_is_run_in_the_store(store: System, words: tuple[str, ...]) -> None:
    done = run_runner(store, "service", *words)
    assert done.returncode == 0, done.stderr


def test_a_service_that_does_not_run_is_named(store: System) -> None:
    done = run_runner(store, "service", "till", "verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert "its services are catalog, orders, sync, sessions" in done.stderr


def run_runner(store: System, *words: str) -> subprocess.CompletedProcess[str]:
    told = base() | {"EDGE_FOLDER": str(store.plan.settings.folder)}
    command = [sys.executable, "-m", "deploy.runner", *words]
    return subprocess.run(command, env=told, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)


def test_the_api_is_described_in_one_document(http: httpx2.Client) -> None:
    document = http.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert {path.split("/")[2] for path in document["paths"]} == {"catalog", "orders", "sync", "sessions"}
    assert not any(path.startswith("/state/") for path in document["paths"])


@pytest.mark.parametrize("service", ["catalog", "orders", "sync", "sessions"])
def test_b18_every_door_answers_by_the_gateway_and_asks_who_one_is(http: httpx2.Client, service: str) -> None:
    nothing = http.get(f"/api/{service}/nothing-of-that-name")
    assert (nothing.status_code, nothing.json()["code"]) == (HTTPStatus.NOT_FOUND, "not_found")
    paths = http.get("/api/openapi.json").json()["paths"]
    closed = next(
        p
        for p, item in paths.items()
        if p.startswith(f"/api/{service}/") and "security" in item.get("get", {}) and "{" not in p
    )
    assert http.get(closed).status_code == HTTPStatus.UNAUTHORIZED


def test_b18_a_till_on_the_lan_trusts_the_stores_authority(store: System) -> None:
    context = ssl.create_default_context(cafile=str(store.plan.certificates.authority))
    with httpx2.Client(verify=context, trust_env=False, timeout=PATIENCE_S) as till:
        assert till.get(f"https://localhost:{store.plan.https}/api/openapi.json").status_code == HTTPStatus.OK


def test_b19_the_first_manager_is_given_a_one_time_code(store: System) -> None:
    staff_code, code = store.first_manager().split()
    assert staff_code
    assert len(code) >= 6


def test_t4_t10_a_shift_that_ends_ends_in_every_door_within_five_seconds(store: System, http: httpx2.Client) -> None:
    """The doors themselves ask `sessions` what they must refuse; nothing is told to them here."""
    store.wait_ready()
    staff_code, code = store.first_manager().split()
    known = {"staff_code": staff_code, "pin": "274918"}
    http.post("/api/sessions/pin", json=known | {"code": code}).raise_for_status()
    shift, stays = ({"Authorization": f"Bearer {begun(http, known)}"} for _ in range(2))
    doors = {
        "orders": "/api/orders/mode",
        "catalog": "/api/catalog/products",
        "sync": "/api/sync/status",
        "sessions": "/api/sessions/me",
    }
    assert {http.get(path, headers=shift).status_code for path in doors.values()} == {HTTPStatus.OK}
    http.post("/api/sessions/sign-out", headers=shift).raise_for_status()
    ended = time.monotonic()
    eventually(lambda: {http.get(path, headers=shift).status_code for path in doors.values()} == {401})
    assert time.monotonic() - ended < 5 * slowness()
    assert {http.get(path, headers=stays).status_code for path in doors.values()} == {HTTPStatus.OK}


def begun(http: httpx2.Client, known: dict[str, str]) -> str:
    """The token of a shift that begins."""
    return str(http.post("/api/sessions/sign-in", json=known).raise_for_status().json()["token"])


def test_a_second_runner_in_the_folder_finds_the_first(store: System) -> None:
    with pytest.raises(AlreadyRunning) as refused:
        System(store.plan.settings)
    assert refused.value.state is not None
    assert refused.value.state["addresses"]["till"] == store.plan.addresses()["till"]
    second = run_runner(store, "up")
    assert "runs already" in second.stdout
    assert store.plan.addresses()["till"] in second.stdout
    end = store.plan.certificates.end()
    assert end is not None
    assert refused.value.state["certificate_ends"] == end.isoformat()
    assert f"The gateway's certificate lasts until {end:%d.%m.%Y}" in second.stdout


@pytest.mark.parametrize("name", ["orders.door", "sync.worker", "nginx", "postgres", "rabbitmq", "head_office"])
def test_what_is_killed_comes_back(store: System, http: httpx2.Client, name: str) -> None:
    store.wait_ready()
    before = store.pid(name)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: store.pid(name) not in (None, before))
    store.wait_ready()
    assert http.get("/api/orders/nothing").status_code == HTTPStatus.NOT_FOUND


def test_what_is_stopped_stays_so_until_it_is_wanted_again(store: System, http: httpx2.Client) -> None:
    store.wait_ready()
    with store.stopped("catalog.door", "rabbitmq"):
        assert http.get("/api/catalog/nothing").status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert http.get("/api/orders/nothing").status_code == HTTPStatus.NOT_FOUND
    store.wait_ready()
    assert http.get("/api/catalog/nothing").status_code == HTTPStatus.NOT_FOUND


def test_t36_no_secret_stands_in_a_command_line_an_environment_or_a_log(store: System) -> None:
    store.wait_ready()
    secrets = [needle for file in store.plan.vault.place.iterdir() if file.is_file() for needle in needles(file)]
    assert len(secrets) > len(EVERY_PROCESS)
    proc = [Path(f"/proc/{store.pid(name)}/{part}") for name in EVERY_PROCESS for part in ("cmdline", "environ")]
    logs = [file for file in store.plan.folder.rglob("*.log*") if file.is_file()]
    assert {"orders.door.log", "sync.worker.log"} <= {file.name for file in logs}
    assert not [file for file in (*proc, *logs) for s in secrets if s in file.read_text(errors="replace")]


def needles(file: Path) -> list[str]:
    """What would give a secret away: all of a word, each full line of a key."""
    lines = file.read_text().split()
    return [line for line in lines if len(line) >= 16 and "-----" not in line]


def test_a_runner_that_was_killed_leaves_nothing_behind_and_the_next_start_finds_all_data(store_folder: Path) -> None:
    # the first of all stores would have a port that others take while it is dead
    ports = own_ports(store_folder / "killed-ports.json")
    settings = RunSettings(folder=store_folder / "killed", lan=False, **ports)
    told = base() | {"EDGE_FOLDER": str(settings.folder), "EDGE_LAN": "false"}
    told |= {f"EDGE_{name.upper()}": str(port) for name, port in ports.items()}
    words = [sys.executable, "-m", "deploy.runner", "up"]
    with subprocess.Popen(words, cwd=PROJECT, env=told, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        assert next(line for line in runner.stdout if "is open" in line).startswith("Store S001 is open")
        assert next(line for line in runner.stdout if line.startswith("  broker version ")).split()[2] == "RabbitMQ"
        first = running(settings.folder)
        runner.kill()
    assert first is not None
    pids = [process["pid"] for process in first["processes"].values()]
    eventually(lambda: not any(runs(pid) for pid in pids))
    assert running(settings.folder) is None
    token = (settings.folder / "secrets" / "head-office-token").read_text()

    with System(settings) as second:
        assert second.plan.addresses()["till"] == first["addresses"]["till"]
        assert second.plan.vault.head_office_token() == token
        assert second.first_manager().split()[0] == "M001"
        with second.plan.broker.admin as admin:
            assert "sync.orders" in admin.queues("store")
    assert running(settings.folder) is None
