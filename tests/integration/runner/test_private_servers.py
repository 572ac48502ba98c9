"""Servers of our own keep what they were told through a crash, and listen to this machine only."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import amqp
import psycopg
import pytest
from kombu.utils.url import parse_url

from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import ADMIN, NODE, RabbitMQ
from tests.support import eventually


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


def test_postgres_takes_no_login_without_its_password_and_none_from_elsewhere(crashing_postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(crashing_postgres.url(password="another"))
    with psycopg.connect(crashing_postgres.url()) as connection:
        shown = {n: connection.execute(f"SHOW {n}").fetchone() for n in ("listen_addresses", "fsync", "data_checksums")}
    assert shown == {"listen_addresses": ("127.0.0.1",), "fsync": ("on",), "data_checksums": ("on",)}


def test_rabbitmq_keeps_confirmed_messages_when_it_is_killed(broker: RabbitMQ, vhost: str) -> None:
    with open_connection(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message("sold", delivery_mode=2), routing_key="kept", timeout=10)
    # a quorum queue that was declared a moment ago is deaf after a crash: the broker is told to note it down now
    broker.control("eval", "mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].")

    broker.kill()
    assert not broker.ready()
    broker.start()

    with open_connection(vhost) as connection:
        channel = connection.channel()
        message = eventually(lambda: channel.basic_get("kept", no_ack=True), within=20)
        assert message.body == "sold"


def test_rabbitmq_has_no_guest(broker: RabbitMQ) -> None:
    with broker.admin as admin:
        assert "guest" not in admin.users()
    with pytest.raises(amqp.AccessRefused):
        open_connection(broker.url("guest", "guest")).connect()


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
        connect_timeout=5,
    )


def listeners(port: int) -> set[str]:
    """Addresses, as the kernel writes them, on which somebody listens at a port."""
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    found = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    assert found
    return found
