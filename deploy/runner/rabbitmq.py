"""A private RabbitMQ: its own node, folder, cookie, port mapper and ports, loopback only."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import amqp

from deploy.runner.broker_admin import BrokerAdmin
from deploy.runner.errors import NotReady, RunnerError, ToolMissing
from deploy.runner.files import folder, write
from deploy.runner.process import Process, wait_ready, wait_until

PROGRAMS = Path("/usr/lib/rabbitmq/bin")  # those in /usr/sbin switch to the system's own user
PACKAGE = "rabbitmq-server"
NODE = "store@localhost"
ADMIN = "admin"
READY_WITHIN_S = 180.0
PORT_MAPPER_WITHIN_S = 60.0
# its alarm has to come before the disk is full: after a true full disk queues stay deaf until a restart
DISK_FREE_LIMIT = "1GB"

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {prometheus}
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
loopback_users.{user} = true
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = AMQPLAIN
disk_free_limit.absolute = {disk_free_limit}
log.file = broker.log
log.file.level = info
log.console = false
"""


@dataclass(frozen=True)
class BrokerPorts:
    """Where a node listens, always on 127.0.0.1."""

    amqp: int
    management: int
    prometheus: int
    distribution: int
    port_mapper: int


class RabbitMQ:
    """A RabbitMQ node of our own; the user `guest` never exists in it."""

    name = "rabbitmq"

    def __init__(
        self,
        place: Path,
        ports: BrokerPorts,
        password: str,
        *,
        disk_free_limit: str = DISK_FREE_LIMIT,
        more: str = "",
    ) -> None:
        """`more`: lines that its configuration has besides."""
        self.ports = ports
        self._more = more
        self._programs = PROGRAMS
        self._place = place
        self._password = password
        self._disk_free_limit = disk_free_limit
        self._port_mapper: Process | None = None
        self.process: Process | None = None

    @property
    def admin(self) -> BrokerAdmin:
        """The management API, as administrator."""
        return self.admin_as(ADMIN, self._password)

    def admin_as(self, user: str, password: str) -> BrokerAdmin:
        """The management API, as somebody else."""
        return BrokerAdmin(f"http://127.0.0.1:{self.ports.management}", user, password)

    def start(self) -> None:
        """Starts it and waits until it takes logins."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Starts it and returns as soon as its port mapper answers."""
        if not (self._programs / "rabbitmq-server").exists():
            raise ToolMissing("RabbitMQ", PACKAGE)
        self._write_files()
        self._drop_torn_settings()
        self._start_port_mapper()
        self.process = Process(
            self.name,
            [str(self._programs / "rabbitmq-server")],
            folder=self._place,
            log=self._place / "rabbitmq.log",
            environment=self._environment(),
        )
        self.process.start()

    def wait(self, within: float = READY_WITHIN_S) -> None:
        """Raises NotReady unless it takes logins within so many seconds."""
        wait_ready(self._running(), self.ready, within=within)

    def ready(self) -> bool:
        """Whether it takes a login on both its doors now."""
        address = f"127.0.0.1:{self.ports.amqp}"
        connection = amqp.Connection(address, userid=ADMIN, password=self._password, connect_timeout=2)
        try:
            connection.connect()
            connection.close()
        except (OSError, amqp.AMQPError):
            return False
        with self.admin as admin:
            return admin.answers()

    def alive(self) -> bool:
        return self.process is not None and self.process.alive()

    def stop(self) -> None:
        """Ends it in order, and its port mapper."""
        for process in (self.process, self._port_mapper):
            if process is not None:
                process.stop()

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._running().kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def url(self, user: str = ADMIN, password: str | None = None, vhost: str = "/") -> str:
        """The AMQP address of a virtual host for a user; without password the administrator's is meant."""
        return f"amqp://{user}:{password or self._password}@127.0.0.1:{self.ports.amqp}/{vhost}"

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says to these words; raises RunnerError when it fails."""
        done = subprocess.run(
            [str(self._programs / "rabbitmqctl"), "-n", NODE, *words],
            env=self._environment(),
            cwd=self._place,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RunnerError(f"rabbitmqctl {words[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def _drop_torn_settings(self) -> None:
        """RabbitMQ writes the settings of a virtual host anew where they are missing, and does not sync them.

        A power cut soon after leaves them empty: every classic queue of that host, and so every question by RPC, is
        then dead for good (3.10, rabbit_vhost:read_config).
        """
        for settings in list(self._place.glob("data/*/msg_stores/vhosts/*/.config")):
            if settings.stat().st_size == 0:
                settings.unlink()

    def _running(self) -> Process:
        if self.process is None:
            raise RunnerError("RabbitMQ was not started.")
        return self.process

    def _start_port_mapper(self) -> None:
        """A node that finds none starts one that nobody ends."""
        if self._port_mapper is not None and self._port_mapper.alive():
            return
        program = shutil.which("epmd")
        if program is None:
            raise ToolMissing("epmd", "erlang-base")
        self._port_mapper = Process(
            "epmd",
            [program, "-port", str(self.ports.port_mapper), "-address", "127.0.0.1"],
            folder=self._place,
            log=self._place / "epmd.log",
            environment={},
        )
        self._port_mapper.start()
        if not wait_until(self._port_mapper_answers, within=PORT_MAPPER_WITHIN_S):
            raise NotReady("epmd", PORT_MAPPER_WITHIN_S, self._port_mapper.log)

    def _port_mapper_answers(self) -> bool:
        words = [str(shutil.which("epmd")), "-port", str(self.ports.port_mapper), "-names"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def _write_files(self) -> None:
        folder(self._place, mode=0o700)
        folder(self._place / "home", mode=0o700)
        cookie = self._place / "home" / ".erlang.cookie"
        if not cookie.exists():
            write(cookie, os.urandom(20).hex(), mode=0o400)
        write(self._place / "enabled_plugins", "[rabbitmq_management,rabbitmq_prometheus].\n")
        write(self._place / "rabbitmq.conf", self._configuration(), mode=0o600)

    def _configuration(self) -> str:
        own = CONFIGURATION.format(
            amqp=self.ports.amqp,
            management=self.ports.management,
            prometheus=self.ports.prometheus,
            user=ADMIN,
            password=self._password,
            disk_free_limit=self._disk_free_limit,
        )
        return own + self._more

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self._place / "home"),
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_MNESIA_BASE": str(self._place / "data"),
            "RABBITMQ_LOG_BASE": str(self._place / "log"),
            "RABBITMQ_CONFIG_FILE": str(self._place / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._place / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self.ports.port_mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # the script then becomes the server, instead of waiting for one
            "RUNNING_UNDER_SYSTEMD": "true",
        }
