"""Where a feed is kept until its last line has come: temporary tables, which end with their connection."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy import exc as sql

from services.catalog.domain.datasets import Dataset
from services.catalog.store.rows import COLUMNS, TABLES, Row
from services.chassis.database import Database, Silence, Tx, patience, translate
from services.chassis.errors import DatabaseUnavailable

SWAP_TIMEOUT_S = 900


class Staging:
    """The staged rows of one feed."""

    def __init__(self, connection: Connection, dataset: Dataset) -> None:
        self._connection = connection
        self._tables = TABLES[dataset]
        with connection.begin():
            for table in self._tables:
                like = f"select {', '.join(COLUMNS[table])} from {table} limit 0"  # noqa: S608  names of our own columns
                connection.execute(text(f"create temp table staged_{table} as {like}"))
            connection.execute(text("create temp table staged_gone (key text)"))

    def write(self, rows: Iterable[Row], gone: Iterable[str]) -> None:
        """Adds a batch of rows, and keys of what is to be deleted."""
        by_table: dict[str, list[tuple[Any, ...]]] = {table: [] for table in self._tables}
        for row in rows:
            by_table[row.table].append(row.values)
        with self._connection.begin():
            for table, values in by_table.items():
                self._copy(f"staged_{table} ({', '.join(COLUMNS[table])})", values)
            self._copy("staged_gone (key)", [(key,) for key in gone])

    @contextmanager
    def swap(self) -> Iterator[Tx]:
        """The transaction in which the staged rows take the place of the held ones."""
        with patience(SWAP_TIMEOUT_S + 5), self._connection.begin():
            for table in (*self._tables, "gone"):
                self._connection.execute(text(f"analyze staged_{table}"))
            # two data sets swap one after the other, and a million records take minutes
            for limit in ("statement_timeout", "lock_timeout"):
                self._connection.execute(text(f"set local {limit} = '{SWAP_TIMEOUT_S}s'"))
            yield self._connection

    def _copy(self, target: str, values: list[tuple[Any, ...]]) -> None:
        if not values:
            return
        driver = self._connection.connection.driver_connection
        with driver.cursor().copy(f"copy {target} from stdin") as copy:  # type: ignore[union-attr]
            for row in values:
                copy.write_row(row)


@contextmanager
def staging(db: Database, dataset: Dataset) -> Iterator[Staging]:
    """Staging tables for one feed; the connection is given up afterwards, and they with it.

    Raises DatabaseUnavailable or Busy as a transaction does.
    """
    try:
        with db.engine.connect() as connection:
            try:
                yield Staging(connection, dataset)
            finally:
                connection.invalidate()
    except (sql.DBAPIError, sql.TimeoutError, Silence) as error:
        raise translate(error) from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error
