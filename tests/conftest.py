"""A private PostgreSQL and RabbitMQ for the tests that ask for them, started once a run, on free ports."""

import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql

from deploy.runner import database_roles
from deploy.runner.broker_admin import EVERYTHING
from deploy.runner.certificates import Certificates, Names
from deploy.runner.environment import OWN_SECRETS, PROJECT, Credentials, Site, command, environment
from deploy.runner.errors import RunnerError
from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import BrokerPorts, RabbitMQ
from deploy.runner.services import SERVICES
from services.chassis.sealing import new_key
from tests.support import FIRST_SERVER_PORT, PATIENCE_S, own_ports_from

# a machine that has much else to do holds an example up at any moment
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

PASSWORD = "for-tests-only-0123456789"
ACCOUNT = "tests"
MEMORY = Path("/dev/shm")
TLS_LISTENER = """\
listeners.ssl.1 = 127.0.0.1:{port}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
"""
ROOM = 8 * 1024**3

S = TypeVar("S", Postgres, RabbitMQ)

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Errors as a service logs them: drawn with every local variable, each takes half a second."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where servers keep their data, in memory where there is room; PostgreSQL's own user has to get in."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="store-tests-", dir=MEMORY if roomy else None) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def ports(server_folder: Path) -> Ports:
    """Ports that no other process of this run takes, however many there are at the same moment."""
    return Ports(server_folder / "ports.json", among=own_ports_from(FIRST_SERVER_PORT))


@pytest.fixture(scope="session")
def postgres(server_folder: Path, ports: Ports) -> Iterator[Postgres]:
    """A PostgreSQL of our own; it does not flush to disk, for no test pulls a plug on it."""
    server = Postgres(server_folder / "postgres", ports.take("postgres"), PASSWORD, careless=True)
    yield from _running(server)


@pytest.fixture(scope="session")
def certificates(server_folder: Path) -> Certificates:
    """By what the broker proves to be `localhost`."""
    made = Certificates(server_folder / "certificates", Names(("localhost",), ()))
    made.renew(datetime.now(UTC))
    return made


@pytest.fixture(scope="session")
def amqps(ports: Ports) -> int:
    """The port on which the broker listens with TLS."""
    return ports.take("amqps")


@pytest.fixture(scope="session")
def broker(server_folder: Path, ports: Ports, amqps: int, certificates: Certificates) -> Iterator[RabbitMQ]:
    """A RabbitMQ of our own, with an account that may do everything."""
    tls = TLS_LISTENER.format(
        port=amqps,
        authority=certificates.authority,
        certificate=certificates.certificate,
        key=certificates.key,
    )
    own = broker_ports(ports)
    server = RabbitMQ(server_folder / "rabbitmq", own, PASSWORD, disk_free_limit="50MB", more=tls)
    yield from _running(server)


def _running(server: S) -> Iterator[S]:
    try:
        server.launch()
        server.wait(PATIENCE_S)
        yield server
    except RunnerError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        server.stop()


def broker_ports(ports: Ports, of: str = "") -> BrokerPorts:
    names = ("amqp", "management", "prometheus", "distribution", "epmd")
    return BrokerPorts(*(ports.take(f"{of}{name}") for name in names))


@pytest.fixture
def vhost(broker: RabbitMQ) -> Iterator[str]:
    """AMQP address of a virtual host that nobody has used before; may do everything there."""
    name = f"test-{next(_numbers)}"
    with broker.admin as admin:
        admin.create_vhost(name)
        admin.create_user(ACCOUNT, PASSWORD)
        admin.permit(name, ACCOUNT, EVERYTHING)
        yield broker.url(ACCOUNT, PASSWORD, name)
        admin.delete_vhost(name)


class Databases:
    """Migrated databases, each test its own: clones of a template that the real migrations made."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._templates: dict[str, str] = {}

    def __call__(self, service: str) -> str:
        """Address of a fresh database, as the service's own role sees it."""
        name = f"{service}_{next(_numbers)}"
        template = self._template(service)
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(words.format(sql.Identifier(name), sql.Identifier(template)))
            # a clone has its template's tables, not its rights
            for statement in database_roles.database_rights(name, [service]):
                connection.execute(statement)
        return self.url(name, service)

    def drop(self, url: str) -> None:
        """Takes a clone away, whoever is still connected to it."""
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            words = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(words.format(sql.Identifier(url.rpartition("/")[2])))

    def url(self, database: str, role: str) -> str:
        return self._server.url(role, PASSWORD, database)

    def owner_url(self, url: str) -> str:
        """The same database as the schema's owner sees it."""
        database = url.rpartition("/")[2]
        return self.url(database, database_roles.owner(database.rpartition("_")[0]))

    def _template(self, service: str) -> str:
        if service not in self._templates:
            name = f"template_{service}"
            database_roles.install(self._server.url(), name, [service], lambda _: PASSWORD)
            self._migrate(service, self.url(name, database_roles.owner(service)))
            self._templates[service] = name
        return self._templates[service]

    def _migrate(self, service: str, owner_url: str) -> None:
        """Runs the service's own migrations, as an installation does."""
        told = environment(nowhere(self._folder), service, "migrate", credentials(owner_url))
        done = subprocess.run(
            command(service, "migrate"), cwd=PROJECT, env=told, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def nowhere(folder: Path) -> Site:
    """A store of which only the database is there."""
    key = folder / "key.pem"
    return Site(
        store_id="S001",
        environment="development",
        time_zone="Asia/Kolkata",
        log_level="INFO",
        doors=dict.fromkeys(SERVICES, "127.0.0.1:9"),
        metrics={},
        head_office_url="http://127.0.0.1:9",
        public_key_file=key,
        private_key_file=key,
        secrets_folder=folder / "secrets",
    )


def credentials(database_url: str) -> Credentials:
    return Credentials(
        database_url=database_url,
        amqp_url="amqp://nobody:nothing@127.0.0.1:9/nowhere",
        service_token=PASSWORD,
        head_office_token=PASSWORD,
        customer_keys=new_key("1"),
        own=dict.fromkeys(itertools.chain(*OWN_SECRETS.values()), PASSWORD),
    )


@pytest.fixture(scope="session")
def service_database(postgres: Postgres, server_folder: Path) -> Databases:
    """`service_database("orders")`: address of a fresh, migrated database."""
    return Databases(postgres, server_folder)
