"""Where everything of one store is: folders, ports, secrets, and the programs that use them."""

import hashlib
import os
import sys
from pathlib import Path

from deploy.runner.certificates import Certificates, this_machine
from deploy.runner.environment import Site, base, command, environment, process_name
from deploy.runner.files import can_enter, folder
from deploy.runner.nginx import Gateway, Nginx
from deploy.runner.ports import Ports
from deploy.runner.postgres import SYSTEM_USER, Postgres
from deploy.runner.processes import HttpProcess
from deploy.runner.rabbitmq import BrokerPorts, RabbitMQ
from deploy.runner.services import KINDS, SERVICES
from deploy.runner.settings import RunSettings
from deploy.runner.vault import Vault

FIRST_HTTP, FIRST_HTTPS = 8080, 8443
LOOPBACK = "127.0.0.1"
STAND_IN_CODE = "install-code"
ELSEWHERE = Path("/var/lib/store-edge")


class Plan:
    """One store in one folder."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.folder = folder(settings.folder.resolve())
        self.logs = folder(self.folder / "logs")
        self.vault = Vault(self.folder / "secrets")
        self.openapi = self.folder / "openapi.json"
        self.certificates = Certificates(self.folder / "ca", this_machine(settings.host_names))
        self._ports = Ports(self.folder / "ports.json", settings.fixed_ports())
        self.http = self._ports.take("http", first=FIRST_HTTP, keep=True)
        self.https = self._ports.take("https", first=FIRST_HTTPS, keep=True)
        self._doors = {service: self._loopback(process_name(service, "door")) for service in SERVICES}
        self._metrics = {
            process_name(service, kind): self._loopback(f"{process_name(service, kind)}.metrics")
            for service in SERVICES
            for kind in KINDS
        }
        self.head_office_url = settings.head_office_url or f"http://{self._loopback('head_office')}"
        self.postgres = self._postgres()
        self.broker = self._broker()
        self.site = self._site()

    @property
    def database_folder(self) -> Path:
        """Where PostgreSQL keeps its data: here, unless its own user cannot get in here."""
        if os.geteuid() != 0 or can_enter(self.folder, SYSTEM_USER):
            return self.folder / "postgres"
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return folder(ELSEWHERE / name)

    @property
    def stand_in_folder(self) -> Path:
        """Where the stand-in keeps its records, its code and the token of its dials."""
        return folder(self.folder / "head_office", mode=0o700)

    def service(self, service: str, kind: str) -> HttpProcess:
        """A door or a worker."""
        name = process_name(service, kind)
        return HttpProcess(
            name,
            command(service, kind),
            environment=self.environment(service, kind),
            log=self.logs / f"{name}.log",
            address=self._metrics[name],
            also=self._doors[service] if kind == "door" else None,
        )

    def stand_in(self) -> HttpProcess | None:
        """The stand-in head office; None where there is a real one."""
        if self.settings.head_office_url:
            return None
        address = self.head_office_url.removeprefix("http://")
        words = [sys.executable, "-m", "deploy.head_office", "serve", "--listen", address]
        words += ["--folder", str(self.stand_in_folder), "--store-id", self.settings.store_id]
        words += ["--variants", str(self.settings.head_office_variants)]
        if self.settings.head_office_data:
            words += ["--products", str(self.settings.head_office_data.resolve())]
        # it can be told to fail in every way: that it takes connections is all that can be asked of it
        return HttpProcess(
            "head_office", words, environment=base(), log=self.logs / "head_office.log", address=address, path=None
        )

    def installation_code(self) -> str | None:
        """The one-time code for this store: the one that was given, or the stand-in's; None where neither is."""
        if self.settings.head_office_code is not None:
            return self.settings.head_office_code.get_secret_value()
        if self.settings.head_office_url is None:
            return (self.stand_in_folder / STAND_IN_CODE).read_text()
        return None

    def gateway(self) -> Nginx:
        """The gateway; it needs its certificate."""
        served = Gateway(
            plain=[f"{LOOPBACK}:{self.http}"],
            tls=[f"{'0.0.0.0' if self.settings.lan else LOOPBACK}:{self.https}"],
            doors={service: [address] for service, address in self._doors.items()},
            openapi=self.openapi,
            certificate=self.certificates.certificate,
            key=self.certificates.key,
            authority=self.certificates.authority,
        )
        return Nginx(self.folder / "nginx", served, self.http)

    def environment(self, service: str, kind: str) -> dict[str, str]:
        """The environment of a process; `migrate` is told the schema owner's account."""
        database, broker = f"{LOOPBACK}:{self.postgres.port}", f"{LOOPBACK}:{self.broker.ports.amqp}"
        told = self.vault.credentials(service, kind, database=database, broker=broker)
        return environment(self.site, service, kind, told)

    def addresses(self) -> dict[str, str]:
        """What people and programs outside may want to reach."""
        hosts = [str(a) for a in self.certificates.names.addresses if not a.is_loopback] if self.settings.lan else []
        return {
            "till": f"http://{LOOPBACK}:{self.http}",
            **{f"till on the LAN ({host})": f"https://{host}:{self.https}" for host in hosts},
            "api": f"http://{LOOPBACK}:{self.http}/api/openapi.json",
            "head_office": self.head_office_url,
            "broker_management": f"http://{LOOPBACK}:{self.broker.ports.management}",
        }

    def metrics(self) -> dict[str, str]:
        """Where each process shows its figures."""
        return dict(self._metrics)

    def _loopback(self, name: str) -> str:
        return f"{LOOPBACK}:{self._ports.take(name)}"

    def _postgres(self) -> Postgres:
        return Postgres(self.database_folder, self._ports.take("postgres"), self.vault.database_superuser())

    def _broker(self) -> RabbitMQ:
        names = ("amqp", "management", "broker.prometheus", "broker.distribution", "epmd")
        ports = BrokerPorts(*(self._ports.take(name) for name in names))
        return RabbitMQ(self.folder / "rabbitmq", ports, self.vault.broker_administrator())

    def _site(self) -> Site:
        return Site(
            store_id=self.settings.store_id,
            environment=self.settings.environment,
            time_zone=self.settings.time_zone.key,
            log_level=self.settings.log_level,
            doors=self._doors,
            metrics=self._metrics,
            head_office_url=self.head_office_url,
            public_key_file=self.vault.keys.public,
            private_key_file=self.vault.keys.private,
            secrets_folder=self.vault.place,
            settings=self.settings.services,
            data_folder=self.database_folder,
        )
