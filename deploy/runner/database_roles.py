"""What each service may do in the store's database.

A schema `NAME` belongs to the role `NAME_owner`, which migrates it. The service logs in as `NAME`: it reads and writes
rows there, and neither changes a table nor sees another service's.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import LiteralString

import psycopg
from psycopg import sql

DATABASE = "store"
POWERS = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS")

Password = Callable[[str], str]


def owner(service: str) -> str:
    """The role that owns a service's schema."""
    return f"{service}_owner"


def roles(services: Iterable[str]) -> list[str]:
    """All roles of these services."""
    return [role for service in services for role in (service, owner(service))]


def install(superuser_url: str, database: str, services: Iterable[str], password: Password) -> None:
    """Makes roles, database and schemas, or mends their rights; `password` tells a role's."""
    services = tuple(services)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for service in services:
            for role in (service, owner(service)):
                _create_role(connection, role, service, password(role))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        for statement in database_rights(database, services):
            connection.execute(statement)
    with psycopg.connect(superuser_url, dbname=database) as connection:
        for statement in schema_rights(services):
            connection.execute(statement)


def database_rights(database: str, services: Iterable[str]) -> Iterator[sql.Composed]:
    """Lets the services' roles, and nobody else, into a database."""
    for other in ("postgres", "template1", database):
        yield _named("REVOKE ALL ON DATABASE {} FROM PUBLIC", other)
    for role in roles(services):
        yield _named("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, role)


def schema_rights(services: Iterable[str]) -> Iterator[sql.Composed]:
    """A schema a service, and the rights on what its owner will make there."""
    yield _named("REVOKE ALL ON SCHEMA {} FROM PUBLIC", "public")
    for service in services:
        yield _named("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", service, owner(service))
        yield _named("GRANT USAGE ON SCHEMA {} TO {}", service, service)
        future: LiteralString = "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} "
        for rights in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            "GRANT USAGE, SELECT ON SEQUENCES TO {}",
            "GRANT EXECUTE ON FUNCTIONS TO {}",
        ):
            yield _named(future + rights, owner(service), service, service)
        yield _named("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", owner(service))


def set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """Gives a role its password, hashed here, so that no log of the server can hold it."""
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(hashed)))


def _create_role(connection: psycopg.Connection, role: str, schema: str, password: str) -> None:
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
        connection.execute(_named("CREATE ROLE {}", role))
    connection.execute(sql.SQL("ALTER ROLE {} WITH {}").format(sql.Identifier(role), POWERS))
    connection.execute(_named("ALTER ROLE {} SET search_path TO {}", role, schema))
    set_password(connection, role, password)


def _named(statement: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
