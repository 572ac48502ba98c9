"""Connections to the broker that end when they should."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import amqp
from kombu.utils.url import parse_url

from services.chassis.errors import Unavailable

HEARTBEAT_S = 20
CONNECT_TIMEOUT_S = 5
READ_S = 0.01
PLAIN_PORT, TLS_PORT = 5672, 5671

BROKER_ERRORS: tuple[type[Exception], ...] = (amqp.AMQPError, OSError, TimeoutError)
# what is away comes back: loops wait for it
AWAY: tuple[type[Exception], ...] = (*BROKER_ERRORS, Unavailable)


@contextmanager
def connect(uri: str, name: str) -> Iterator[amqp.Connection]:
    """An open connection. After an error its socket is thrown away, for a closing handshake could hang.

    By `amqps` the broker has to prove its name, see `proof`.
    """
    proven_by = proof(uri)
    parts = _parts(uri)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port'] or (PLAIN_PORT if proven_by is None else TLS_PORT)}",
        ssl=proven_by or False,
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


def proof(uri: str) -> dict[str, Any] | None:
    """By what a broker at an `amqps` address proves to be itself; None for one in clear.

    Its certificate has to hold its name, and be signed by an authority of the file `?cacertfile=…`, or else by one that
    this machine trusts.
    """
    parts = urlsplit(uri)
    if parts.scheme != "amqps":
        return None
    authorities = parse_qs(parts.query).get("cacertfile", [None])[-1]
    return {"server_hostname": parts.hostname, "cert_reqs": ssl.CERT_REQUIRED, "ca_certs": authorities}


def without_query(uri: str) -> str:
    """The address alone, as libraries take it."""
    return urlsplit(uri)._replace(query="").geturl()


def account(uri: str) -> str | None:
    """Whose connection it is."""
    name: str | None = _parts(uri)["userid"]
    return name


def keep_alive(connection: amqp.Connection) -> None:
    """Reads the broker's heartbeats and sends ours, on a connection from which nobody else reads for a while.

    Raises ConnectionForced when the broker has been silent for too long; heartbeats that nobody reads are silence too.
    """
    with suppress(TimeoutError):
        connection.drain_events(timeout=READ_S)
    connection.heartbeat_tick()


def _parts(uri: str) -> dict[str, Any]:
    parts: dict[str, Any] = parse_url(without_query(uri))
    return parts
