"""Questions by RPC, and messages that would end a service of nameko's own."""

import json
from collections.abc import Callable
from typing import Any

import amqp
import pytest
from chassis_system import Running, Sample, terminate

from services.chassis.rpc import RpcError, RpcTimeout, RpcUnavailable, call
from tests.support import PATIENCE_S, eventually

EXCHANGE = "nameko-rpc"


def send(sample: Sample, body: str | bytes, *, method: str = "echo", **properties: Any) -> None:
    """A message for a method, as somebody would send it who does not know our rules."""
    with sample.channel() as channel:
        channel.confirm_select()
        channel.basic_publish_confirm(
            amqp.Message(body, **properties), exchange=EXCHANGE, routing_key=f"sample.{method}", timeout=10
        )


def asked(sample: Sample, method: str, **arguments: Any) -> Any:
    """The answer to a question, however long a busy machine takes to give it."""
    return call(sample.amqp, "sample", method, timeout=PATIENCE_S, **arguments)


def echo(sample: Sample) -> Any:
    return asked(sample, "echo", word="ab")


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
    "fifty megabytes": (json.dumps({"args": [], "kwargs": {"word": "x" * 50_000_000}}), JSON),
    "fifty megabytes that are no JSON": (b"[" * 50_000_000, ANSWERED),
}


@pytest.mark.parametrize("case", STRANGE)
def test_no_message_ends_a_service(sample: Sample, worker: Running, case: str) -> None:
    body, properties = STRANGE[case]
    send(sample, body, **properties)
    assert echo(sample) == {"word": "ab"}
    eventually(lambda: sample.depth("rpc-sample") == 0)
    assert worker.process.alive()


def test_d_two_questions_under_one_correlation_id_are_two_questions(sample: Sample, worker: Running) -> None:
    """Nothing is remembered of a question: whoever asks twice under an id is answered twice, and nobody else is."""
    words = ("ab", "cd", "ab")
    with sample.channel() as channel:
        queue = channel.queue_declare("", exclusive=True).queue
        channel.queue_bind(queue, EXCHANGE, routing_key=queue)
        for word in words:
            body = json.dumps({"args": [], "kwargs": {"word": word}})
            send(sample, body, **JSON, reply_to=queue, correlation_id="the-same")
        answers = [eventually(lambda: channel.basic_get(queue, no_ack=True)) for _ in words]
        assert channel.basic_get(queue) is None
    assert {answer.properties["correlation_id"] for answer in answers} == {"the-same"}
    assert sorted(json.loads(answer.body)["result"]["word"] for answer in answers) == sorted(words)
    assert echo(sample) == {"word": "ab"}


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
        asked(sample, method, **arguments)
    assert refused.value.code == code
    assert "words that nobody" not in str(refused.value)


@pytest.mark.parametrize("method", ["_paused", "take_things", "app", "nothing_of_that_name"])
def test_b15_only_procedures_can_be_called(sample: Sample, worker: Running, method: str) -> None:
    with pytest.raises(RpcUnavailable):
        call(sample.amqp, "sample", method)
    assert echo(sample) == {"word": "ab"}


def test_a_call_ends_in_time_and_the_worker_answers_others_meanwhile(sample: Sample, worker: Running) -> None:
    with pytest.raises(RpcTimeout):
        call(sample.amqp, "sample", "call", timeout=1, word="slow", seconds=12)
    assert echo(sample) == {"word": "ab"}
    assert sample.rows("select 1 from calls where word = 'slow'") == [], "it was answered afterwards"


def test_nobody_who_was_told_of_a_time_out_is_served_later(new_sample: Callable[[], Sample]) -> None:
    sample = new_sample()
    with sample.running("worker") as running:
        assert echo(sample) == {"word": "ab"}
        terminate(running)
    with pytest.raises(RpcTimeout):
        call(sample.amqp, "sample", "call", timeout=1, word="asked in vain")
    with sample.running("worker"):
        asked(sample, "call", word="asked now")
        assert sample.rows("select word from calls where word like 'asked%'") == [("asked now",)]
