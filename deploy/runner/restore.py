"""A store from its backup, in a fresh folder: every series is closed, and head office is told of a new installation."""

import subprocess
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from deploy.runner import database_roles, installation
from deploy.runner.backup import AUTHORITY, DUMP, MANIFEST, SECRETS, Backup, must_have_ended_well, read
from deploy.runner.environment import command
from deploy.runner.errors import RunnerError
from deploy.runner.files import folder, write
from deploy.runner.plan import Plan
from deploy.runner.postgres import SUPERUSER, programs
from deploy.runner.sealed import Seal
from deploy.runner.services import SERVICES
from deploy.runner.settings import RunSettings
from deploy.runner.state import State, restoring

Say = Callable[[str], None]


def restore(settings: RunSettings, place: Path, say: Say) -> None:
    """Makes the store of a backup in a folder that has none. What broke off is begun anew by the same command.

    Raises RunnerError.
    """
    backup = read(place)
    _must_fit(settings, backup)
    passphrase = settings.backup_passphrase
    seal = backup.seal(passphrase.get_secret_value() if passphrase else None)
    kept = _kept(backup, seal)
    _must_be_unchanged(backup, seal)
    home = folder(settings.folder.resolve())
    state = State(home)
    state.claim()
    try:
        mark = restoring(home)
        _must_be_empty(home, mark)
        write(mark, str(place))
        say(f"Backup of {backup.taken_at:%d.%m.%Y %H:%M} UTC: {backup.orders} orders.")
        _lay(kept, home)
        plan = Plan(settings)
        plan.postgres.forget()
        plan.postgres.start()
        try:
            _load(plan, backup.pieces(DUMP, seal))
            say("The database is loaded.")
            _install(plan)
            say("Head office knows this server as the store; the one before can neither send nor sell.")
            _take_note(plan)
            say("Every invoice series is closed; tills get new prefixes from head office.")
        finally:
            plan.postgres.stop()
        mark.unlink()
    finally:
        state.release()


def _must_fit(settings: RunSettings, backup: Backup) -> None:
    if backup.store_id != settings.store_id:
        raise RunnerError(f"This is a backup of store {backup.store_id}: set EDGE_STORE_ID to it.")
    if settings.head_office_url is None or settings.head_office_code is None:
        raise RunnerError(
            "A restored server is installed anew: set EDGE_HEAD_OFFICE_URL, and EDGE_HEAD_OFFICE_CODE to the one-time"
            " code that head office issues for this store."
        )


def _must_be_empty(home: Path, mark: Path) -> None:
    if (home / SECRETS).exists() and not mark.exists():
        raise RunnerError(f"There is a store in {home} already. Set EDGE_FOLDER to a folder without one.")


def _kept(backup: Backup, seal: Seal | None) -> dict[str, str]:
    """Secrets and authority, by where they stand. Raises RunnerError."""
    files = (file for part in (SECRETS, AUTHORITY) for file in (backup.place / part).glob("*"))
    names = [str(file.relative_to(backup.place)) for file in files]
    try:
        return {name: b"".join(backup.pieces(name, seal)).decode() for name in names}
    except UnicodeDecodeError as error:
        raise RunnerError(f"{backup.place} is sealed, and does not say so: its {MANIFEST} was changed.") from error


def _must_be_unchanged(backup: Backup, seal: Seal | None) -> None:
    """A seal is known to be whole at its end, and nothing that somebody else wrote may come to PostgreSQL.

    Raises RunnerError.
    """
    for _ in backup.pieces(DUMP, seal):
        pass


def _lay(kept: dict[str, str], home: Path) -> None:
    for part in (SECRETS, AUTHORITY):
        folder(home / part, mode=0o700)
    for name, text in kept.items():
        write(home / name, text, mode=0o600)


def _load(plan: Plan, dump: Iterable[bytes]) -> None:
    """Loads the database, and brings it up to date: the backup may be of an older version."""
    superuser = plan.postgres.url()
    database_roles.install(superuser, database_roles.DATABASE, SERVICES, plan.vault.database_password)
    _pg_restore(plan, dump)
    installation.prepare_database(superuser, plan.vault, plan.environment, plan.openapi)


def _install(plan: Plan) -> None:
    store_id, code = plan.settings.store_id, plan.installation_code()
    installation.install_at_head_office(plan.head_office_url, store_id, code, plan.vault)


def _take_note(plan: Plan) -> None:
    """Has each service take note that its data were set back."""
    for service in SERVICES:
        done = installation.run(command(service, "restored"), plan.environment(service, "door"))
        if done.returncode != 0:
            raise RunnerError(f"{service} could not take note of the restore:\n{done.stderr.strip()}")


def _pg_restore(plan: Plan, dump: Iterable[bytes]) -> None:
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{plan.postgres.port}/{database_roles.DATABASE}"
    words = [str(programs(None) / "pg_restore"), "--clean", "--if-exists", "--exit-on-error", f"--dbname={url}"]
    told = {"PGPASSWORD": plan.vault.database_superuser(), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as trouble:
        loading = subprocess.Popen(words, env=told, stdin=subprocess.PIPE, stderr=trouble)
        assert loading.stdin is not None
        # one that ends early says why
        with suppress(BrokenPipeError), loading:
            loading.stdin.writelines(dump)
        must_have_ended_well(loading, "pg_restore", trouble)
