"""The door as a process of its own, without any broker."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from sessions_processes import Neighbours, ask, follow, process, put
from sessions_store import PINS, TILL, TILL_KEY

from tests.faults.pace import slowness
from tests.support import PATIENCE_S, eventually

UP = {"internet": "up", "head_office": "up"}
DOWN = {"internet": "down", "head_office": "down"}


@pytest.fixture
def neighbours():
    server = Neighbours()
    server.say("connectivity", UP)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def door(store, neighbours):
    with process(store, "door", neighbours) as address:
        yield address


def sign_in(door, staff_code="A1"):
    body = {"staff_code": staff_code, "pin": PINS[staff_code], "till_id": TILL, "till_key": TILL_KEY}
    return ask(f"{door}/api/sessions/sign-in", **body)["token"]


def mode(door, token):
    return ask(f"{door}/api/sessions/mode", token)


def orders_takes(neighbours, door, token):
    """`orders` takes the mode that stands, as its door does each second."""
    neighbours.say("mode-taken", {"mode": "", "mode_number": mode(door, token)["number"] + 1})


def test_s6_the_line_moves_the_mode_with_no_broker_at_all(door, neighbours):
    token = sign_in(door)
    neighbours.say("connectivity", DOWN)
    eventually(lambda: mode(door, token)["banner"]["kind"] == "blue")
    neighbours.say("connectivity", UP)
    eventually(lambda: mode(door, token)["mode"] == "online")


def test_s5_a_toggle_answers_when_orders_has_taken_the_mode(door, neighbours):
    token = sign_in(door)
    orders_takes(neighbours, door, token)
    turned = put(f"{door}/api/sessions/mode", token, on=True, reason="slow line")
    assert (turned["mode"], turned["taken"]) == ("offline", True)


def test_the_live_stream_says_what_changed_and_ends_with_the_shift(door, neighbours):
    token = sign_in(door)
    stream = follow(f"{door}/api/sessions/stream", token)
    assert next(stream) == {"what": "everything"}
    neighbours.say("connectivity", DOWN)
    said = []
    while not {"mode", "sessions"} <= {note["what"] for note in said}:
        note = next(stream)
        said += [note] if note else []
    sign_out(door, token)
    rest = [note for note in stream if note]
    assert all(note["what"] in {"revocations", "mode", "sessions"} for note in rest)


def test_t4_t39_the_live_stream_of_somebody_who_is_blocked_ends_within_seconds(door):
    manager = sign_in(door, "M1")
    stream = follow(f"{door}/api/sessions/stream", sign_in(door))
    assert next(stream) == {"what": "everything"}
    began = time.monotonic()
    put(f"{door}/api/sessions/staff/A1/block", manager, reason="left")
    assert all(note is None or note["what"] != "everything" for note in stream)
    assert time.monotonic() - began < 5 * slowness()


def sign_out(door, token):
    request = Request(f"{door}/api/sessions/sign-out", b"", {"Authorization": f"Bearer {token}"}, method="POST")
    return json.loads(urlopen(request, timeout=PATIENCE_S).read())


def test_the_stream_is_not_buffered_by_the_gateway(door):
    request = Request(f"{door}/api/sessions/stream", headers={"Authorization": f"Bearer {sign_in(door)}"})
    with urlopen(request, timeout=PATIENCE_S) as stream:
        assert stream.headers["X-Accel-Buffering"] == "no"
        assert stream.headers["Content-Type"] == "text/event-stream"


@pytest.mark.one_step
def test_b18_many_who_sign_in_at_once_hold_up_nobody_else(door):
    token = sign_in(door)

    def slowest_of_many_looks():
        slowest = 0.0
        for _ in range(20):
            started = time.monotonic()
            mode(door, token)
            slowest = max(slowest, time.monotonic() - started)
        return slowest

    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(sign_in, door)
        slowest = slowest_of_many_looks()
    assert slowest < 2 * slowness()


def test_s11_exports_stream_from_the_door(door):
    token = sign_in(door, "M1")
    for suffix in ("csv", "xlsx"):
        url = f"{door}/api/sessions/exports/offline-sessions.{suffix}"
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=PATIENCE_S) as answer:
            assert answer.status == 200
            assert len(answer.read()) > 100
