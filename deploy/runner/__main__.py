"""`python -m deploy.runner up`: the store, until Ctrl-C; `… service orders verify`: a command of one of its parts."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.runner import restore as restoring
from deploy.runner.backup import back_up, passphrase_of
from deploy.runner.environment import command, environment_of, process_name
from deploy.runner.errors import RunnerError
from deploy.runner.renewal import lasting
from deploy.runner.services import SERVICES
from deploy.runner.settings import load
from deploy.runner.state import AlreadyRunning, running
from deploy.runner.system import System
from deploy.runner.vault import Vault
from deploy.runner.versions import broker

SEALED = "It is sealed with EDGE_BACKUP_PASSPHRASE: keep that, and the backup, where this machine is not."
IN_CLEAR = "It holds secrets and customers: keep it where only you can read it, and not on this machine."

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """A store on this machine."""


@app.command()
def up() -> None:
    """Starts the store and keeps it running until Ctrl-C."""
    begun = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt), System(load()) as system:
            _say_open(system, time.monotonic() - begun)
            threading.Event().wait()
    except AlreadyRunning as error:
        print("The store of this folder runs already.")
        told = error.state or {}
        _say_addresses(told.get("addresses", {}))
        _say_certificate(datetime.fromisoformat(end) if (end := told.get("certificate_ends")) else None)
    except RunnerError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from None


@app.command(context_settings={"ignore_unknown_options": True})
def service(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")],
    words: Annotated[list[str], typer.Argument(help="Its command, such as `verify` or `dead-letters list`.")],
) -> None:
    """Runs a command of a service of the store that runs, with that service's settings and rights."""
    told = running(load().folder)
    pid = told and told["processes"].get(process_name(name, "worker"), {}).get("pid")
    if not pid:
        sys.stderr.write(
            f"No {name} runs here. Start the store with `make run`; its services are {', '.join(SERVICES)}.\n"
        )
        raise typer.Exit(1)
    os.execve(sys.executable, command(name, *words), environment_of(pid))  # noqa: S606  no shell is wanted


@app.command("new-customer-key")
def new_customer_key() -> None:
    """Puts a new key for customer data in front of the others; docs/security.md says what follows."""
    key_id = Vault(load().folder / "secrets").add_customer_key()
    print(
        f"Key {key_id} is the newest. Restart the store, then run `service orders rotate-keys` and the same for sync."
    )


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A folder; the backup is a new folder in it.")]) -> None:
    """Backs the store up while it sells: one moment of its database, and the secrets that belong to it."""
    begun = time.monotonic()
    with _told_in_words():
        settings = load()
        passphrase = passphrase_of(settings)
        made = back_up(settings.folder.resolve(), settings.store_id, to.resolve(), passphrase)
        newest = f", the newest of {made.newest_order:%d.%m.%Y %H:%M} UTC" if made.newest_order else ""
        print(f"Backup of store {made.store_id}: {made.place}")
        print(f"  {made.orders} orders{newest}; {made.size / 2**20:.1f} MiB in {time.monotonic() - begun:.0f} s")
        print(SEALED if passphrase else IN_CLEAR)


@app.command()
def restore(place: Annotated[Path, typer.Argument(help="The folder of one backup.")]) -> None:
    """Makes the store of a backup here, and installs it anew at head office; the lost server is then superseded."""
    with _told_in_words():
        restoring.restore(load(), place.resolve(), print)
        print("Start it with `make run`, then `make recover FOLDER=…` for what the backup lacks.")


@contextlib.contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except RunnerError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from None


def _say_open(system: System, seconds: float) -> None:
    print(f"Store {system.plan.settings.store_id} is open, {seconds:.0f} s after the start.")
    _say_addresses(system.plan.addresses())
    _say_certificate(system.plan.certificates.end())
    print(f"  {'broker version':<14} {broker(system.broker_version())}")
    print(f"  {'first manager':<14} {system.first_manager()}")
    print(f"  {'logs':<14} {system.plan.logs}")
    print("Ctrl-C stops it all; the next start finds all data again.", flush=True)


def _say_addresses(addresses: dict[str, Any]) -> None:
    for name, address in addresses.items():
        print(f"  {name.replace('_', ' '):<14} {address}")


def _say_certificate(end: datetime | None) -> None:
    print(f"  {'certificate':<14} {lasting(end, datetime.now(UTC))}")


app()
