"""Doors and workers beside what fails: slow queries, no broker, no database, a port that is taken."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest
from chassis_system import Running, Sample, ask, ends

from tests.support import PATIENCE_S, eventually, free_port

# as many as the sample has connections
AT_ONCE = 5


def test_slow_queries_hold_up_nobody_else(door: Running) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        slow = [pool.submit(door.get, "/api/sample/slow?seconds=3") for _ in range(AT_ONCE)]
        assert door.get("/api/sample/nothing").status == 200
        assert not any(answer.done() for answer in slow)
        assert {answer.result().status for answer in slow} == {200}


def test_a_door_needs_no_broker(sample: Sample) -> None:
    with sample.running("door", STORE_AMQP_URL=f"amqp://nobody:nothing@127.0.0.1:{free_port()}/none") as door:
        before = sample.value("select count(*) from ticks")
        door.add("Sold")
        eventually(lambda: sample.value("select count(*) from ticks") > before)


def test_a_worker_waits_for_its_broker(sample: Sample) -> None:
    worker = sample.start("worker", STORE_AMQP_URL=f"amqp://nobody:nothing@127.0.0.1:{free_port()}/none")
    try:
        eventually(lambda: worker.logged("relay_waits"))
        health = eventually(worker.health)
        assert health.body == {"ok": True, "started": False, "wrong": []}
    finally:
        worker.process.stop()


@pytest.mark.parametrize("kind", ["door", "worker"])
def test_whatever_starts_before_its_database_waits_for_it(sample: Sample, kind: str) -> None:
    nobody = f"postgresql://sample:nothing@127.0.0.1:{free_port()}/none"
    started = sample.start(kind, STORE_DATABASE_URL=nobody)
    try:
        eventually(lambda: started.logged("waits_for_database"))
        assert started.process.alive()
    finally:
        started.process.stop()


def test_a_port_that_is_taken_is_refused(sample: Sample, door: Running) -> None:
    second = sample.start("door", STORE_DOOR_LISTEN=door.door.removeprefix("http://"))
    try:
        assert ends(second) != 0
        assert "in use" in second.log()
    finally:
        second.process.stop()
    assert door.get("/api/sample/nothing").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/sample/things/x/y", 404, "not_found"),
        ("DELETE", "/api/sample/nothing", 405, "method_not_allowed"),
        ("TRACE", "/api/sample/nothing", 405, "method_not_allowed"),
        ("GET", "/api/sample/broken", 500, "internal_error"),
        ("GET", "/api/sample/slow?seconds=x", 422, "invalid_input"),
        ("GET", "/api/sample/slow?other=1", 422, "invalid_input"),
    ],
)
def test_every_refusal_is_a_problem_that_tells_nothing_of_us(
    door: Running, method: str, path: str, status: int, code: str
) -> None:
    answer = ask(method, door.door + path)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "words that nobody" not in str(answer.body)
    assert ("Allow" in answer.headers) == (status == 405)


THING = b'{"name": "Sold"}'
POST = b"POST /api/sample/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(THING)
PATHS = ("%c0%ae%c0%ae/%c0%ae%c0%af", "%e0%80%af", "%f0%80%80%af", "%ff", "\udcc0\udcae", "%u002e", "%", "%zz", "%00")


def said(door: Running, sent: bytes) -> list[int]:
    """The statuses that a door answers to some bytes until it closes."""
    told = b""
    address = urlsplit(door.door)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as line:
        line.sendall(sent)
        while part := line.recv(65_536):
            told += part
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3})", told)]


@pytest.mark.parametrize("path", PATHS)
def test_d_an_address_that_is_no_utf_8_is_refused(door: Running, path: str) -> None:
    """An overlong spelling is not the character that it spells, least of all a dot or a slash."""
    sent = f"GET /api/sample/things/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert set(said(door, sent.encode(errors="surrogateescape"))) <= {400, 401, 404}
    assert door.get("/api/sample/nothing").status == 200


@pytest.mark.parametrize(
    ("expected", "statuses"), [("100-continue", [100, 201]), ("100-Continue", [100, 201]), ("200-maybe", [201])]
)
def test_d_a_body_that_waits_to_be_asked_for_is_asked_for(door: Running, expected: str, statuses: list[int]) -> None:
    assert said(door, POST + LENGTH + f"Expect: {expected}\r\n\r\n".encode() + THING) == statuses


def test_d_a_body_that_is_too_large_is_not_asked_for(door: Running) -> None:
    assert said(door, POST + b"Content-Length: 1100000\r\nExpect: 100-continue\r\n\r\n") == [413]


def test_what_must_be_single_is_left_to_whoever_holds_its_lock(sample: Sample, door: Running) -> None:
    ticks = "select count(*) from ticks"
    eventually(lambda: sample.value(ticks) > 0)
    with psycopg.connect(sample.database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('sample.ticker', 0))")
        before = sample.value(ticks)
        assert door.get("/api/sample/slow?seconds=1").status == 200
        assert sample.value(ticks) == before
    eventually(lambda: sample.value(ticks) > before)
