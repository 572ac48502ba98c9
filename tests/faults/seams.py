"""Places at which a service can be struck: after every commit, publish, acknowledgement and reply, and before most.

They are found by the way the chassis is used, not written down: a new transaction is a new point by itself. A point is
armed by a file with its name; the first process that reaches it takes the file and is struck.
"""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

WRITES = re.compile(r"\b(insert into|update|delete from)\b", re.IGNORECASE)
SKIPPED = ("contextlib", "services.chassis.database", __name__)
# to the process
SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}
# to its connection to the database: nothing passes any more, or what is sent arrives and no answer comes back
CUTS = {"cut": socket.SHUT_RDWR, "deaf": socket.SHUT_RD}


class Seams:
    """The points of one process."""

    def __init__(self, folder: Path, process: str) -> None:
        self._process = process
        self._armed, self._struck = folder / "armed", folder / "struck"
        self._seen_file = folder / "seen" / process
        self._seen: set[str] = set()

    def reach(self, name: str, tx: Any = None) -> None:
        """Says that the process is at this point, in a transaction or none; it may not get beyond it."""
        point = f"{self._process}:{name}"
        if point not in self._seen:
            self._seen.add(point)
            with self._seen_file.open("a") as seen:
                seen.write(f"{point}\n")
        with suppress(FileNotFoundError):
            (self._armed / point).rename(self._struck / point)
            _strike((self._struck / point).read_text(), tx)

    def install(self) -> None:
        """Puts the seams into the chassis and the port; before a service is built."""
        self._transactions()
        self._broker()
        self._head_office()
        self._replies()

    def _transactions(self) -> None:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        from services.chassis.database import Database

        plain = Database.transaction

        @event.listens_for(Engine, "before_cursor_execute")
        def note_write(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            connection.info["writes"] = connection.info.get("writes") or bool(WRITES.search(statement))

        @contextmanager
        def transaction(self_: Database) -> Iterator[Any]:
            where = _caller(sys._getframe(1))
            with plain(self_) as tx:
                tx.info["writes"] = False
                yield tx
                writes = tx.info["writes"]
                if writes:
                    self.reach(f"{where}.before_commit", tx)
            if writes:
                self.reach(f"{where}.after_commit")

        Database.transaction = transaction  # type: ignore[method-assign, assignment]

    def _broker(self) -> None:
        import amqp

        from services.chassis.publisher import ConfirmingPublisher

        self._around(ConfirmingPublisher, "_send", "publish", before=False)
        self._around(ConfirmingPublisher, "publish", "confirm", before=False)
        self._around(amqp.Channel, "basic_ack", "ack", by_caller=True)

    def _head_office(self) -> None:
        from services.head_office.http import HttpHeadOffice

        for name in ("send_order", "order", "lookup", "cancel", "put_customer", "put_session"):
            self._around(HttpHeadOffice, name, f"head_office.{name}")

    def _replies(self) -> None:
        from services.chassis import http

        plain = http.answer

        @wraps(plain)
        def answer(service: str, spec: Any, *arguments: Any) -> Any:
            response = plain(service, spec, *arguments)
            if spec.method != "GET":
                self.reach(f"reply.{spec.function.__name__}")
            return response

        http.answer = answer

    def _around(self, owner: type, name: str, label: str, *, before: bool = True, by_caller: bool = False) -> None:
        plain: Callable[..., Any] = getattr(owner, name)

        @wraps(plain)
        def around(*arguments: Any, **named: Any) -> Any:
            where = f"{label}.{_caller(sys._getframe(1))}" if by_caller else label
            if before:
                self.reach(f"{where}.before")
            result = plain(*arguments, **named)
            self.reach(f"{where}.after")
            return result

        setattr(owner, name, around)


def _strike(how: str, tx: Any) -> None:
    if how in SIGNALS:
        os.kill(os.getpid(), SIGNALS[how])
    else:
        wire = os.dup(tx.connection.dbapi_connection.pgconn.socket)
        with socket.socket(fileno=wire) as connection:
            connection.shutdown(CUTS[how])


def _caller(frame: FrameType | None) -> str:
    """Module and function in which a transaction begins."""
    while frame is not None and frame.f_globals.get("__name__") in SKIPPED:
        frame = frame.f_back
    if frame is None:
        return "nowhere"
    module = frame.f_globals.get("__name__", "").removeprefix("services.")
    return f"{module}.{frame.f_code.co_qualname}".replace(".<locals>", "").replace("<lambda>", "lambda")


class Armoury:
    """The driver's side of the seams: arms points, and learns of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("armed", "struck", "seen"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def seen(self) -> set[str]:
        """Every point that some process has reached."""
        files = [file.read_text().splitlines() for file in (self.folder / "seen").iterdir()]
        return {point for lines in files for point in lines}

    def arm(self, point: str, strike: str = "kill") -> None:
        """Has the next process that reaches the point struck there, once."""
        (self.folder / "struck" / point).unlink(missing_ok=True)
        waiting = self.folder / point
        waiting.write_text(strike)
        waiting.rename(self.folder / "armed" / point)

    def struck(self, point: str) -> bool:
        return (self.folder / "struck" / point).exists()

    def disarm(self) -> None:
        """Takes back the points that were not reached."""
        for file in (self.folder / "armed").iterdir():
            file.unlink(missing_ok=True)
