"""A private PostgreSQL: its own folder and port, loopback only, every login by password."""

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from deploy.runner.environment import base
from deploy.runner.errors import RunnerError, ToolMissing
from deploy.runner.files import folder, give
from deploy.runner.process import Process, as_user, wait_ready

SYSTEM_USER = "postgres"  # initdb and postgres refuse to run as root
SUPERUSER = "postgres"
PACKAGE = "postgresql"
READY_WITHIN_S = 120.0
MAX_CONNECTIONS = 200

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(MAX_CONNECTIONS),
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # a statement that fails must not put what customers told us into the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
# for tests only: data that a power cut may lose
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A PostgreSQL server of our own."""

    name = "postgres"

    def __init__(self, place: Path, port: int, password: str, *, careless: bool = False) -> None:
        """`careless` is for tests: nothing is flushed to disk."""
        self.port = port
        self._place = place
        self._data = place / "data"
        self._password = password
        self._careless = careless
        # beside the folder and not in it: it is there also when the disk under the folder is not
        self._made = place.with_name(f"{place.name}.made")
        self.process: Process | None = None

    def start(self) -> None:
        """Starts it, for the first time with a fresh set of data, and waits until it takes logins."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Starts it and returns at once. Raises RunnerError when data that were made before are gone."""
        folder(self._place, mode=0o700, user=SYSTEM_USER)
        if not (self._data / "PG_VERSION").exists():
            self._must_be_new()
            self._create()
        self._made.touch()
        self.process = Process(
            self.name,
            [str(self._programs() / "postgres"), "-D", str(self._data), "-p", str(self.port), *self._options()],
            folder=self._place,
            log=self._place / "postgres.log",
            environment={"LC_ALL": "C.UTF-8"},
            user=SYSTEM_USER,
            stop_signal=signal.SIGINT,
        )
        self.process.start()

    def forget(self) -> None:
        """Removes all data; the next start makes an empty database."""
        shutil.rmtree(self._data, ignore_errors=True)
        self._made.unlink(missing_ok=True)

    def wait(self, within: float = READY_WITHIN_S) -> None:
        """Raises NotReady unless it takes logins within so many seconds."""
        wait_ready(self._running(), self.ready, within=within)

    def ready(self) -> bool:
        """Whether it takes a login now."""
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def alive(self) -> bool:
        return self.process is not None and self.process.alive()

    def stop(self) -> None:
        """Ends it; transactions that are open are rolled back."""
        if self.process is not None:
            self.process.stop()

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._running().kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def url(self, user: str = SUPERUSER, password: str | None = None, database: str = "postgres") -> str:
        """The address of a database for a role; without password the superuser's is meant."""
        return f"postgresql://{user}:{password or self._password}@127.0.0.1:{self.port}/{database}"

    def _running(self) -> Process:
        if self.process is None:
            raise RunnerError("PostgreSQL was not started.")
        return self.process

    def _options(self) -> list[str]:
        chosen = SETTINGS | (CARELESS if self._careless else {})
        return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]

    def _programs(self) -> Path:
        """The folder of the programs of the version that the data were made by, or of the newest."""
        version = self._data / "PG_VERSION"
        wanted = version.read_text().strip() if version.exists() else None
        return programs(wanted)

    def _must_be_new(self) -> None:
        """A disk that is not mounted is no reason to sell out of an empty database."""
        if self._made.exists():
            raise RunnerError(
                f"The database that was in {self._place} is gone. Mount the disk that it is on, or restore a backup"
                f" (make restore). To begin with an empty one, remove {self._made}."
            )

    def _create(self) -> None:
        password_file = self._place / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        give(password_file, SYSTEM_USER)
        # a half-made folder of an earlier try is in initdb's way
        shutil.rmtree(self._data, ignore_errors=True)
        try:
            made = subprocess.run(
                self._initdb(password_file), cwd=self._place, env=base(), capture_output=True, check=False
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise RunnerError(f"initdb failed in {self._place}: {made.stderr.decode(errors='replace').strip()}")

    def _initdb(self, password_file: Path) -> list[str]:
        words = [*as_user(SYSTEM_USER), str(programs(None) / "initdb"), "-D", str(self._data)]
        words += ["--username", SUPERUSER, "--pwfile", str(password_file), "--auth", "scram-sha-256"]
        words += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"]
        return [*words, "--no-sync"] if self._careless else words


def programs(version: str | None) -> Path:
    """The folder that holds initdb and postgres, of one major version or of the newest. Raises RunnerError."""
    found = {p.parent.parent.name: p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    if version is not None and version not in found and found:
        raise RunnerError(f"The data were made by PostgreSQL {version}. Install the package postgresql-{version}.")
    if found:
        return found[version or max(found, key=int)]
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise ToolMissing("PostgreSQL", PACKAGE)
    return Path(elsewhere).resolve().parent
