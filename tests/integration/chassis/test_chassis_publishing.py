"""What can befall a fact on its way to the broker: no queue, a full one, a blocked broker, a dead one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis_system import Running, Sample

from deploy.runner.rabbitmq import RabbitMQ
from services.chassis.topology import Queue
from tests.support import eventually

FULL = Queue("sample.small", max_length=1)
SOON_S = 40


def held_up(sample: Sample, queue: str) -> str | None:
    """Why the outbox still holds a fact for a queue."""
    found = sample.rows(f"select error from outbox where queue = '{queue}' and published_at is null and attempts > 0")
    return str(found[0][0]) if found else None


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
    eventually(lambda: sample.depth(missing.name) == 1, within=SOON_S)


def test_a_full_queue_holds_up_only_what_is_for_it(sample: Sample, door: Running, worker: Running) -> None:
    sample.declare(FULL)
    told = 0
    # the limit of a quorum queue is not exact
    while held_up(sample, FULL.name) != "refused":
        told += len([door.add("Blue", to=[FULL.name]) for _ in range(3)])
        assert told < 200
    other = door.add("Other")
    eventually(lambda: sample.times(other) == 1)
    with sample.channel() as channel:
        for _ in range(told):
            eventually(lambda: channel.basic_get(FULL.name, no_ack=True), within=SOON_S)


def test_f_a_blocked_broker_stops_no_door_and_what_was_sold_meanwhile_goes_when_it_can(
    sample: Sample, door: Running, worker: Running, broker: RabbitMQ
) -> None:
    with blocked(broker):
        sold = [door.add(f"Sold {n}") for n in range(5)]
        eventually(lambda: worker.logged("publish_failed") or worker.logged("relay_waits"), within=SOON_S)
        assert [sample.times(thing) for thing in sold] == [0] * 5
    eventually(lambda: [sample.times(thing) for thing in sold] == [1] * 5, within=SOON_S)


def test_f_a_broker_that_was_killed_stops_no_door_and_its_worker_goes_on_by_itself(
    sample: Sample, door: Running, worker: Running, broker: RabbitMQ
) -> None:
    # a quorum queue that was declared a moment ago is deaf after a crash: the broker is told to note it down now
    broker.control("eval", "mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].")
    broker.kill()
    sold = [door.add(f"Sold {n}") for n in range(5)]
    eventually(lambda: worker.logged("relay_waits"), within=SOON_S)
    broker.start()
    eventually(lambda: [sample.times(thing) for thing in sold] == [1] * 5, within=90)
    assert worker.process.alive()


def test_f_a_queue_that_is_there_and_answers_nobody_is_made_anew(
    new_sample: Callable[[], Sample], broker: RabbitMQ
) -> None:
    """As a quorum queue is that was declared a moment before its broker lost its power."""
    sample = new_sample()
    with sample.running("door") as door:
        with sample.running("worker"):
            first = door.add("Blue")
            eventually(lambda: sample.times(first) == 1)
        queue = f"{sample.amqp.rpartition('/')[2]}_sample.things"
        broker.control("eval", f"ra:stop_server(quorum_queues, {{'{queue}', node()}}).")
        with sample.running("worker") as worker:
            second = door.add("Green")
            eventually(lambda: sample.times(second) == 1, within=90)
            assert worker.logged("queue_made_anew")


def test_f_a_queue_that_was_declared_by_hand_without_its_limit_is_made_anew(
    new_sample: Callable[[], Sample],
) -> None:
    sample = new_sample()
    with sample.channel() as channel:
        channel.queue_declare("sample.things", durable=True, auto_delete=False)
    with sample.running("door") as door, sample.running("worker") as worker:
        thing = door.add("Blue")
        eventually(lambda: sample.times(thing) == 1, within=60)
        assert worker.logged("queue_made_anew")
