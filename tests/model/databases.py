"""Databases that are given back as they were: a clone for each example takes ten times as long."""

from typing import Any

import psycopg
from psycopg import sql

TABLES = "select tablename from pg_tables where schemaname = %s and tablename <> 'alembic_version' order by 1"


class Cleared:
    """One database a service, emptied as often as is asked for."""

    def __init__(self, server: Any, urls: dict[str, str]) -> None:
        self.urls = urls
        self._server = server
        self._migrated = {service: self._remember(service, "migrated") for service in urls}
        self._words = self._migrated

    def as_migrated(self) -> None:
        """Gives them back as their migrations left them, whatever was remembered since."""
        self._words = self._migrated
        self.clear()

    def remember(self) -> None:
        """What stands now is what they are given back as."""
        self._words = {service: self._remember(service, "opened") for service in self.urls}

    def clear(self) -> None:
        for service, words in self._words.items():
            with self._open(service) as connection:
                connection.execute(words)

    def _remember(self, service: str, under: str) -> sql.Composed:
        """Keeps what is in there; the words that put a database back to that."""
        with self._open(service) as connection:
            tables = [row[0] for row in connection.execute(TABLES, (service,))]
            names = {table: sql.Identifier(service, table) for table in tables}
            full = [table for table in tables if connection.execute(_any(names[table])).fetchone()]
            connection.execute(
                sql.SQL("drop schema if exists {0} cascade; create schema {0}").format(sql.Identifier(under))
            )
            for table in full:
                connection.execute(_copy(sql.Identifier(under, table), names[table]))
        everything = sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(names.values()))
        again = [_fill(names[table], sql.Identifier(under, table)) for table in full]
        return sql.SQL("; ").join([sql.SQL("set session_replication_role = replica"), everything, *again])

    def _open(self, service: str) -> psycopg.Connection[Any]:
        database = self.urls[service].rpartition("/")[2]
        address = self._server.url().rpartition("/")[0]
        return psycopg.connect(f"{address}/{database}", autocommit=True)


def _any(table: sql.Identifier) -> sql.Composed:
    return sql.SQL("select 1 from {} limit 1").format(table)


def _copy(into: sql.Identifier, table: sql.Identifier) -> sql.Composed:
    return sql.SQL("create table {} as table {}").format(into, table)


def _fill(table: sql.Identifier, source: sql.Identifier) -> sql.Composed:
    return sql.SQL("insert into {} table {}").format(table, source)
