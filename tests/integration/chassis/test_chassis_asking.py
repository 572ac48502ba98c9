"""Questions by RPC, and messages that would end a service of nameko's own."""

import json
from collections.abc import Callable
from typing import Any

import amqp
import pytest
from chassis_system import Running, Sample, terminate

from services.chassis.rpc import RpcError, RpcTimeout, RpcUnavailable, call
from tests.support import eventually

EXCHANGE = "nameko-rpc"


def send(sample: Sample, body: str | bytes, *, method: str = "echo", **properties: Any) -> None:
    """A message for a method, as somebody would send it who does not know our rules."""
    with sample.channel() as channel:
        channel.confirm_select()
        channel.basic_publish_confirm(
            amqp.Message(body, **properties), exchange=EXCHANGE, routing_key=f"sample.{method}", timeout=10
        )


def echo(sample: Sample, word: str = "ab", **more: Any) -> Any:
    return call(sample.amqp, "sample", "echo", word=word, **more)


QUESTION = json.dumps({"args": [], "kwargs": {"word": "ab"}})

JSON = {"content_type": "application/json"}
ANSWERED = JSON | {"reply_to": "nobody"}
OF_KOMBU = {"__type__": "decimal", "__value__": "1E+999999999"}

STRANGE: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "no reply_to": (QUESTION, JSON),
    "a reply_to that is nobody's": (QUESTION, ANSWERED),
    "no JSON": ("{", ANSWERED),
    "no content type": (QUESTION, {}),
    "pickle": (b"\x80\x04N.", {"content_type": "application/x-python-serialize", "content_encoding": "binary"}),
    "said to be packed": (QUESTION, JSON | {"application_headers": {"compression": "application/x-gzip"}}),
    "a list": ("[1]", ANSWERED),
    "markers of kombu": (json.dumps({"args": [], "kwargs": {"word": OF_KOMBU}}), ANSWERED),
    "a header that is no context": (QUESTION, ANSWERED | {"application_headers": {"nameko.call_id_stack": 5}}),
    "ten megabytes": (json.dumps({"args": [], "kwargs": {"word": "x" * 10_000_000}}), JSON),
}


@pytest.mark.parametrize("case", STRANGE)
def test_no_message_ends_a_service(sample: Sample, worker: Running, case: str) -> None:
    body, properties = STRANGE[case]
    send(sample, body, **properties)
    assert echo(sample) == {"word": "ab"}
    eventually(lambda: sample.depth("rpc-sample") == 0)
    assert worker.process.alive()


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("echo", {}, "invalid_input"),
        ("echo", {"word": 1}, "invalid_input"),
        ("echo", {"word": "ab", "times": "twice"}, "invalid_input"),
        ("echo", {"word": "ab", "role": "manager"}, "invalid_input"),
        ("echo", {"word": "unknown"}, "not_found"),
        ("echo", {"word": "defect"}, "internal_error"),
    ],
)
def test_b15_a_refusal_has_its_code_on_the_other_side(
    sample: Sample, worker: Running, method: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(RpcError) as refused:
        call(sample.amqp, "sample", method, **arguments)
    assert refused.value.code == code
    assert "words that nobody" not in str(refused.value)


@pytest.mark.parametrize("method", ["_paused", "take_things", "app", "nothing_of_that_name"])
def test_b15_only_procedures_can_be_called(sample: Sample, worker: Running, method: str) -> None:
    with pytest.raises(RpcUnavailable):
        call(sample.amqp, "sample", method)
    assert echo(sample) == {"word": "ab"}


def test_a_call_ends_in_time_and_the_worker_answers_others_meanwhile(sample: Sample, worker: Running) -> None:
    with pytest.raises(RpcTimeout):
        call(sample.amqp, "sample", "call", timeout=1, word="slow", seconds=4)
    assert echo(sample) == {"word": "ab"}


def test_nobody_who_was_told_of_a_time_out_is_served_later(new_sample: Callable[[], Sample]) -> None:
    sample = new_sample()
    with sample.running("worker") as running:
        assert echo(sample) == {"word": "ab"}
        terminate(running)
    with pytest.raises(RpcTimeout):
        call(sample.amqp, "sample", "call", timeout=1, word="asked in vain")
    with sample.running("worker"):
        call(sample.amqp, "sample", "call", word="asked now")
        assert sample.rows("select word from calls where word like 'asked%'") == [("asked now",)]
