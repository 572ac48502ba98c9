"""What would lose a sale in a power cut: with it no door and no worker starts in production."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.runner import postgres as server
from deploy.runner.certificates import TokenKeys
from deploy.runner.environment import Site, command, environment
from deploy.runner.installation import run
from deploy.runner.ports import Ports
from deploy.runner.postgres import CARELESS, Postgres
from deploy.runner.services import KINDS, SERVICES
from tests.conftest import MEMORY, PASSWORD, credentials, nowhere

ENDS_WITHIN_S = 60
BROKER = f"amqp://nobody:{PASSWORD}@127.0.0.1:9/nowhere"


@pytest.fixture(scope="module", params=sorted(CARELESS))
def off(request: pytest.FixtureRequest, server_folder: Path, ports: Ports) -> Iterator[tuple[str, Postgres]]:
    """A setting, and a server on which it alone is off."""
    unsafe = Postgres(server_folder / "unsafe", ports.take("unsafe"), PASSWORD, careless=True)
    # no longer than it starts: the server that all tests share may be started next
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "CARELESS", {request.param: "off"})
        unsafe.start()
    yield request.param, unsafe
    unsafe.stop()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A store in production, of which nothing else is there."""
    keys = TokenKeys(tmp_path)
    made = replace(nowhere(tmp_path), public_key_file=keys.public, private_key_file=keys.private)
    return replace(made, environment="production")


def refused(site: Site, service: str, kind: str, database: str) -> list[str]:
    """What a process says has to be mended; it has ended by itself."""
    told = environment(site, service, kind, replace(credentials(database), amqp_url=BROKER))
    done = run(command(service, kind), told, within=ENDS_WITHIN_S)
    assert done.returncode == 2, done.stderr
    return [line.strip() for line in done.stderr.splitlines() if "a power cut would lose sales" in line]


@pytest.mark.parametrize("kind", KINDS)
def test_f35_one_unsafe_setting_of_the_database_is_enough(off: tuple[str, Postgres], site: Site, kind: str) -> None:
    setting, unsafe = off
    said = [f"PostgreSQL's {setting} must be on: a power cut would lose sales"]
    assert refused(site, "orders", kind, unsafe.url()) == said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("service", SERVICES)
def test_f35_every_door_and_worker_names_all_that_is_unsafe(
    postgres: Postgres, site: Site, service: str, kind: str
) -> None:
    said = [f"PostgreSQL's {setting} must be on: a power cut would lose sales" for setting in sorted(CARELESS)]
    assert refused(site, service, kind, postgres.url()) == said


@pytest.mark.parametrize("kind", KINDS)
def test_f35_a_database_in_memory_is_refused_before_it_is_asked(site: Site, kind: str) -> None:
    [said] = refused(replace(site, data_folder=MEMORY), "orders", kind, "postgresql://a:b@127.0.0.1:9/nowhere")
    assert "data_folder is in memory" in said
