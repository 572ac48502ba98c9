"""What has to be done before a store's processes can start; doing it again changes nothing."""

import os
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.runner import broker_accounts, database_roles, head_office, openapi
from deploy.runner.broker_admin import BrokerAdmin
from deploy.runner.environment import PROJECT, command
from deploy.runner.errors import RunnerError
from deploy.runner.services import SERVICES
from deploy.runner.vault import MIGRATE, Vault

AT_ONCE = 2

Environment = Callable[[str, str], Mapping[str, str]]


def prepare_database(superuser_url: str, vault: Vault, environment: Environment, description: Path) -> None:
    """Makes roles and schemas, brings tables up to date, and writes the API's description meanwhile."""
    database_roles.install(superuser_url, database_roles.DATABASE, SERVICES, vault.database_password)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        described = pool.submit(openapi.write_merged, description)
        list(pool.map(lambda service: _migrate(service, environment), SERVICES))
        described.result()


def prepare_broker(admin: BrokerAdmin, vault: Vault) -> None:
    """Makes the virtual host and its accounts, and has all of it on disk: the broker leaves some to chance."""
    with admin:
        broker_accounts.install(admin, vault.broker_passwords())
    os.sync()


def install_at_head_office(url: str, store_id: str, code: str | None, vault: Vault) -> None:
    """Gets the store's token from head office, by the one-time code, where there is none yet."""
    if vault.head_office_token() is not None:
        return
    if code is None:
        raise RunnerError("EDGE_HEAD_OFFICE_CODE is missing: the one-time code that head office issued for this store.")
    vault.keep_head_office_token(head_office.install(url, store_id, code))


def _migrate(service: str, environment: Environment) -> None:
    done = run(command(service, MIGRATE), environment(service, MIGRATE))
    if done.returncode != 0:
        raise RunnerError(f"The tables of {service} could not be brought up to date:\n{done.stderr.strip()}")


def run(
    words: list[str], environment: Mapping[str, str], *, within: float | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs a command of ours to its end. One that goes on for more than `within` seconds is killed: TimeoutExpired."""
    return subprocess.run(
        words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=within
    )
