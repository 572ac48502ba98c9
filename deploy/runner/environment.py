"""What each process is told: plain settings in its environment, secrets in files that only it may read."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.runner.files import folder, write
from deploy.runner.services import SERVICES

PROJECT = Path(__file__).resolve().parents[2]

# secrets that one service alone knows
OWN_SECRETS = {"catalog": (), "orders": ("chain_salt",), "sync": (), "sessions": ("pin_pepper",)}

# who may read what customers told the store: who takes it down, and who sends it to head office
CUSTOMER_KEYS = "customer-keys"
READ_CUSTOMERS = ("orders", "sync")
SIGNS_TOKENS = "sessions"


@dataclass(frozen=True)
class Site:
    """All that the processes of one store must agree on; addresses are host:port, URLs have no secrets."""

    store_id: str
    environment: str
    time_zone: str
    log_level: str
    doors: Mapping[str, str]
    metrics: Mapping[str, str]
    head_office_url: str
    public_key_file: Path
    private_key_file: Path
    secrets_folder: Path
    # on the disk that holds the database, if that is this machine's
    data_folder: Path | None = None
    # machines that are reached by a network of this store's own
    private_hosts: tuple[str, ...] = ()
    # where a door listens, if that is not where others find it
    door_listen: str | None = None
    # service -> setting -> value, for those that differ from the service's own defaults
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Credentials:
    """The secrets of one process."""

    database_url: str
    amqp_url: str
    service_token: str
    head_office_token: str | None
    customer_keys: str
    own: Mapping[str, str]


def process_name(service: str, kind: str) -> str:
    return f"{service}.{kind}"


def command(service: str, *words: str) -> list[str]:
    """How a service's command is run."""
    return [sys.executable, "-m", f"services.{service}", *words]


def environment(site: Site, service: str, kind: str, credentials: Credentials) -> dict[str, str]:
    """The environment of a process; its secrets are written to a folder of its own, which is named in it."""
    name = process_name(service, kind)
    place = folder(site.secrets_folder / name, mode=0o700)
    for setting, value in _secrets(service, credentials).items():
        write(place / f"store_{setting}", value, mode=0o400)
    told = {f"STORE_{setting.upper()}": value for setting, value in _plain(site, service, name).items()}
    return base() | told | {"STORE_SECRETS_DIR": str(place)}


def environment_of(pid: int) -> dict[str, str]:
    """What a process was told when it was started; its secrets are in files."""
    told = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in told if "=" in entry)


def base() -> dict[str, str]:
    """What every program of ours needs from whoever started us."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}


def _plain(site: Site, service: str, name: str) -> dict[str, str]:
    told = {
        "id": site.store_id,
        "environment": site.environment,
        "time_zone": site.time_zone,
        "log_level": site.log_level,
        "door_listen": site.door_listen or site.doors[service],
        "metrics_listen": site.metrics.get(name, "127.0.0.1:0"),
        "token_public_key_file": str(site.public_key_file),
        "head_office_url": site.head_office_url,
        "head_office_adapter": "http",
    }
    told |= {f"{other}_url": f"http://{site.doors[other]}" for other in SERVICES}
    if service == "orders" and site.data_folder is not None:
        told["data_folder"] = str(site.data_folder)
    if site.private_hosts:
        told["private_hosts"] = ",".join(site.private_hosts)
    if service == SIGNS_TOKENS:
        told["token_private_key_file"] = str(site.private_key_file)
    return told | dict(site.settings.get(service, {}))


def _secrets(service: str, credentials: Credentials) -> dict[str, str]:
    told = {
        "database_url": credentials.database_url,
        "amqp_url": credentials.amqp_url,
        "service_token": credentials.service_token,
    }
    if credentials.head_office_token is not None:
        told["head_office_token"] = credentials.head_office_token
    if service in READ_CUSTOMERS:
        told["customer_keys"] = credentials.customer_keys
    return told | {name: credentials.own[name] for name in OWN_SECRETS[service]}
