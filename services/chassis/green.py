"""How a green process waits for PostgreSQL: other greenlets go on, and no silence lasts for ever."""

from typing import Any

import psycopg.waiting
from eventlet.hubs import trampoline
from psycopg.waiting import READY_R, READY_W, WAIT_R, WAIT_RW, wait_selector

from services.chassis.database import SILENCE_S, Silence


def install() -> None:
    """Makes every connection of this process wait in eventlet's own way; psycopg's would hold up the whole process."""
    psycopg.waiting.wait = wait


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
