"""A database and a broker that fail where a seed says so, with the errors that their own libraries raise.

`python -m tests.integration.unsteady PACKAGE COMMAND` is a service as it is delivered, on such a database and broker.
"""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

SEED, NOTES, ABOUT = "INSIST_SEED", "INSIST_NOTES", "INSIST_ABOUT"
FULL = "insisting.full"


class Kind(StrEnum):
    """What befalls a transaction or a message."""

    BEGIN = "connection lost at begin"
    DEADLOCK = "deadlock"
    SERIALIZATION = "serialization failure"
    COMMIT = "connection lost before commit"
    ANSWER = "answer to commit lost"
    NACK = "message refused"
    PUBLISH = "connection lost before publish"
    CONFIRM = "connection lost before confirm"
    ACK = "connection lost before acknowledgement"


# of all occasions: transactions, statements, messages, batches
SHARE = {
    Kind.BEGIN: 0.05,
    Kind.DEADLOCK: 0.02,
    Kind.SERIALIZATION: 0.02,
    Kind.COMMIT: 0.05,
    Kind.ANSWER: 0.1,
    Kind.NACK: 0.05,
    Kind.PUBLISH: 0.05,
    Kind.CONFIRM: 0.1,
    Kind.ACK: 0.1,
}
# a process makes many transactions a second, some of its work takes a hundred in a row, and it does not stop at a few
LASTING = SHARE | {kind: SHARE[kind] / 10 for kind in list(Kind)[:5]}
GIVES_WAY = {Kind.DEADLOCK: "40P01", Kind.SERIALIZATION: "40001"}

Falls = Callable[[Kind], bool]


class Dice:
    """Says what fails, and notes it: under the same seed the same occasions fail."""

    def __init__(self, seed: str, notes: Path, about: str, shares: Mapping[Kind, float] = SHARE) -> None:
        self._shares = shares
        self._random = Random(f"{seed} {about}")
        self._notes, self._about = notes, about

    def falls(self, kind: Kind) -> bool:
        if self._random.random() >= self._shares[kind]:
            return False
        with self._notes.open("a") as notes:
            notes.write(f"{kind}\t{self._about}\n")
        return True


def install(falls: Falls) -> None:
    """Makes database and broker of this process unsteady; before a connection is made."""
    _transactions(falls)
    _publisher(falls)
    _acknowledgements(falls)


def _transactions(falls: Falls) -> None:
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg as Dialect

    begin, execute, commit = Dialect.do_begin, Dialect.do_execute, Dialect.do_commit

    def do_begin(self: Dialect, connection: Any) -> None:
        begin(self, connection)
        if falls(Kind.BEGIN):
            _lose(connection)

    def do_execute(self: Dialect, cursor: Any, *arguments: Any) -> None:
        for kind, state in GIVES_WAY.items():
            if falls(kind):
                cursor.connection.execute(f"do $$ begin raise sqlstate '{state}'; end $$")
        execute(self, cursor, *arguments)

    def do_commit(self: Dialect, connection: Any) -> None:
        if falls(Kind.COMMIT):
            _lose(connection)
        commit(self, connection)
        if falls(Kind.ANSWER):
            _lose(connection)

    Dialect.do_begin, Dialect.do_execute, Dialect.do_commit = do_begin, do_execute, do_commit


def _publisher(falls: Falls) -> None:
    import amqp

    from services.chassis.publisher import ConfirmingPublisher, Message

    plain = ConfirmingPublisher._send

    @wraps(plain)
    def send(self: ConfirmingPublisher, message: Message, timeout: float) -> int:
        if falls(Kind.PUBLISH):
            _cut(self._connection.sock)
        if falls(Kind.NACK):
            _declare_full(self._connection)
            message = Message(message.body, "", FULL, mandatory=True, headers=message.headers)
        tag = plain(self, message, timeout)
        if falls(Kind.CONFIRM):
            _cut(self._connection.sock)
        return tag

    def _declare_full(connection: amqp.Connection) -> None:
        with connection.channel() as channel:
            limits = {"x-max-length": 0, "x-overflow": "reject-publish"}
            channel.queue_declare(FULL, durable=True, auto_delete=False, arguments=limits)

    ConfirmingPublisher._send = send  # type: ignore[method-assign]


def _acknowledgements(falls: Falls) -> None:
    from services.chassis.intake import Intake

    plain = Intake._take

    @wraps(plain)
    def take(self: Intake, channel: Any, arrived: list[Any]) -> None:
        def acknowledge(*tag: Any, **how: Any) -> None:
            _cut(channel.connection.sock)
            channel.basic_ack(*tag, **how)

        plain(self, SimpleNamespace(basic_ack=acknowledge) if falls(Kind.ACK) else channel, arrived)

    Intake._take = take  # type: ignore[method-assign]


def _lose(connection: Any) -> None:
    """Raises what psycopg does when the line is cut."""
    wire = os.dup(connection.pgconn.socket)
    with socket.socket(fileno=wire) as line:
        _cut(line)
    connection.execute("select 1")


def _cut(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


def main() -> None:
    """Patches as the service itself would, before anything else is imported."""
    package = sys.argv.pop(1)
    from services.chassis import boot

    boot.patch()
    install(Dice(os.environ[SEED], Path(os.environ[NOTES]), os.environ[ABOUT], LASTING).falls)
    from services.chassis.main import main as run

    run(package)


if __name__ == "__main__":
    main()
