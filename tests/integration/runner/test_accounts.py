"""B15: what each role may do in the database and what it is refused, asked of the real server."""

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest

from deploy.runner import database_roles
from deploy.runner.postgres import Postgres
from deploy.runner.services import SERVICES

PASSWORD = "of-these-tests-only-0123456789"
DATABASE = "accounts"


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[Callable[[str], str]]:
    """A store's database with a table a service; `database(role)` is its address for a role."""

    def url(role: str) -> str:
        return postgres.url(role, PASSWORD if role != "postgres" else None, DATABASE)

    for _ in range(2):  # a second time changes nothing
        database_roles.install(postgres.url(), DATABASE, SERVICES, lambda _: PASSWORD)
    for service in SERVICES:
        with psycopg.connect(url(f"{service}_owner")) as connection:
            connection.execute("CREATE TABLE things (id integer GENERATED ALWAYS AS IDENTITY, word text)")
            connection.execute("CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    yield url
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        for role in database_roles.roles(SERVICES):
            # other tests know these roles by their own password
            database_roles.set_password(connection, role, "for-tests-only-0123456789")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO things (word) VALUES ('x')",
        "UPDATE things SET word = 'y'",
        "DELETE FROM things",
        "SELECT one()",
        "SELECT pg_notify('changes', '{}')",
        "SELECT pg_advisory_xact_lock(1)",
        "CREATE TEMPORARY TABLE stage (LIKE things) ON COMMIT DROP",
    ],
)
def test_b15_a_service_works_on_rows_of_its_own_schema(
    database: Callable[[str], str], service: str, statement: str
) -> None:
    with psycopg.connect(database(service)) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE things ADD COLUMN more text",
        "DROP TABLE things",
        "TRUNCATE things",
        "CREATE TABLE others (id integer)",
        "CREATE TABLE public.others (id integer)",
        "CREATE SCHEMA others",
        "CREATE FUNCTION two() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
        "CREATE DATABASE others",
        "CREATE ROLE others",
        "SET ROLE postgres",
        "ALTER ROLE {service} SUPERUSER",
        "SET ROLE {service}_owner",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_b15_a_service_is_refused_everything_else(database: Callable[[str], str], service: str, statement: str) -> None:
    with (
        psycopg.connect(database(service), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(service=service).encode())


@pytest.mark.parametrize(("service", "other"), [*itertools.permutations(SERVICES, 2)])
@pytest.mark.parametrize("role", ["{service}", "{service}_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {other}.things",
        "INSERT INTO {other}.things (word) VALUES ('x')",
        "UPDATE {other}.things SET word = 'y'",
        "DELETE FROM {other}.things",
        "TRUNCATE {other}.things",
        "SELECT {other}.one()",
        "SELECT nextval('{other}.things_id_seq')",
        "CREATE TABLE {other}.others (id integer)",
        "DROP TABLE {other}.things",
        "SET ROLE {other}",
        "SET ROLE {other}_owner",
        "ALTER ROLE {other} PASSWORD 'x'",
    ],
)
def test_b15_t34_no_role_of_a_service_reaches_another_services_schema(
    database: Callable[[str], str], service: str, other: str, role: str, statement: str
) -> None:
    with (
        psycopg.connect(database(role.format(service=service)), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(other=other).encode())


@pytest.mark.parametrize("elsewhere", ["postgres", "template1"])
@pytest.mark.parametrize("role", database_roles.roles(SERVICES))
def test_b15_a_service_gets_into_no_other_database(
    database: Callable[[str], str], postgres: Postgres, role: str, elsewhere: str
) -> None:
    assert database(role)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(postgres.url(role, PASSWORD, elsewhere))


@pytest.mark.parametrize("role", database_roles.roles(SERVICES))
def test_t34_a_role_has_no_power_beside_its_schema(database: Callable[[str], str], role: str) -> None:
    powers = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit"
    with psycopg.connect(database(role)) as connection:
        found = connection.execute(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user".encode()).fetchall()
        member = connection.execute(
            "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
        ).fetchone()
    assert (found, member) == ([(False,) * 6], (0,))
