"""From a door to an effect: typed routes, relay, queue, intake, RPC, states, commands."""

from chassis_system import Running, Sample, ends, terminate

from services.chassis.rpc import call
from tests.support import PATIENCE_S, eventually


def test_a_fact_goes_from_the_door_to_its_effect(sample: Sample, door: Running, worker: Running) -> None:
    thing = door.add("Blue")
    eventually(lambda: sample.times(thing) == 1)


def test_b15_a_service_answers_over_rpc(sample: Sample, worker: Running) -> None:
    assert call(sample.amqp, "sample", "echo", timeout=PATIENCE_S, word="ab", times=2) == {"word": "abab"}


def test_processes_end_in_order(sample: Sample) -> None:
    for kind in ("door", "worker"):
        with sample.running(kind) as running:
            terminate(running)
            assert ends(running) == 0, running.log()
