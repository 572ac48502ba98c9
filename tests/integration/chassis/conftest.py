"""A sample service on a database and a virtual host of its own, shared by the tests of a module."""

import itertools
import subprocess
from collections.abc import Callable, Iterator

import pytest
from chassis_system import Running, Sample

from deploy.runner import database_roles
from deploy.runner.broker_admin import EVERYTHING
from deploy.runner.environment import PROJECT
from deploy.runner.postgres import Postgres
from deploy.runner.rabbitmq import RabbitMQ

PASSWORD = "for-tests-only-0123456789"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def new_sample(postgres: Postgres, broker: RabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Sample]:
    """Makes a sample: a fresh, migrated database and a fresh virtual host."""

    def make() -> Sample:
        name = f"sample_{next(_numbers)}"
        database_roles.install(postgres.url(), name, ["sample"], lambda _: PASSWORD)
        with broker.admin as admin:
            admin.create_vhost(name)
            admin.create_user(name, PASSWORD)
            admin.permit(name, name, EVERYTHING)
        made = Sample(
            tmp_path_factory.mktemp(name),
            postgres.url("sample", PASSWORD, name),
            broker.url(name, PASSWORD, name),
        )
        migrate(made, postgres.url("sample_owner", PASSWORD, name))
        return made

    return make


def migrate(sample: Sample, owner_url: str) -> None:
    environment = sample.environment() | {"STORE_DATABASE_URL": owner_url}
    done = subprocess.run(
        sample.command("migrate"), cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def sample(new_sample: Callable[[], Sample]) -> Sample:
    return new_sample()


@pytest.fixture(scope="module")
def door(sample: Sample) -> Iterator[Running]:
    with sample.running("door") as running:
        yield running


@pytest.fixture(scope="module")
def worker(sample: Sample) -> Iterator[Running]:
    with sample.running("worker") as running:
        yield running
