"""What can befall a fact on its way from the queue to its effect: poison, defects, doubles, a kill in between."""

import json
import signal
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from chassis_system import STORE_ID, Running, Sample

from deploy.runner.environment import PROJECT
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from tests.integration.chassis.sample.events import THINGS, thing_added
from tests.integration.chassis.sample.service import BROKEN
from tests.support import eventually

MANY = 400


def told(name: str, *, thing: UUID | None = None, version: int = 1, store_id: str = STORE_ID) -> Event:
    """A fact as the relay would publish it."""
    event = thing_added(thing or new_id(), name, version)
    return replace(event, id=new_id(), store_id=store_id, occurred_at=datetime.now(UTC))


def letters(sample: Sample) -> list[dict[str, Any]]:
    """Dead letters, as the service's own command lists them."""
    return [json.loads(line) for line in command(sample, "list").splitlines()]


def command(sample: Sample, *words: str, status: int = 0) -> str:
    done = subprocess.run(
        sample.command("dead-letters", *words),
        cwd=PROJECT,
        env=sample.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


POISON: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe{}",
    "another shape": b"[1, 2]",
    "another store": encode(told("Blue", store_id="S999")).encode(),
    "no id": json.dumps({"type": "sample.thing_added", "version": 1, "data": {}}).encode(),
    "an id that is none": encode(told("Blue")).replace('"id":"', '"id":"x', 1).encode(),
    "deeper than anyone reads": b"[" * 100_000,
    "more than can be meant": b'{"data":"' + b"x" * 10_000_000 + b'"}',
}


def test_poison_of_any_kind_becomes_a_dead_letter_and_holds_up_no_neighbour(sample: Sample, worker: Running) -> None:
    before, good = len(letters(sample)), []
    for body in POISON.values():
        sample.publish(THINGS.name, body, content_type="application/json")
        good.append(told("Good"))
        sample.tell(THINGS.name, good[-1])
    eventually(lambda: [sample.times(event.aggregate_id) for event in good] == [1] * len(good))
    eventually(lambda: len(letters(sample)) == before + len(POISON), every=0.5)
    eventually(lambda: sample.depth(THINGS.name) == 0)
    assert worker.process.alive()


def test_a_fact_that_comes_twice_has_its_effect_once(sample: Sample, worker: Running) -> None:
    event, after = told("Blue"), told("After")
    sample.tell(THINGS.name, event, event, after, event)
    eventually(lambda: sample.times(after.aggregate_id) == 1)
    eventually(lambda: sample.depth(THINGS.name) == 0)
    assert sample.times(event.aggregate_id) == 1


def test_facts_in_the_wrong_order_end_in_the_latest(sample: Sample, worker: Running) -> None:
    thing = new_id()
    sample.tell(THINGS.name, told("Blue", thing=thing, version=2), told("Blue", thing=thing, version=1))
    eventually(lambda: sample.times(str(thing)) == 2)
    assert sample.value(f"select version from effects where thing_id = '{thing}'") == 2


def test_what_its_handler_cannot_take_is_tried_again_later_then_kept_for_a_person(
    sample: Sample, worker: Running
) -> None:
    bad, good = told(BROKEN), told("Good")
    sample.tell(THINGS.name, bad, good)
    eventually(lambda: sample.times(good.aggregate_id) == 1)
    of_bad = f"from inbox_failures where event_id = '{bad.id}'"
    assert eventually(lambda: sample.rows(f"select dead {of_bad}")) == [(False,)]
    sample.rows(f"update inbox_failures set attempts = 5, due_at = now() where event_id = '{bad.id}' returning 1")
    eventually(lambda: sample.value(f"select dead {of_bad}"))
    [letter] = [found for found in letters(sample) if found["event_id"] == str(bad.id)]
    assert (letter["consumer"], letter["error"]) == (THINGS.name, "ValueError")
    assert "words that nobody" not in json.dumps(letter)

    mended = encode(replace(bad, data={"name": "Mended"})).encode().hex()
    sample.rows(f"update inbox_failures set body = '\\x{mended}' where event_id = '{bad.id}' returning 1")
    assert "1 will be tried again" in command(sample, "replay", str(letter["id"]))
    eventually(lambda: sample.times(bad.aggregate_id) == 1)
    assert sample.rows(f"select 1 {of_bad}") == []


def test_t30_what_the_broker_gave_up_is_listed_with_its_sender(sample: Sample, worker: Running) -> None:
    event, account = told("Given up"), urlsplit(sample.amqp).username
    sample.publish(THINGS.dead, encode(event), content_type="application/json", user_id=account)
    of_event = f"from inbox_failures where event_id = '{event.id}'"
    eventually(lambda: sample.rows(f"select 1 {of_event}"))
    [letter] = [found for found in letters(sample) if found["event_id"] == str(event.id)]
    assert (letter["sender"], letter["error"]) == (account, "given up by the broker")


def test_t25_t30_a_letter_that_may_never_be_taken_in_says_so_when_it_is_replayed(
    sample: Sample, worker: Running
) -> None:
    sample.tell(THINGS.name, event := told("Foreign", store_id="S999"))
    size = len(encode(event))
    [letter] = eventually(lambda: [found for found in letters(sample) if found["size"] == size], every=0.5)
    said = command(sample, "replay", str(letter["id"]), status=1)
    assert said.splitlines() == ["0 will be tried again", f"{letter['id']} may never be taken in: another store"]
    assert sample.times(event.aggregate_id) == 0


def test_a_letter_that_is_not_there_is_not_replayed(sample: Sample, worker: Running) -> None:
    assert "0 will be tried again" in command(sample, "replay", "999999")


def test_a_letter_that_tells_nothing_is_put_aside_and_kept_with_the_reason(sample: Sample, worker: Running) -> None:
    sample.publish(THINGS.name, b"\x00 nothing of ours", content_type="application/json")
    [letter] = eventually(lambda: [found for found in letters(sample) if found["size"] == len(b"\x00 nothing of ours")])
    assert "It is put aside" in command(sample, "put-aside", str(letter["id"]), "sent by a stranger")
    assert letter["id"] not in [found["id"] for found in letters(sample)]
    kept = sample.rows(f"select error, dead, due_at = 'infinity' from inbox_failures where id = {letter['id']}")
    assert kept == [("put aside: sent by a stranger", False, True)]
    assert "0 will be tried again" in command(sample, "replay", str(letter["id"]))


@pytest.mark.parametrize("kills", [3])
def test_b9_a_worker_that_is_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    sample: Sample, kills: int
) -> None:
    events = [told("Sold") for _ in range(MANY)]
    sample.declare()
    sample.tell(THINGS.name, *events)
    ids = ", ".join(f"'{event.aggregate_id}'" for event in events)
    done = f"select count(*) from effects where thing_id in ({ids})"
    for n in range(kills):
        with sample.running("worker") as running:
            eventually(lambda least=n * 60: sample.value(done) > least, every=0.005)
            running.process.signal(signal.SIGKILL)
    with sample.running("worker"):
        eventually(lambda: sample.value(done) == MANY)
        eventually(lambda: sample.depth(THINGS.name) == 0)
    assert sample.value(f"select max(times) from effects where thing_id in ({ids})") == 1
