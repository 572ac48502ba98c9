"""What can befall a fact on its way to the broker: no queue, a full one, a blocked broker, a dead one."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import amqp
import eventlet
import pytest
from chassis_system import Running, Sample

from deploy.runner.rabbitmq import RabbitMQ
from services.chassis import intake
from services.chassis.amqp_connection import connect
from services.chassis.intake import Deaf, Intake
from services.chassis.topology import Queue, declare
from tests.integration.chassis.sample.events import THINGS
from tests.support import eventually

FULL = Queue("sample.small", max_length=1)
KEPT = "select convert_from(body, 'UTF8') from inbox_failures where dead order by 1"


def held_up(sample: Sample, queue: str) -> str | None:
    """Why the outbox still holds a fact for a queue."""
    found = sample.rows(f"select error from outbox where queue = '{queue}' and published_at is null and attempts > 0")
    return str(found[0][0]) if found else None


def deafen(broker: RabbitMQ, sample: Sample, queue: str) -> None:
    """Leaves a queue as one is that was declared a moment before its broker lost its power."""
    name = f"{sample.amqp.rpartition('/')[2]}_{queue}"
    broker.control("eval", f"ra:stop_server(quorum_queues, {{'{name}', node()}}).")


@contextmanager
def blocked(broker: RabbitMQ) -> Iterator[None]:
    """A broker whose disk is said to be full: it takes nothing from publishers."""
    broker.control("set_disk_free_limit", "900GB")
    try:
        yield
    finally:
        broker.control("set_disk_free_limit", "50MB")


def test_a_missing_queue_holds_up_only_what_is_for_it(sample: Sample, door: Running, worker: Running) -> None:
    both = door.add("Blue", to=["sample.missing", "sample.things"])
    eventually(lambda: sample.times(both) == 1)
    assert eventually(lambda: held_up(sample, "sample.missing")) == "unroutable"
    missing = Queue("sample.missing")
    sample.declare(missing)
    eventually(lambda: sample.depth(missing.name) == 1)


def test_a_full_queue_holds_up_only_what_is_for_it(sample: Sample, door: Running, worker: Running) -> None:
    sample.declare(FULL)
    untried = f"select 1 from outbox where queue = '{FULL.name}' and published_at is null and attempts = 0"
    told = 0
    # the limit of a quorum queue is not exact
    while held_up(sample, FULL.name) != "refused":
        told += len([door.add("Blue", to=[FULL.name]) for _ in range(3)])
        assert told < 200
        eventually(lambda: held_up(sample, FULL.name) == "refused" or not sample.rows(untried))
    other = door.add("Other")
    eventually(lambda: sample.times(other) == 1)
    with sample.channel() as channel:
        for _ in range(told):
            eventually(lambda: channel.basic_get(FULL.name, no_ack=True))


def test_f_a_blocked_broker_stops_no_door_and_what_was_sold_meanwhile_goes_when_it_can(
    sample: Sample, door: Running, worker: Running, broker: RabbitMQ
) -> None:
    with blocked(broker):
        sold = [door.add(f"Sold {n}") for n in range(5)]
        eventually(lambda: worker.logged("publish_failed") or worker.logged("relay_waits"))
        assert [sample.times(thing) for thing in sold] == [0] * 5
    eventually(lambda: [sample.times(thing) for thing in sold] == [1] * 5)


def test_f_a_broker_that_was_killed_stops_no_door_and_its_worker_goes_on_by_itself(
    sample: Sample, door: Running, worker: Running, broker: RabbitMQ
) -> None:
    # a quorum queue that was declared a moment ago is deaf after a crash: the broker is told to note it down now
    broker.control("eval", "mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].")
    broker.kill()
    sold = [door.add(f"Sold {n}") for n in range(5)]
    eventually(lambda: worker.logged("relay_waits"))
    broker.start()
    eventually(lambda: [sample.times(thing) for thing in sold] == [1] * 5)
    assert worker.process.alive()


def test_f_a_queue_that_is_there_and_answers_nobody_is_made_anew(
    new_sample: Callable[[], Sample], broker: RabbitMQ
) -> None:
    sample = new_sample()
    with sample.running("door") as door:
        with sample.running("worker"):
            first = door.add("Blue")
            eventually(lambda: sample.times(first) == 1)
        deafen(broker, sample, THINGS.name)
        with sample.running("worker") as worker:
            second = door.add("Green")
            eventually(lambda: sample.times(second) == 1)
            assert worker.logged("queue_made_anew")


def test_f_a_queue_of_dead_letters_that_answers_nobody_is_made_anew_and_facts_go_on(
    new_sample: Callable[[], Sample], broker: RabbitMQ
) -> None:
    sample = new_sample()
    with sample.running("door") as door, sample.running("worker") as worker:
        first = door.add("Blue")
        eventually(lambda: sample.times(first) == 1)
        deafen(broker, sample, THINGS.dead)
        eventually(lambda: worker.logged("queue_is_deaf"))
        second = door.add("Green")
        eventually(lambda: sample.times(second) == 1)
        eventually(lambda: made_anew(worker) == [THINGS.dead])
        sample.declare(THINGS)
        sample.publish(THINGS.dead, b"a letter")
        eventually(lambda: sample.rows(KEPT) == [("a letter",)])


def test_f_a_queue_that_was_declared_by_hand_without_its_limit_is_made_anew(
    new_sample: Callable[[], Sample],
) -> None:
    sample = new_sample()
    with sample.channel() as channel:
        channel.queue_declare("sample.things", durable=True, auto_delete=False)
    with sample.running("door") as door, sample.running("worker") as worker:
        thing = door.add("Blue")
        eventually(lambda: sample.times(thing) == 1)
        assert worker.logged("queue_made_anew")


def test_f_letters_in_a_queue_that_was_declared_by_hand_are_kept_and_so_is_what_waits_to_be_taken(
    new_sample: Callable[[], Sample],
) -> None:
    """The queue of dead letters is made anew, and no other."""
    sample = new_sample()
    with sample.channel() as channel:
        channel.queue_declare(THINGS.dead, durable=True, auto_delete=False)
        channel.queue_declare(THINGS.name, durable=True, auto_delete=False, arguments=THINGS.arguments())
    sample.publish(THINGS.dead, b"a letter")
    sample.publish(THINGS.name, b"what waits")
    with sample.running("worker") as worker:
        eventually(lambda: sample.rows(KEPT) == [("a letter",), ("what waits",)])
        assert made_anew(worker) == [THINGS.dead]
    sample.declare(THINGS)


def test_f_letters_are_kept_also_where_their_queue_is_silent_at_first(
    vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue that is made anew because it stands there otherwise, which only a deaf one may lose."""
    plain, silences, kept = Intake._next_letter, [True], list[bytes]()

    def next_letter(self: Intake, channel: amqp.Channel) -> amqp.Message | None:
        if silences:
            silences.pop()
            raise Deaf(self.queue.dead)
        return plain(self, channel)

    monkeypatch.setattr(Intake, "_next_letter", next_letter)
    with connect(vhost, "tests") as connection:
        channel = connection.channel()
        channel.queue_declare(THINGS.dead, durable=True, auto_delete=False)
        channel.basic_publish(amqp.Message(b"a letter", delivery_mode=2), routing_key=THINGS.dead)
    taking: Any = intake_of(vhost)
    taking._inbox = SimpleNamespace(keep_dead=lambda body, _sender, _why: kept.append(body))
    with pytest.raises(Deaf) as silent, connect(vhost, "tests") as connection:
        taking._declare(connection)
    taking._heard_nothing(silent.value.queue)
    with pytest.raises(amqp.PreconditionFailed), connect(vhost, "tests") as connection:
        taking._declare(connection)
    assert kept == [b"a letter"]


def test_f_dead_letters_are_looked_at_though_messages_never_cease(vhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = itertools.count()

    def collect(_: Intake, _connection: amqp.Connection, arrived: list[amqp.Message]) -> None:
        assert next(turns) < 1_000
        time.sleep(0.01)
        arrived.append(amqp.Message(b"one more"))

    monkeypatch.setattr(Intake, "_collect", collect)
    monkeypatch.setattr(Intake, "_take", lambda _, _channel, arrived: arrived.clear())
    monkeypatch.setattr(intake, "BUSY_FOR_S", 0.3)
    with connect(vhost, "tests") as connection:
        declare(connection.channel(), THINGS)
        taking: Any = intake_of(vhost)
        taking._consume(connection)
    assert next(turns) > 1


def made_anew(worker: Running) -> list[str]:
    """The queues that a process made anew."""
    lines = [json.loads(line) for line in worker.log().splitlines() if '"queue_made_anew"' in line]
    return [line["queue"] for line in lines]


def test_f_a_broker_that_refuses_something_else_costs_a_channel_and_no_message(
    vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an acknowledgement that it does not expect, or a consumer that took too long: also a failed precondition."""
    channels = list[amqp.Channel]()

    def take(_: Intake, channel: amqp.Channel, arrived: list[amqp.Message]) -> None:
        channels.append(channel)
        arrived.clear()
        channel.basic_ack(999)

    monkeypatch.setattr(Intake, "_take", take)
    # never paused, and sockets of this process wait for nobody else
    monkeypatch.setattr(Intake, "_is_paused", lambda _: bool(eventlet.sleep(0)))
    monkeypatch.setattr(intake, "RECONNECT_S", 0.05)
    taking = eventlet.spawn(intake_of(vhost)._run)
    with connect(vhost, "tests") as connection:
        declare(connection.channel(), THINGS)
        connection.channel().basic_publish(amqp.Message(b"what waits", delivery_mode=2), routing_key=THINGS.name)
        with eventlet.Timeout(30):
            while len(channels) < 3:
                eventlet.sleep(0.05)
    taking.kill()
    eventually(lambda: waiting(vhost) == 1)


def intake_of(uri: str) -> Intake:
    """An intake outside of a process."""
    made: Any = Intake(THINGS)
    made.container = SimpleNamespace(service_name="sample")
    made._uri = uri
    return made  # type: ignore[no-any-return]


def waiting(uri: str) -> int:
    with connect(uri, "tests") as connection:
        return int(connection.channel().queue_declare(THINGS.name, passive=True).message_count)
