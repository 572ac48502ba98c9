"""How a green process waits for PostgreSQL and for names: other greenlets go on, and no silence lasts for ever."""

import ipaddress
import socket
from functools import wraps
from typing import Any

import eventlet.green.socket
import psycopg.waiting
from eventlet import tpool
from eventlet.hubs import trampoline
from eventlet.semaphore import Semaphore
from psycopg.waiting import READY_R, READY_W, WAIT_R, WAIT_RW, wait_selector

from services.chassis.database import SILENCE_S, Silence

MOST_LOOK_UPS = 2


def install() -> None:
    """Makes every connection of this process wait in eventlet's own way; psycopg's would hold up the whole process.

    So would the system's resolver: a name server that does not answer may take half a minute.
    """
    psycopg.waiting.wait = wait
    socket.getaddrinfo = eventlet.green.socket.getaddrinfo = _beside(socket.getaddrinfo)


def wait(gen: Any, fileno: int, interval: float = 0.0, timeout: float | None = None) -> Any:
    """What psycopg's own functions of this name do, at half their price.

    Raises Silence when the server is silent for longer than a statement may take: it is frozen, or its machine is gone.
    """
    if timeout is not None:
        return wait_selector(gen, fileno, interval, timeout)
    try:
        wanted = next(gen)
        if wanted == WAIT_RW:
            # there is nearly always room for what is sent
            wanted = gen.send(READY_W)
        while True:
            reads = wanted == WAIT_R
            trampoline(fileno, read=reads, write=not reads, timeout=SILENCE_S.get(), timeout_exc=Silence)
            wanted = gen.send(READY_R if reads else READY_W)
    except StopIteration as done:
        return done.value


def _beside(look_up: Any) -> Any:
    """The same in a thread, for names that have to be asked for; others need threads as well."""
    few = Semaphore(MOST_LOOK_UPS)

    @wraps(look_up)
    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        if _is_known(host):
            return look_up(host, *arguments, **named)
        with few:
            return tpool.execute(look_up, host, *arguments, **named)

    return getaddrinfo


def _is_known(host: Any) -> bool:
    if host in (None, "", "localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
