"""B15: what each account may do and what it is refused, asked of the real servers."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import amqp
import psycopg
import pytest

from deploy.runner import broker_accounts, database_roles
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import RabbitMQ
from deploy.runner.services import SERVICES

PASSWORD = "of-these-tests-only-0123456789"
DATABASE = "accounts"
VHOST = "accounts"
UUID = "0197cc00-0000-7000-8000-000000000000"


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
        "SELECT * FROM {other}.things",
        "INSERT INTO {other}.things (word) VALUES ('x')",
        "SELECT {other}.one()",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_b15_a_service_is_refused_everything_else(database: Callable[[str], str], service: str, statement: str) -> None:
    other = next(name for name in SERVICES if name != service)
    with (
        psycopg.connect(database(service), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(service=service, other=other).encode())


@pytest.mark.parametrize("service", SERVICES)
def test_b15_the_owner_of_a_schema_sees_no_other_schema(database: Callable[[str], str], service: str) -> None:
    other = next(name for name in SERVICES if name != service)
    with (
        psycopg.connect(database(f"{service}_owner")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT * FROM {other}.things".encode())


@pytest.mark.parametrize("elsewhere", ["postgres", "template1"])
def test_b15_a_service_gets_into_no_other_database(
    database: Callable[[str], str], postgres: Postgres, elsewhere: str
) -> None:
    assert database("orders")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(postgres.url("orders", PASSWORD, elsewhere))


@pytest.fixture(scope="module")
def store(broker: RabbitMQ) -> Iterator[Callable[[str], amqp.Channel]]:
    """A store's broker as it is when all services have run; `store(account)` is a channel for an account."""
    passwords = dict.fromkeys(broker_accounts.accounts(), PASSWORD)
    opened: list[amqp.Connection] = []

    def channel(account: str) -> amqp.Channel:
        connection = amqp.Connection(
            f"127.0.0.1:{broker.ports.amqp}", userid=account, password=PASSWORD, virtual_host=VHOST, connect_timeout=5
        )
        connection.connect()
        opened.append(connection)
        return connection.channel()

    with broker.admin as admin:
        for _ in range(2):  # a second time changes nothing
            broker_accounts.install(admin, passwords, vhost=VHOST)
        for service in SERVICES:
            as_worker(channel(service), service)
        yield channel
        for connection in opened:
            connection.collect()
        admin.delete_vhost(VHOST)


def as_worker(channel: amqp.Channel, service: str) -> None:
    """What a service's worker does when it starts."""
    channel.exchange_declare("nameko-rpc", "topic", durable=True, auto_delete=False)
    channel.exchange_declare("store.events", "topic", durable=True, auto_delete=False)
    channel.queue_declare(f"rpc-{service}", durable=True, auto_delete=False)
    channel.queue_bind(f"rpc-{service}", "nameko-rpc", f"{service}.*")
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{service}.facts.dead"}
    channel.queue_declare(f"{service}.facts.dead", durable=True, auto_delete=False)
    channel.queue_declare(f"{service}.facts", durable=True, auto_delete=False, arguments=dead)
    channel.basic_consume(f"{service}.facts", callback=lambda _: None)
    channel.basic_consume(f"rpc-{service}", callback=lambda _: None)


def publish(channel: amqp.Channel, exchange: str, key: str) -> None:
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}"), exchange, key, timeout=5)


def ask(channel: amqp.Channel, key: str) -> None:
    """An RPC as its caller sends it."""
    reply_to = str(uuid4())
    queue = f"rpc.reply-standalone_rpc_proxy-{reply_to}"
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, "nameko-rpc", reply_to)
    channel.basic_consume(queue, callback=lambda _: None)
    publish(channel, "nameko-rpc", key)


ALLOWED: dict[str, tuple[str, Callable[[amqp.Channel], object]]] = {
    "a service puts a fact on another's queue": ("orders", lambda c: publish(c, "", "sync.facts")),
    "a service tells everybody under its name": ("orders", lambda c: publish(c, "store.events", "orders.order_placed")),
    "a service asks what another misses": ("orders", lambda c: ask(c, "sync.inbox_missing")),
    "a service answers a question": ("orders", lambda c: publish(c, "nameko-rpc", UUID)),
    "a client asks": ("rpc-client", lambda c: ask(c, "orders.order")),
    "a client takes copies of events": (
        "rpc-client",
        lambda c: (
            c.queue_declare("rpc-client.copies", auto_delete=True),
            c.queue_bind("rpc-client.copies", "store.events", "orders.#"),
        ),
    ),
}

REFUSED: dict[str, tuple[str, Callable[[amqp.Channel], object]]] = {
    "reads another's queue": ("orders", lambda c: c.basic_get("sync.facts")),
    "consumes another's questions": ("orders", lambda c: c.basic_consume("rpc-sync", callback=lambda _: None)),
    "empties another's queue": ("orders", lambda c: c.queue_purge("sync.facts")),
    "deletes another's queue": ("orders", lambda c: c.queue_delete("sync.facts")),
    "declares a queue in another's name": ("orders", lambda c: c.queue_declare("sync.more")),
    "hears another's questions": ("orders", lambda c: c.queue_bind("rpc-orders", "nameko-rpc", "sync.*")),
    "hears all questions": ("orders", lambda c: c.queue_bind("orders.facts", "nameko-rpc", "#")),
    "tells in another's name": ("orders", lambda c: publish(c, "store.events", "sync.orders_settled")),
    "asks another for more than what it misses": ("orders", lambda c: publish(c, "nameko-rpc", "sync.retry_all")),
    "declares an exchange": ("orders", lambda c: c.exchange_declare("orders", "topic")),
    "deletes what others publish to": ("rpc-client", lambda c: c.exchange_delete("store.events")),
    "a client puts a fact on a queue": ("rpc-client", lambda c: publish(c, "", "sync.facts")),
    "a client tells an event": ("rpc-client", lambda c: publish(c, "store.events", "orders.order_placed")),
    "a client answers a question": ("rpc-client", lambda c: publish(c, "nameko-rpc", UUID)),
    "a client answers in a service's stead": ("rpc-client", lambda c: c.basic_consume("rpc-orders")),
    "a client reads a service's queue": ("rpc-client", lambda c: c.basic_get("orders.facts")),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_b15_an_account_may_do_what_it_must(store: Callable[[str], amqp.Channel], what: str) -> None:
    account, act = ALLOWED[what]
    act(store(account))


@pytest.mark.parametrize("what", REFUSED)
def test_b15_an_account_is_refused_everything_else(store: Callable[[str], amqp.Channel], what: str) -> None:
    account, act = REFUSED[what]
    with pytest.raises(amqp.AccessRefused):
        act(store(account))


def test_b15_no_account_gets_into_another_virtual_host_or_the_management(
    store: Callable[[str], amqp.Channel], broker: RabbitMQ
) -> None:
    assert store("orders")
    connection = amqp.Connection(
        f"127.0.0.1:{broker.ports.amqp}", userid="orders", password=PASSWORD, virtual_host="/", connect_timeout=5
    )
    with pytest.raises(amqp.NotAllowed):
        connection.connect()
    connection.collect()
    with broker.admin_as("orders", PASSWORD) as admin:
        assert not admin.answers()


def test_b15_t30_nobody_sends_in_anothers_name(store: Callable[[str], amqp.Channel]) -> None:
    channel = store("catalog")
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}", user_id="catalog"), "", "sync.facts", timeout=5)
    with pytest.raises(amqp.PreconditionFailed):
        channel.basic_publish_confirm(amqp.Message("{}", user_id="orders"), "", "sync.facts", timeout=5)
