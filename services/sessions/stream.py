"""The live stream: what changed, passed on to every page that listens."""

import json
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, cast

import eventlet
from eventlet.queue import Empty, LightQueue

from services.chassis.database import Database
from services.chassis.errors import Unavailable
from services.chassis.logs import get_logger
from services.sessions import metrics

log = get_logger()

CHANNEL = "changes"
KEEPALIVE_S = 10
QUEUE_SIZE = 1_000
RECONNECT_S = 1
EVERYTHING = {"what": "everything"}
REVOKED = {"what": "revocations"}

Note = dict[str, Any]


class Stream:
    """One listener on the database a process, however many pages hold a stream."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._pages: set[LightQueue] = set()
        self._listener: Any = None

    def follow(self, still_allowed: Callable[[], bool]) -> Iterator[bytes]:
        """Server-sent events until the page goes, or may no longer listen; the first one says: fetch everything."""
        queue = LightQueue(QUEUE_SIZE)
        self._pages.add(queue)
        metrics.STREAMS.set(len(self._pages))
        self._listen()
        try:
            yield _event(EVERYTHING)
            yield from self._notes(queue, still_allowed)
        finally:
            self._pages.discard(queue)
            metrics.STREAMS.set(len(self._pages))

    def _notes(self, queue: LightQueue, still_allowed: Callable[[], bool]) -> Iterator[bytes]:
        """Asks again whether the page may listen where something was revoked, and every few seconds."""
        checked = float("-inf")
        while True:
            note = _next(queue)
            if note == REVOKED or monotonic() - checked >= KEEPALIVE_S:
                if not still_allowed():
                    return
                checked = monotonic()
            yield _event(note) if note else b": keepalive\n\n"

    def _listen(self) -> None:
        if self._listener is None or self._listener.dead:
            self._listener = eventlet.spawn(self._pass_on)

    def _pass_on(self) -> None:
        while self._pages:
            try:
                for note in self._db.listen(CHANNEL, timeout=KEEPALIVE_S):
                    if note is not None:
                        self._send(note)
                    elif not self._pages:
                        return
            except Unavailable as error:
                log.warning("stream_waits", reason=error.code)
            eventlet.sleep(RECONNECT_S)
            self._send(EVERYTHING)

    def _send(self, note: Note) -> None:
        """A page that reads too slowly loses single notes: it fetches everything every few seconds in any case."""
        for queue in self._pages:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(note)


def _next(queue: LightQueue) -> Note | None:
    try:
        return cast("Note", queue.get(timeout=KEEPALIVE_S))
    except Empty:
        return None


def _event(note: Note) -> bytes:
    return f"event: changed\ndata: {json.dumps(note)}\n\n".encode()
