"""PostgreSQL as the services use it: short transactions, advisory locks, notifications."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import eventlet
import psycopg
from eventlet.patcher import original
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy import exc as sql
from sqlalchemy.engine import make_url

from services.chassis.errors import Busy, DatabaseUnavailable, StorageFull

Tx = Connection

LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 15_000
CONNECT_TIMEOUT_S = 3


class Silence(BaseException):
    """The server says nothing for so long that it must be frozen: it cannot even be asked to roll back."""


# for how long it may say nothing, in this greenlet
SILENCE_S = ContextVar("silence_s", default=STATEMENT_TIMEOUT_MS / 1000 + 5)

# with one of these a commit is not yet on disk when it is answered
UNSAFE = text("""
    select name from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name
""")

# eventlet takes poll away
_select = original("select")

LOCKED_LOOK_S = 0.2
ONE_SNAPSHOT = text("set transaction isolation level repeatable read, read only")
_BUSY = {"55P03", "57014", "40P01", "40001", "53300"}
_FULL = "53100"
_LOST = ("08", "57P")
_TRANSLATED = (sql.DBAPIError, sql.TimeoutError, Silence)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Here a statement may take so long."""
    before = SILENCE_S.set(seconds)
    try:
        yield
    finally:
        SILENCE_S.reset(before)


class Database:
    """A pool of connections to one database under one role."""

    def __init__(self, url: str, *, name: str, pool_size: int = 10) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        options = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
        options += " -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
        # many short statements at once: compiling one (0.2 s), or helpers for it, costs more than it saves
        options += " -c jit=off -c max_parallel_workers_per_gather=0"
        # the server's own figure is that of turning disks: with it small tables are read whole (1.7 ms for 0.7)
        options += " -c random_page_cost=1.1"
        self._arguments = {
            "application_name": name,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": options,
            "keepalives_idle": 10,
        }
        self.engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            # statements in logs must not carry what customers told us
            hide_parameters=True,
            connect_args=self._arguments,
        )
        event.listen(self.engine, "checkout", _refuse_closed)

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """A transaction that commits at the end and rolls back on any error.

        Raises DatabaseUnavailable when the server is away, Busy when a lock, a connection or time ran out, StorageFull
        when its disk is.
        """
        try:
            with self._connection() as tx, tx.begin():
                yield tx
        except _TRANSLATED as error:
            raise translate(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[Tx]:
        """A transaction whose statements all see the same moment; it writes nothing. Raises as `transaction` does."""
        with self.transaction() as tx:
            tx.execute(ONE_SNAPSHOT)
            yield tx

    def in_batches(self, step: Callable[[Tx], int]) -> int:
        """Runs a step in transactions of its own until it finds nothing more to do; how much it did in all.

        Others get their turn between two steps.
        """
        total = 0
        while done := self._alone(step):
            total += done
            eventlet.sleep(0)
        return total

    def until_none(self, step: Callable[[Tx], int], left: Callable[[Tx], bool]) -> int:
        """Runs a step, which leaves out what others hold locked, in batches until nothing is left; how much in all."""
        total = self.in_batches(step)
        while self._alone(left):
            eventlet.sleep(LOCKED_LOOK_S)
            total += self.in_batches(step)
        return total

    def _alone(self, step: Callable[[Tx], int]) -> int:
        """In a transaction of its own."""
        with self.transaction() as tx:
            return step(tx)

    @contextmanager
    def single(self, name: str) -> Iterator[bool]:
        """Whether this process holds the store-wide lock `name`; it lasts to the end of the block."""
        try:
            with self._connection().execution_options(isolation_level="AUTOCOMMIT") as connection:
                held = connection.scalar(text("select pg_try_advisory_lock(hashtextextended(:n, 0))"), {"n": name})
                try:
                    yield bool(held)
                finally:
                    if held:
                        connection.execute(text("select pg_advisory_unlock(hashtextextended(:n, 0))"), {"n": name})
        except _TRANSLATED as error:
            raise translate(error) from error

    def lock(self, tx: Tx, name: str, *, shared: bool = False) -> None:
        """Waits for the advisory lock `name` and keeps it to the end of the transaction."""
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        tx.execute(text(f"select {function}(hashtextextended(:n, 0))"), {"n": name})

    def listen(self, channel: str, *, timeout: float) -> Iterator[dict[str, Any] | None]:
        """Notifications of a channel as they come, and None after each `timeout` seconds without one.

        Raises DatabaseUnavailable when the connection is lost: whoever listens has to look for itself again.
        """
        try:
            with psycopg.connect(self._dsn(), autocommit=True, **self._connection_arguments()) as connection:
                connection.execute(f'listen "{channel}"'.encode())
                yield None
                while True:
                    yield from (_payload(n.payload) for n in connection.notifies(timeout=timeout, stop_after=1))
                    yield None
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable from error

    def ping(self) -> None:
        """Raises DatabaseUnavailable unless the database answers."""
        with self.transaction() as tx:
            tx.execute(text("select 1"))

    def unsafe_settings(self) -> list[str]:
        """Settings of the server that would lose what was committed in a power cut."""
        with self.transaction() as tx:
            return list(tx.scalars(UNSAFE))

    def dispose(self) -> None:
        """Closes the pool."""
        self.engine.dispose()

    def _connection(self) -> Connection:
        """Raises DatabaseUnavailable where the server closes each connection as soon as it is made."""
        try:
            return self.engine.connect()
        except sql.InvalidRequestError as error:
            raise DatabaseUnavailable from error

    def _dsn(self) -> str:
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _connection_arguments(self) -> dict[str, Any]:
        return {"application_name": self._arguments["application_name"], "connect_timeout": CONNECT_TIMEOUT_S}


def notify(tx: Tx, channel: str, payload: dict[str, Any]) -> None:
    """Tells every listener of the channel, in any process of the store, once the transaction has committed."""
    tx.execute(text("select pg_notify(:c, :p)"), {"c": channel, "p": json.dumps(payload)})


def translate(error: BaseException) -> BaseException:
    """Our error for one of the driver's; the error itself where it is a defect of ours."""
    if isinstance(error, Silence):
        return DatabaseUnavailable()
    if isinstance(error, sql.TimeoutError):
        return Busy()
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if state in _BUSY:
        return Busy()
    if state == _FULL:
        return StorageFull()
    lost = isinstance(error, sql.DBAPIError) and error.connection_invalidated
    if lost or state.startswith(_LOST) or (isinstance(error, sql.OperationalError) and not state):
        return DatabaseUnavailable()
    return error


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Has the pool replace a connection that the server has closed; costs no round trip.

    An idle connection has nothing to read, unless it was closed, or the server is about to say why.
    """
    look = _select.poll()
    look.register(connection.pgconn.socket, _select.POLLIN)
    if look.poll(0):
        raise sql.DisconnectionError


def _payload(text_: str) -> dict[str, Any]:
    try:
        value = json.loads(text_ or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
