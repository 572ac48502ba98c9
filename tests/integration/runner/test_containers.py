"""What the containers of docker-compose.yml do, done here: there is no container in these tests."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import amqp
import psycopg
import pytest
import yaml
from typer.testing import CliRunner

from deploy.runner import containers, rabbitmq
from deploy.runner.containers import app
from deploy.runner.database_roles import owner
from deploy.runner.environment import PROJECT
from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import RabbitMQ
from deploy.runner.services import KINDS, SERVICES
from deploy.runner.vault import Vault
from tests.conftest import PASSWORD, broker_ports


@pytest.fixture
def postgres_of_containers(server_folder: Path, ports: Ports) -> Iterator[Postgres]:
    server = Postgres(server_folder / "containers", ports.take("containers"), PASSWORD, careless=True)
    server.start()
    yield server
    server.stop()


def run(command: str) -> None:
    result = CliRunner().invoke(app, [command], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_a_store_in_containers_is_prepared_and_installed(
    postgres_of_containers: Postgres, broker: RabbitMQ, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGE_FOLDER", str(tmp_path / "store"))
    monkeypatch.setattr(containers, "DATABASE", f"127.0.0.1:{postgres_of_containers.port}")
    monkeypatch.setattr(containers, "MANAGEMENT", f"http://127.0.0.1:{broker.ports.management}")
    for name in ("FOR_SERVICES", "FOR_GATEWAY", "GATEWAY", "FOR_BROKER"):
        monkeypatch.setattr(containers, name, tmp_path / name)
        (tmp_path / name).mkdir()
    monkeypatch.setattr(containers, "FOR_POSTGRES", tmp_path / "password")
    monkeypatch.setattr(containers, "HEAD_OFFICE_CODE", tmp_path / "install-code")
    (tmp_path / "install-code").write_text("code")
    vault = Vault(tmp_path / "store" / "secrets")
    for name in ("postgres", "rabbitmq"):
        vault.secrets.put(name, PASSWORD)
    vault.keep_head_office_token(PASSWORD)

    run("prepare")
    assert (tmp_path / "password").read_text() == PASSWORD
    assert mode_of(tmp_path / "password") == 0o400
    # T36: whoever is in the broker's container may read these
    for_broker = sorted((tmp_path / "FOR_BROKER").iterdir())
    assert [file.name for file in for_broker] == ["20-store.conf", "20-store.json"]
    assert not any(PASSWORD in file.read_text() for file in for_broker)
    # RabbitMQ 4 offers ANONYMOUS as well unless it is told which it may
    assert "auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = AMQPLAIN\n" in for_broker[0].read_text()

    for _ in range(2):  # a second start changes nothing
        run("install")
    role = vault.database_password("orders")
    with psycopg.connect(postgres_of_containers.url("orders", role, "store")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall()
    with broker.admin as admin:
        assert set(SERVICES) < set(admin.users())
        admin.delete_vhost("store")
    told = containers.told("orders", "door")
    assert told["STORE_DOOR_LISTEN"] == "0.0.0.0:8000"
    assert told["STORE_CATALOG_URL"] == "http://catalog-door:8000"
    assert told["STORE_DATA_FOLDER"] == "/var/lib/database"
    containers.nginx_of_store().configure()
    assert "server orders-door:8000" in (tmp_path / "GATEWAY" / "nginx" / "nginx.conf").read_text()
    check_what_was_handed_out(vault, tmp_path)
    # what is due is renewed while the store runs
    (tmp_path / "FOR_GATEWAY" / "gateway.crt").unlink()
    closing = threading.Event()
    closing.set()
    monkeypatch.setattr(containers, "_told_to_end", lambda: closing)
    run("certificates")
    assert containers.Store(containers.load()).certificates.serves(datetime.now(UTC))


def test_t31_t36_the_broker_in_a_container_knows_its_administrator_by_a_hash(
    server_folder: Path, ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A RabbitMQ of this machine, configured as that of the container is."""
    monkeypatch.setenv("EDGE_FOLDER", str(tmp_path / "store"))
    for name in ("FOR_BROKER", "FOR_GATEWAY"):
        monkeypatch.setattr(containers, name, tmp_path / name)
        (tmp_path / name).mkdir()
    monkeypatch.setattr(containers, "SEEN_BY_BROKER", tmp_path / "FOR_BROKER")
    monkeypatch.setattr(containers, "FOR_POSTGRES", tmp_path / "password")
    run("prepare")
    told = (tmp_path / "FOR_BROKER" / "20-store.conf").read_text()
    own = ("listeners.", "management.", "prometheus.", "log.")
    where = [line for line in rabbitmq.CONFIGURATION.splitlines() if line.startswith(own)]
    monkeypatch.setattr(rabbitmq, "CONFIGURATION", "\n".join([*where, told]))
    password = Vault(tmp_path / "store" / "secrets").broker_administrator()
    server = RabbitMQ(server_folder / "container-rabbitmq", broker_ports(ports, "container-"), password)
    server.start()
    try:
        with server.admin as admin:
            assert admin.users() == [rabbitmq.ADMIN]
        guest = amqp.Connection(f"127.0.0.1:{server.ports.amqp}", userid="guest", password="guest", connect_timeout=30)
        with pytest.raises(amqp.AccessRefused):
            guest.connect()
    finally:
        server.stop()


def mode_of(file: Path) -> int:
    return file.stat().st_mode & 0o777


def check_what_was_handed_out(vault: Vault, place: Path) -> None:
    """T36: each service finds its own secrets, in files that their owner alone reads, and nobody else's."""

    def finders(secret: str) -> set[str]:
        files = [f for name in ("FOR_SERVICES", "FOR_GATEWAY") for f in (place / name).rglob("*") if f.is_file()]
        return {f.relative_to(place).parts[1] for f in files if secret in f.read_text()}

    for service in SERVICES:
        assert finders(vault.database_password(service)) == {service}
        assert finders(vault.broker_passwords()[service]) == {service}
        assert finders(vault.database_password(owner(service))) == set()
    assert finders(vault.customer_keys()) == {"orders", "sync"}
    assert finders(vault.secrets.get("orders-chain_salt")) == {"orders"}
    assert finders(vault.secrets.get("sessions-pin_pepper")) == {"sessions"}
    assert finders(vault.keys.private.read_text()) == {"sessions"}
    assert finders((place / "store" / "ca" / "ca.key").read_text()) == set()
    handed = [file for file in (place / "FOR_SERVICES").rglob("*") if file.is_file()]
    assert {mode_of(file) for file in handed} == {0o400}
    assert mode_of(place / "FOR_GATEWAY" / "gateway.key") == 0o600
    for service in SERVICES:
        named = [v for k, v in containers.told(service, "door").items() if k.endswith(("_FILE", "_DIR"))]
        assert all(Path(value).is_relative_to(place / "FOR_SERVICES" / service) for value in named)


def test_the_compose_file_runs_every_process_once() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    words = [service.get("command", []) for service in composed.values()]
    run = sorted(w[2:] for w in words if w[:2] == ["deploy.runner.containers", "process"])
    assert run == sorted([service, kind] for service in SERVICES for kind in KINDS)
    assert {f"{service}-{kind}" for service in SERVICES for kind in KINDS} < set(composed)


def mounts() -> dict[str, dict[str, tuple[str, bool]]]:
    """Of each container of ours: volume -> where it is, and whether it may be written to."""
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    parts = {name: [v.split(":") for v in c.get("volumes", ())] for name, c in composed.items()}
    return {name: {v[0]: (v[1], v[2:] != ["ro"]) for v in volumes} for name, volumes in parts.items()}


MAKERS = {"prepare", "install", "certificates"}


def test_t36_each_container_is_given_its_own_secrets_only() -> None:
    found = mounts()
    assert {name for name, volumes in found.items() if "store" in volumes} == MAKERS
    for service in SERVICES:
        processes = {f"{service}-{kind}" for kind in KINDS}
        assert {n for n, volumes in found.items() if f"for-{service}" in volumes} == processes | {"install"}
        for process in processes:
            own = {volume: at for volume, at in found[process].items() if volume not in {"offline", "postgres"}}
            assert own == {f"for-{service}": (f"/var/lib/for-services/{service}", False)}
    assert {n for n, volumes in found.items() if "for-gateway" in volumes} == MAKERS | {"gateway"}
    assert found["gateway"]["for-gateway"] == ("/var/lib/for-gateway", False)
    for server in ("postgres", "rabbitmq"):
        assert {n for n, volumes in found.items() if f"for-{server}" in volumes} == {"prepare", server}


def test_orders_sees_how_full_the_disk_of_the_database_is_and_nobody_else_sees_its_folder() -> None:
    found = {name: volumes["postgres"] for name, volumes in mounts().items() if "postgres" in volumes}
    assert found == {
        "postgres": ("/var/lib/postgresql/data", True),
        **{f"orders-{kind}": (str(containers.DATABASE_DISK), False) for kind in KINDS},
    }
    # what our image has at this place would be the first that comes into a volume that is still empty
    assert str(containers.DATABASE_DISK) not in (PROJECT / "deploy" / "Dockerfile").read_text()


def test_t36_who_has_every_secret_takes_no_connection() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    assert composed["certificates"]["network_mode"] == "none"
    assert not any("ports" in composed[name] for name in MAKERS)


def test_what_is_mounted_into_our_image_belongs_to_its_user() -> None:
    image = (PROJECT / "deploy" / "Dockerfile").read_text()
    ours = {name: volumes for name, volumes in mounts().items() if name in {*MAKERS, "gateway", "head-office"}}
    places = {at for volumes in [*ours.values(), mounts()["sessions-door"]] for at, _ in volumes.values()}
    assert all(place in image.replace("\\", " ").split() for place in places)


def test_only_https_is_published_beyond_the_machine() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    published = [port for service in composed.values() for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == ["8443:8443"]


def test_t43_each_server_in_a_container_is_of_a_version_that_is_named() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    images = {image for service in composed.values() if (image := service.get("image", "store-edge")) != "store-edge"}
    assert {image.partition(":")[0] for image in images} >= {"postgres", "rabbitmq"}
    assert [image for image in images if not re.fullmatch(r"[a-z/]+:v?[0-9]+[0-9.]*(-[a-z]+)?", image)] == []
    assert "rabbitmq:4.0-management" in images


def test_t34_the_database_in_a_container_is_told_to_trust_nobody() -> None:
    told = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]["postgres"]["environment"]
    assert "--auth=scram-sha-256" in told["POSTGRES_INITDB_ARGS"].split()
    assert set(told) == {"POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"}


def test_b14_what_prometheus_scrapes_and_grafana_shows_is_in_the_compose_file() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    targets = [
        target.partition(":")[0]
        for file in (PROJECT / "deploy" / "prometheus" / "targets").glob("*.yml")
        for group in yaml.safe_load(file.read_text())
        for target in group["targets"]
    ]
    assert targets
    assert set(targets) < set(composed)
    mounted = [m.partition(":")[0] for s in composed.values() for m in s.get("volumes", []) if m.startswith("./")]
    assert mounted
    assert all((PROJECT / place).exists() for place in mounted)
