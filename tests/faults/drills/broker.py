"""A broker that dies, stands still, fills up, forgets, or holds what nobody can read."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import amqp
import psycopg

from deploy.runner import installation
from deploy.runner.broker_accounts import VHOST
from deploy.runner.broker_admin import EVERYTHING
from deploy.runner.database_roles import DATABASE
from deploy.runner.rabbitmq import ADMIN
from tests.faults.rounds import Drill
from tests.faults.world import NotHeld, World

FACTS = ("sync.orders", "sync.facts", "catalog.facts", "orders.outcomes", "sessions.facts")
CONSUMERS = ("sync.worker", "catalog.worker")
# for how long, in ms, the broker waits for an acknowledgement, and how often it looks
ALLOWED, LOOKS, IMPATIENT = "consumer_timeout", "channel_tick_interval", (2_000, 1_000)
GET, SET = "application:get_env(rabbit, {})", "application:set_env(rabbit, {}, {})"
SERVICES = ("catalog", "orders", "sync", "sessions")
# each with a number of its own: the same bytes are the same letter
UNREADABLE = (
    ("\x80\x04nonsense %d", "application/x-python-serialize"),
    ('{"a": %d', "application/json"),
    ('{"__type__": "decimal", "__value__": "1E+999999999", "n": %d}', "application/json"),
    ("[" * 10_000 + "%d", "application/json"),
)


@contextmanager
def channel(world: World) -> Iterator[amqp.Channel]:
    """A channel of the administrator's; its connection is gone afterwards."""
    plan = world.system.plan
    with plan.broker.admin as admin:
        admin.permit(VHOST, ADMIN, EVERYTHING)
    connection = amqp.Connection(
        f"127.0.0.1:{plan.broker.ports.amqp}",
        ADMIN,
        plan.vault.broker_administrator(),
        virtual_host=VHOST,
        connect_timeout=5,
    )
    connection.connect()
    try:
        yield connection.channel()
    finally:
        connection.collect()


def given_to_one_that_dies(world: World, queue: str) -> int:
    """How many messages of a queue a consumer was given before it died with none of them acknowledged."""
    given = list[amqp.Message]()
    with channel(world) as to, suppress(TimeoutError):
        to.basic_qos(0, 500, False)
        to.basic_consume(queue, callback=given.append)
        while True:
            to.connection.drain_events(timeout=0.2)
    return len(given)


def waiting(world: World, queue: str) -> int:
    """How many messages stand in a queue."""
    with channel(world) as to:
        return to.queue_declare(queue, passive=True).message_count


def killed(world: World) -> bool:
    return world.kill("rabbitmq")


def away(world: World) -> bool:
    """For a while, with orders that go on being sold."""
    with world.system.stopped("rabbitmq"):
        world.sell(60)
    return True


def silent(world: World) -> None:
    """Longer than a confirm is waited for."""
    with world.frozen("rabbitmq"):
        world.sell(60)
        late = "select count(*) from orders.outbox where attempts > 0"
        world.seen("a confirm is late", lambda: world.sql(late)[0][0], within=20)


def still_for_long(world: World) -> bool:
    """For longer than two heartbeats: whoever waits for its word goes on, or makes a new connection."""
    with world.frozen("rabbitmq"):
        world.sell(60)
        world.pause(2 * world.heartbeat_s + 5)
    return True


def alarm(world: World) -> None:
    """Too little room on its disk: it takes nothing, and says nothing; for so long that much is put off."""
    control = world.system.plan.broker.control
    control("set_disk_free_limit", "900GB")
    try:
        world.seen("the alarm", lambda: "disk" in control("eval", "rabbit_alarm:get_alarms()."), within=15)
        world.sell(60)
        world.pause(20)
    finally:
        control("set_disk_free_limit", "1GB")


def too_slow(world: World) -> None:
    """A consumer holds messages for longer than the broker allows, and loses its channel: all come once more."""
    log = world.system.plan.folder / "rabbitmq" / "log" / "broker.log"
    usual, began = _patience(world), log.stat().st_size
    try:
        _be_patient(world, *IMPATIENT)
        world.kill(*CONSUMERS)
        world.system.wait_ready(*CONSUMERS)
        with psycopg.connect(world.system.plan.postgres.url(database=DATABASE)) as db:
            db.execute("lock table sync.inbox, catalog.inbox in exclusive mode")
            world.sell(20)
            world.seen("a channel is closed", lambda: "has timed out waiting" in _since(log, began), within=30)
    finally:
        _be_patient(world, *usual)
        world.kill(*CONSUMERS)


def _patience(world: World) -> tuple[int, int]:
    asked = f"{{{GET.format(ALLOWED)}, {GET.format(LOOKS)}}}."
    allowed, looks = re.findall(r"{ok,(\d+)}", world.system.plan.broker.control("eval", asked))
    return int(allowed), int(looks)


def _be_patient(world: World, allowed: int, looks: int) -> None:
    world.system.plan.broker.control("eval", f"{SET.format(ALLOWED, allowed)}, {SET.format(LOOKS, looks)}.")


def _since(log: Path, began: int) -> str:
    return log.read_bytes()[began:].decode(errors="replace")


def disk_lost(world: World) -> bool:
    """Its data are gone, with all that waited; the accounts are made anew, as each start does."""
    plan = world.system.plan
    with world.outage():
        world.sell(40)
        with world.system.stopped("rabbitmq"):
            shutil.rmtree(plan.folder / "rabbitmq" / "data")
        world.system.wait_ready("rabbitmq")
        installation.prepare_broker(plan.broker.admin, plan.vault)
        world.sell(10)
    return True


def purged(world: World) -> bool:
    """Emptied by hand, then deleted, while orders wait."""
    with world.outage():
        world.sell(30)
        with channel(world) as by_hand:
            gone = by_hand.queue_purge("sync.orders")
            world.sell(10)
            by_hand.queue_delete("sync.orders")
        world.sell(10)
    return bool(gone)


def no_dead_letter_queue(world: World) -> None:
    queues = [f"{queue}.dead" for queue in FACTS]
    with channel(world) as by_hand:
        for queue in queues:
            by_hand.queue_delete(queue)
    poison(world)
    for service in SERVICES:
        world.system.restart(f"{service}.worker")
    world.system.wait_ready(*(f"{service}.worker" for service in SERVICES))
    with world.system.plan.broker.admin as admin:
        there = admin.queues(VHOST)
    if missing := set(queues) - set(there):
        raise NotHeld(f"queues of dead letters are made anew, and not {missing}")


def poison(world: World) -> bool:
    """What nobody can read, on every queue; on those of questions also one that names nobody to answer."""
    with channel(world) as to:
        for queue in FACTS:
            for text, kind in UNREADABLE:
                body = (text % len(world.poison)).encode()
                world.poison.add(hashlib.sha256(body).hexdigest())
                to.basic_publish(amqp.Message(body, content_type=kind), "", queue)
        for service in SERVICES:
            body = json.dumps({"args": [], "kwargs": {}}).encode()
            for kind in ("application/json", "application/x-python-serialize"):
                to.basic_publish(amqp.Message(body, content_type=kind), "nameko-rpc", f"{service}.status")
        world.sell(20)
    return True


DRILLS = (
    Drill("F16a", "the broker is killed", killed, 40),
    Drill("F16b", "the broker is away while sixty orders are sold", away, 40, sells=60),
    Drill("F6", "confirms come late, or never: the broker stands still", silent, 10, sells=60),
    Drill("F21a", "the broker stands still for longer than two heartbeats", still_for_long, 30, sells=60),
    Drill("F21b", "a consumer takes longer than the broker allows", too_slow, 30, sells=20),
    Drill("F17", "the broker's disk alarm blocks every publisher", alarm, 20, sells=60),
    Drill("F18", "the broker's data are deleted while orders wait", disk_lost, 60, sells=50),
    Drill("F20", "a queue is purged, then deleted, while orders wait", purged, 60, sells=50),
    Drill("F22", "what nobody can read, on every queue", poison, 5, sells=20),
    Drill("F19", "the queues of dead letters are gone when poison comes", no_dead_letter_queue, 40, sells=20),
)
