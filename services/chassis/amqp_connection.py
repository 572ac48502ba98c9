"""Connections to the broker that end when they should."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import amqp
from kombu.utils.url import parse_url

from services.chassis.errors import Unavailable

HEARTBEAT_S = 20
CONNECT_TIMEOUT_S = 5
READ_S = 0.01

BROKER_ERRORS: tuple[type[Exception], ...] = (amqp.AMQPError, OSError, TimeoutError)
# what is away comes back: loops wait for it
AWAY: tuple[type[Exception], ...] = (*BROKER_ERRORS, Unavailable)


@contextmanager
def connect(uri: str, name: str) -> Iterator[amqp.Connection]:
    """An open connection. After an error its socket is thrown away, for a closing handshake could hang."""
    parts = parse_url(uri)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port'] or 5672}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"] or "/",
        heartbeat=HEARTBEAT_S,
        connect_timeout=CONNECT_TIMEOUT_S,
        client_properties={"connection_name": name},
    )
    try:
        connection.connect()
        yield connection
    except BaseException:
        connection.collect()
        raise
    else:
        connection.close()


def account(uri: str) -> str | None:
    """Whose connection it is."""
    name: str | None = parse_url(uri)["userid"]
    return name


def keep_alive(connection: amqp.Connection) -> None:
    """Reads the broker's heartbeats and sends ours, on a connection from which nobody else reads for a while.

    Raises ConnectionForced when the broker has been silent for too long; heartbeats that nobody reads are silence too.
    """
    with suppress(TimeoutError):
        connection.drain_events(timeout=READ_S)
    connection.heartbeat_tick()
