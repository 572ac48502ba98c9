"""A connection that only publishes, or that is paused, lives on."""

import time

import amqp
import pytest

from services.chassis import amqp_connection
from services.chassis.amqp_connection import connect, keep_alive
from tests.support import eventually

HEARTBEAT_S = 1


@pytest.fixture
def connection(vhost, monkeypatch):
    monkeypatch.setattr(amqp_connection, "HEARTBEAT_S", HEARTBEAT_S)
    with connect(vhost, "tests") as opened:
        yield opened


def test_a_connection_that_is_kept_alive_outlives_many_heartbeats(connection):
    until = time.monotonic() + 5 * HEARTBEAT_S

    def outlived():
        keep_alive(connection)
        return time.monotonic() > until

    eventually(outlived)
    assert connection.connected


def test_heartbeats_that_nobody_reads_count_as_silence(connection):
    def silent():
        try:
            connection.heartbeat_tick()
        except amqp.ConnectionForced:
            return True
        return False

    assert eventually(silent)
