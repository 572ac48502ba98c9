"""Doors and workers beside what fails: slow queries, no broker, no database, a port that is taken."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from chassis_system import Running, Sample, ask, ends, free_port

from tests.support import eventually

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
        eventually(lambda: worker.logged("relay_waits"), within=30)
        health = worker.health()
        assert health is not None
        assert health.body == {"ok": True, "started": False, "wrong": []}
    finally:
        worker.process.stop()


@pytest.mark.parametrize("kind", ["door", "worker"])
def test_whatever_starts_before_its_database_waits_for_it(sample: Sample, kind: str) -> None:
    nobody = f"postgresql://sample:nothing@127.0.0.1:{free_port()}/none"
    started = sample.start(kind, STORE_DATABASE_URL=nobody)
    try:
        eventually(lambda: started.logged("waits_for_database"), within=30)
        assert started.process.alive()
    finally:
        started.process.stop()


def test_a_port_that_is_taken_is_refused(sample: Sample, door: Running) -> None:
    second = sample.start("door", STORE_DOOR_LISTEN=door.door.removeprefix("http://"))
    try:
        assert ends(second, within=30) != 0
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


def test_what_must_be_single_is_left_to_whoever_holds_its_lock(sample: Sample, door: Running) -> None:
    ticks = "select count(*) from ticks"
    eventually(lambda: sample.value(ticks) > 0)
    with psycopg.connect(sample.database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('sample.ticker', 0))")
        before = sample.value(ticks)
        assert door.get("/api/sample/slow?seconds=1").status == 200
        assert sample.value(ticks) == before
    eventually(lambda: sample.value(ticks) > before)
