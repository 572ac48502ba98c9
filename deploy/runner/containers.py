"""The same store in containers: what each of them does, under the names that docker-compose.yml gives them."""

import contextlib
import ipaddress
import json
import os
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.runner import installation
from deploy.runner.broker_admin import BrokerAdmin
from deploy.runner.broker_login import definitions
from deploy.runner.certificates import Certificates, Names
from deploy.runner.environment import SIGNS_TOKENS, Credentials, Site, base, command, environment, process_name
from deploy.runner.files import folder, write
from deploy.runner.nginx import Gateway, Nginx
from deploy.runner.postgres import SUPERUSER
from deploy.runner.rabbitmq import ADMIN, DISK_FREE_LIMIT
from deploy.runner.renewal import Renewal, begin
from deploy.runner.services import KINDS, SERVICES
from deploy.runner.settings import RunSettings, load
from deploy.runner.vault import Vault

DATABASE, BROKER, MANAGEMENT = "postgres:5432", "rabbitmq:5672", "http://rabbitmq:15672"
HEAD_OFFICE = "http://head-office:8000"
HEAD_OFFICE_CODE = Path("/var/lib/head-office/install-code")
DOOR, METRICS = "0.0.0.0:8000", "0.0.0.0:9100"
HTTP, HTTPS = 8080, 8443
OPENAPI = "openapi.json"
EVERYWHERE = "0.0.0.0"
LOOK_EVERY_S = 60.0

# each is a volume that is shared with one container only; the broker's runs as somebody else, who has to read it
FOR_POSTGRES = Path("/var/lib/for-postgres/password")
FOR_BROKER = Path("/var/lib/for-rabbitmq")
SEEN_BY_BROKER = Path("/etc/rabbitmq/conf.d")
BROKER_LOGIN, BROKER_SETTINGS = "20-store.json", "20-store.conf"
FOR_SERVICES = Path("/var/lib/for-services")
FOR_GATEWAY = Path("/var/lib/for-gateway")
GATEWAY = Path("/var/lib/gateway")
# the database's own volume, wherever whoever runs the machine puts it: its room is seen, what is in it is PostgreSQL's
DATABASE_DISK = Path("/var/lib/database")

BROKER_CONFIGURATION = """\
load_definitions = {definitions}
loopback_users = none
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = AMQPLAIN
disk_free_limit.absolute = {disk_free_limit}
"""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class Store:
    """One store's secrets, for the containers that make them and hand them out."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.vault = Vault(settings.folder / "secrets")
        # a container's own name and address are others at its next start, and nobody outside knows them
        names = Names(("localhost", "gateway", *settings.host_names), (ipaddress.IPv4Address("127.0.0.1"),))
        self.certificates = Certificates(settings.folder / "ca", names, FOR_GATEWAY)

    def environment(self, service: str, kind: str) -> dict[str, str]:
        return environment(self._site(), service, kind, self._credentials(service, kind))

    def hand_out(self, service: str) -> None:
        """Puts what the processes of a service are told, and nothing else, where that service finds it."""
        place = folder(FOR_SERVICES / service, mode=0o700)
        public, private = place / self.vault.keys.public.name, place / self.vault.keys.private.name
        site = replace(self._site(), secrets_folder=place, public_key_file=public, private_key_file=private)
        write(public, self.vault.keys.public.read_text(), mode=0o400)
        if service == SIGNS_TOKENS:
            write(private, self.vault.keys.private.read_text(), mode=0o400)
        for kind in KINDS:
            told = environment(site, service, kind, self._credentials(service, kind))
            write(place / f"{kind}.json", json.dumps(told), mode=0o400)

    def _credentials(self, service: str, kind: str) -> Credentials:
        return self.vault.credentials(service, kind, database=DATABASE, broker=BROKER)

    def _site(self) -> Site:
        return Site(
            store_id=self.settings.store_id,
            environment=self.settings.environment,
            time_zone=self.settings.time_zone.key,
            log_level=self.settings.log_level,
            doors={service: f"{service}-door:8000" for service in SERVICES},
            metrics={process_name(service, kind): METRICS for service in SERVICES for kind in KINDS},
            head_office_url=self.settings.head_office_url or HEAD_OFFICE,
            public_key_file=self.vault.keys.public,
            private_key_file=self.vault.keys.private,
            secrets_folder=self.vault.place,
            data_folder=DATABASE_DISK,
            door_listen=DOOR,
            private_hosts=("postgres", "rabbitmq", *(f"{service}-door" for service in SERVICES)),
            settings=self.settings.services,
        )


@app.callback()
def main() -> None:
    """What each container of a store does."""


@app.command()
def prepare() -> None:
    """Makes secrets, keys and certificates, before the servers start."""
    store = Store(load())
    begin(store.certificates, datetime.now(UTC))
    write(FOR_GATEWAY / store.certificates.authority.name, store.certificates.authority.read_text())
    write(FOR_POSTGRES, store.vault.database_superuser(), mode=0o400)
    write(FOR_BROKER / BROKER_LOGIN, definitions(ADMIN, store.vault.broker_administrator()))
    configuration = BROKER_CONFIGURATION.format(
        definitions=SEEN_BY_BROKER / BROKER_LOGIN, disk_free_limit=DISK_FREE_LIMIT
    )
    write(FOR_BROKER / BROKER_SETTINGS, configuration)


@app.command()
def install() -> None:
    """Makes accounts and tables, and installs the store at head office, before the processes start."""
    store = Store(load())
    superuser = f"postgresql://{SUPERUSER}:{store.vault.database_superuser()}@{DATABASE}/postgres"
    installation.prepare_database(superuser, store.vault, store.environment, FOR_GATEWAY / OPENAPI)
    installation.prepare_broker(BrokerAdmin(MANAGEMENT, ADMIN, store.vault.broker_administrator()), store.vault)
    code = store.settings.head_office_code
    given = code.get_secret_value() if code else HEAD_OFFICE_CODE.read_text()
    url = store.settings.head_office_url or HEAD_OFFICE
    installation.install_at_head_office(url, store.settings.store_id, given, store.vault)
    for service in SERVICES:
        store.hand_out(service)


@app.command()
def process(
    service: str, words: Annotated[list[str], typer.Argument(help="door, worker, or another command.")]
) -> None:
    """Becomes one process of a service."""
    run = command(service, *words)
    os.execve(run[0], run, told(service, words[0] if words[0] in KINDS else "door"))  # noqa: S606  this process becomes that one


def told(service: str, kind: str) -> dict[str, str]:
    """The environment of a process, out of what its service was handed."""
    handed: dict[str, str] = json.loads((FOR_SERVICES / service / f"{kind}.json").read_text())
    return handed | base()


@app.command()
def certificates() -> None:
    """Renews the gateway's certificate in time, for as long as the store runs."""
    store, closing = Store(load()), _told_to_end()
    renewal = Renewal(store.certificates, lambda: None)
    renewal.look(datetime.now(UTC))
    renewal.keep(closing)


@app.command()
def gateway() -> None:
    """Runs the gateway until it is told to end. Ends with status 1 where nginx ends by itself."""
    nginx, closing = nginx_of_store(), _told_to_end()
    serve(nginx, closing)
    if not closing.is_set():
        raise typer.Exit(1)


def nginx_of_store() -> Nginx:
    """The gateway, with what it was handed."""
    served = Gateway(
        plain=[f"{EVERYWHERE}:{HTTP}"],
        tls=[f"{EVERYWHERE}:{HTTPS}"],
        doors={service: [f"{service}-door:8000"] for service in SERVICES},
        openapi=FOR_GATEWAY / OPENAPI,
        certificate=FOR_GATEWAY / "gateway.crt",
        key=FOR_GATEWAY / "gateway.key",
        authority=FOR_GATEWAY / "ca.crt",
    )
    return Nginx(GATEWAY / "nginx", served, HTTP)


def serve(nginx: Nginx, closing: threading.Event, every: float = LOOK_EVERY_S) -> None:
    """Runs nginx until it has ended, or is to end; it reads its certificate again when that is another one."""
    used = _certificate(nginx)
    nginx.launch()
    while nginx.alive() and not closing.wait(every):
        found = _certificate(nginx)
        if found not in (used, None):
            nginx.reload()
            used = found
    nginx.stop()


def _certificate(nginx: Nginx) -> bytes | None:
    """What is at its place; None while that cannot be read."""
    with contextlib.suppress(OSError):
        return nginx.gateway.certificate.read_bytes() if nginx.gateway.certificate else None
    return None


def _told_to_end() -> threading.Event:
    """Is set when the container is stopped: the first process of one gets no signal that it does not ask for."""
    closing = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: closing.set())
    return closing


if __name__ == "__main__":
    app()
