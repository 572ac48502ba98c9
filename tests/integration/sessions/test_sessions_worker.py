"""The worker as a process of its own: facts come in, facts go out, questions are answered."""

import json
from functools import partial
from uuid import UUID

import amqp
import pytest
from sessions_processes import Neighbours, process
from sessions_store import body_of, sealed, settled

from services.chassis.amqp_connection import connect
from services.chassis.rpc import RpcError, call
from services.chassis.topology import Queue, declare
from services.sessions.events import QUEUES
from tests.support import PATIENCE_S, eventually

TOLD = Queue("sync.facts")


@pytest.fixture
def worker(store, vhost):
    neighbours = Neighbours()
    with connect(vhost, "tests") as connection:
        for queue in (*QUEUES, TOLD):
            declare(connection.channel(), queue)
    with process(store, "worker", neighbours, STORE_AMQP_URL=vhost):
        yield vhost
    neighbours.shutdown()
    neighbours.server_close()


def tell(vhost, event):
    with connect(vhost, "tests") as connection:
        connection.channel().basic_publish_confirm(amqp.Message(body_of(event), delivery_mode=2), "", "sessions.facts")


def heard(vhost):
    """What `sync` was told of the session so far."""
    with connect(vhost, "tests") as connection:
        channel, said = connection.channel(), []
        while message := channel.basic_get(TOLD.name):
            said.append(json.loads(message.body))
        return said


def test_s10_b21_a_session_is_sealed_settled_and_told_over_the_broker(store, worker):
    session_id = store.outage()
    tell(worker, settled(session_id, "synced"))
    tell(worker, sealed(session_id, 1))
    token = store.token("A1")
    eventually(lambda: store.sessions(token)[0]["status"] == "success")
    said = []

    def told_of_success():
        said.extend(heard(worker))
        return any(event["data"]["status"] == "success" for event in said)

    eventually(told_of_success)
    assert {event["type"] for event in said} == {"sessions.session_changed"}
    last = max(said, key=lambda event: event["aggregate_version"])
    assert (last["data"]["status"], last["data"]["orders"]) == ("success", 1)


def test_b15_other_services_ask_for_mode_and_sessions(store, worker):
    session_id = store.outage()
    ask = partial(call, worker, "sessions", timeout=PATIENCE_S)
    assert ask("mode")["mode"] == "online"
    page = ask("sessions", status="syncing")
    assert [item["session_id"] for item in page["items"]] == [session_id]
    one = ask("session", session_id=session_id)
    assert [entry["kind"] for entry in one["ledger"]] == ["session_opened", "session_closed"]
    with pytest.raises(RpcError) as refused:
        ask("session", session_id=str(UUID(int=1)))
    assert refused.value.code == "not_found"
