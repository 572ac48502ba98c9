"""Servers of our own keep what they were told through a crash, and listen to this machine only."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import amqp
import psycopg
import pytest
from amqp.sasl import SASL
from kombu.utils.url import parse_url

from deploy.runner.broker_admin import BrokerAdmin
from deploy.runner.errors import RunnerError
from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import ADMIN, NODE, RabbitMQ
from tests.support import PATIENCE_S, eventually


@pytest.fixture
def crashing_postgres(server_folder: Path, ports: Ports) -> Iterator[Postgres]:
    server = Postgres(server_folder / "crashing", ports.take("crashing"), "secret-of-this-test")
    server.start()
    yield server
    server.stop()


def test_postgres_keeps_what_was_committed_when_it_is_killed(crashing_postgres: Postgres) -> None:
    with psycopg.connect(crashing_postgres.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    crashing_postgres.kill()
    assert not crashing_postgres.alive()
    assert not crashing_postgres.ready()

    crashing_postgres.start()
    with psycopg.connect(crashing_postgres.url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
    crashing_postgres.restart()
    assert crashing_postgres.ready()


def test_f34_data_that_were_there_are_never_replaced_by_an_empty_database(crashing_postgres: Postgres) -> None:
    """As after a start of the machine that has not mounted the disk: then it is there again."""
    crashing_postgres.stop()
    data, aside = crashing_postgres._data, crashing_postgres._data.with_name("aside")
    data.rename(aside)
    with pytest.raises(RunnerError, match="Mount the disk"):
        crashing_postgres.start()
    assert not data.exists()
    aside.rename(data)
    crashing_postgres.start()
    crashing_postgres.stop()
    crashing_postgres.forget()
    crashing_postgres.start()


def test_postgres_takes_no_login_without_its_password_and_none_from_elsewhere(crashing_postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(crashing_postgres.url(password="another"))
    with psycopg.connect(crashing_postgres.url()) as connection:
        shown = {n: connection.execute(f"SHOW {n}").fetchone() for n in ("listen_addresses", "fsync", "data_checksums")}
    assert shown == {"listen_addresses": ("127.0.0.1",), "fsync": ("on",), "data_checksums": ("on",)}


def test_t34_postgres_knows_no_way_in_without_a_password(crashing_postgres: Postgres) -> None:
    """What it has read of pg_hba.conf: no trust, no peer, no ident, for nobody, by no way."""
    with psycopg.connect(crashing_postgres.url()) as connection:
        rules = connection.execute("SELECT type, auth_method, error FROM pg_hba_file_rules").fetchall()
        sealed = connection.execute("SELECT DISTINCT left(rolpassword, 14) FROM pg_authid WHERE rolcanlogin").fetchall()
    assert {"host", "local"} <= {kind for kind, _, _ in rules}
    assert {(method, error) for _, method, error in rules} == {("scram-sha-256", None)}
    assert sealed == [("SCRAM-SHA-256$",)]


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"user": "nobody"}], ids=["none", "empty", "nobody"])
def test_t31_t34_postgres_asks_everybody_for_a_password(crashing_postgres: Postgres, given: dict[str, str]) -> None:
    address = {"host": "127.0.0.1", "port": crashing_postgres.port, "user": "postgres", "dbname": "postgres"}
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(**address | given, passfile="/dev/null")  # type: ignore[arg-type]


def test_f34_rabbitmq_serves_questions_after_a_power_cut_soon_after_its_virtual_host_was_made(
    broker: RabbitMQ, vhost: str, server_folder: Path
) -> None:
    """It does not sync the settings of a virtual host: they are empty then."""
    broker.kill()
    torn = list(server_folder.glob("**/msg_stores/vhosts/*/.config"))
    assert torn
    for settings in torn:
        settings.write_bytes(b"")
    broker.start()
    with open_connection(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("questions", durable=True, auto_delete=False)
        channel.basic_publish(amqp.Message("asked"), routing_key="questions")
        answered = eventually(lambda: channel.basic_get("questions", no_ack=True))
        assert answered.body == "asked"


def test_rabbitmq_keeps_confirmed_messages_when_it_is_killed(broker: RabbitMQ, vhost: str) -> None:
    with open_connection(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message("sold", delivery_mode=2), routing_key="kept", timeout=PATIENCE_S)
    # a quorum queue that was declared a moment ago is deaf after a crash: the broker is told to note it down now
    broker.control("eval", "mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].")

    broker.kill()
    assert not broker.ready()
    broker.start()

    with open_connection(vhost) as connection:
        channel = connection.channel()
        message = eventually(lambda: channel.basic_get("kept", no_ack=True))
        assert message.body == "sold"


def test_rabbitmq_has_no_guest(broker: RabbitMQ) -> None:
    with broker.admin as admin:
        assert "guest" not in admin.users()
    with pytest.raises(amqp.AccessRefused):
        open_connection(broker.url("guest", "guest")).connect()


def test_t43_rabbitmq_says_which_version_it_is(broker: RabbitMQ) -> None:
    with broker.admin as admin:
        assert admin.version() == broker.control("version").strip()
    with BrokerAdmin("http://127.0.0.1:1", "nobody", "nothing") as nobody:
        assert nobody.version() is None


class Mechanism(SASL):
    """A way to log in that the broker may not offer: tried all the same."""

    def __init__(self, name: bytes, response: bytes) -> None:
        self.name, self.response = name, response

    @property
    def mechanism(self) -> bytes:
        return self.name

    def start(self, _: amqp.Connection) -> bytes:
        return self.response


class Bold(amqp.Connection):
    """One that does not ask which ways to log in there are."""

    def _on_start(self, *told: Any) -> None:
        *before, offered, locales = told
        self.offered = set(offered.split())
        super()._on_start(*before, f"{offered} {self.authentication[0].mechanism.decode()}", locales)


def bold(broker: RabbitMQ, name: bytes, response: bytes) -> Bold:
    place = f"127.0.0.1:{broker.ports.amqp}"
    return Bold(place, authentication=[Mechanism(name, response)], connect_timeout=5)


def test_t31_rabbitmq_knows_who_has_a_password(broker: RabbitMQ) -> None:
    """What is refused below is refused for what it says."""
    known = parse_url(broker.url())
    login = bold(broker, b"PLAIN", f"\0{known['userid']}\0{known['password']}".encode())
    login.connect()
    login.close()


@pytest.mark.parametrize(
    ("name", "response"),
    [
        (b"ANONYMOUS", b""),
        (b"ANONYMOUS", b"guest"),
        (b"EXTERNAL", b""),
        (b"RABBIT-CR-DEMO", b"admin"),
        (b"PLAIN", b"\0guest\0guest"),
        (b"PLAIN", b"\0\0"),
        (b"PLAIN", b"\0admin\0"),
        (b"AMQPLAIN", b""),
    ],
)
def test_t31_rabbitmq_knows_no_way_in_without_a_password(broker: RabbitMQ, name: bytes, response: bytes) -> None:
    login = bold(broker, name, response)
    with pytest.raises((amqp.AMQPError, OSError)):
        login.connect()
    assert not login.connected
    # a line that ends before anything was offered would show nothing
    assert login.offered == {"PLAIN", "AMQPLAIN"}


@pytest.mark.parametrize("name", ["amqp", "management", "prometheus", "distribution", "port_mapper"])
def test_rabbitmq_listens_to_this_machine_only(broker: RabbitMQ, name: str) -> None:
    assert listeners(getattr(broker.ports, name)) <= {"0100007F", "00000000000000000000000001000000"}


def test_t33_nobody_commands_it_without_its_cookie(broker: RabbitMQ, tmp_path: Path) -> None:
    own = Path(broker._environment()["HOME"]) / ".erlang.cookie"
    assert own.stat().st_mode & 0o777 == 0o400
    another = tmp_path / ".erlang.cookie"
    another.write_text(own.read_text()[::-1])
    another.chmod(0o400)
    words = [broker._programs / "rabbitmqctl", "-n", NODE, "list_users"]
    done = subprocess.run(
        words, env=broker._environment() | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert ADMIN not in done.stdout


def open_connection(url: str) -> amqp.Connection:
    parts = parse_url(url)
    return amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
        connect_timeout=30,
    )


def listeners(port: int) -> set[str]:
    """Addresses, as the kernel writes them, on which somebody listens at a port."""
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    found = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    assert found
    return found
