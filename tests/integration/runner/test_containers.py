"""What the containers of docker-compose.yml do, done here: there is no container in these tests."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from typer.testing import CliRunner

from deploy.runner import containers
from deploy.runner.containers import app
from deploy.runner.environment import PROJECT
from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import RabbitMQ
from deploy.runner.services import KINDS, SERVICES
from deploy.runner.vault import Vault
from tests.conftest import PASSWORD


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
    monkeypatch.setattr(containers, "FOR_POSTGRES", tmp_path / "password")
    monkeypatch.setattr(containers, "FOR_BROKER", tmp_path / "20-store.conf")
    monkeypatch.setattr(containers, "HEAD_OFFICE_CODE", tmp_path / "install-code")
    (tmp_path / "install-code").write_text("code")
    vault = Vault(tmp_path / "store" / "secrets")
    for name in ("postgres", "rabbitmq"):
        vault.secrets.put(name, PASSWORD)
    vault.keep_head_office_token(PASSWORD)

    run("prepare")
    assert (tmp_path / "password").read_text() == PASSWORD
    assert f"default_pass = {PASSWORD}" in (tmp_path / "20-store.conf").read_text()

    for _ in range(2):  # a second start changes nothing
        run("install")
    role = vault.database_password("orders")
    with psycopg.connect(postgres_of_containers.url("orders", role, "store")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall()
    with broker.admin as admin:
        assert set(SERVICES) < set(admin.users())
        admin.delete_vhost("store")
    store = containers.Store(containers.load())
    told = store.environment("orders", "door")
    assert told["STORE_DOOR_LISTEN"] == "0.0.0.0:8000"
    assert told["STORE_CATALOG_URL"] == "http://catalog-door:8000"
    store.gateway().configure()
    assert "server orders-door:8000" in (tmp_path / "store" / "nginx" / "nginx.conf").read_text()


def test_the_compose_file_runs_every_process_once() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    words = [service.get("command", []) for service in composed.values()]
    run = sorted(w[2:] for w in words if w[:2] == ["deploy.runner.containers", "process"])
    assert run == sorted([service, kind] for service in SERVICES for kind in KINDS)
    assert {f"{service}-{kind}" for service in SERVICES for kind in KINDS} < set(composed)


def test_only_https_is_published_beyond_the_machine() -> None:
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    published = [port for service in composed.values() for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == ["8443:8443"]


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
