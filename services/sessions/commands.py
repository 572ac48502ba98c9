"""Commands of sessions beside those of every service."""

import time
from typing import Annotated

import typer

from services.chassis.database import Tx
from services.chassis.settings import load
from services.head_office.connecting import connect
from services.head_office.port import Heads, NoAnswer
from services.sessions.app import App, build
from services.sessions.domain.mode import Entry
from services.sessions.handlers import people, verifying
from services.sessions.settings import Settings
from services.sessions.store import ledger

Alone = Annotated[bool, typer.Option("--alone", help="Without asking head office.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the staff list to be synced.")]


def first_manager(wait: Wait = 0) -> None:
    """Prints a one-time code for a manager, where no manager has a PIN yet."""
    app = build(load(Settings))
    deadline = app.clock.monotonic() + wait
    while not people.synced(app) and app.clock.monotonic() < deadline:
        time.sleep(0.5)
    if not people.synced(app):
        typer.echo("The staff list is not synced yet: try again when head office was reached.", err=True)
        raise typer.Exit(1)
    code = people.first_manager(app)
    if code is None:
        typer.echo("A manager has a PIN already, and can issue codes for others.")
        return
    typer.echo(f"{code.staff_code} {code.code}")


def verify(alone: Alone = False) -> None:
    """Verifies the ledger, and each session beside it; compares it with what head office was told.

    Ends with status 1 and names every flaw where anything was changed, with 3 where head office could not be asked.
    What this server lacks because it was restored from a backup is named as a known loss, and changes no status.
    """
    app = build(load(Settings))
    # of one moment, for the shop goes on
    with app.db.snapshot() as tx:
        found = verifying.verify(tx)
    silent = None
    if not alone:
        try:
            heads = heads_of(app)
        except NoAnswer as error:
            silent = error.reason
        else:
            with app.db.transaction() as tx:
                found += verifying.compare(tx, heads)
                lost = verifying.losses(tx, heads)
            for line in lost:
                typer.echo(f"Known loss: {line}")
    for line in found:
        typer.echo(line, err=True)
    if silent:
        typer.echo(f"It was not compared with head office: {silent}. Try again while the line is up.", err=True)
    if not found:
        typer.echo("The ledger is unbroken.")
    raise typer.Exit(1 if found else 3 if silent else 0)


def heads_of(app: App) -> Heads:
    """How far head office knows the ledger. Raises NoAnswer."""
    settings = app.settings
    if settings.head_office_url is None or settings.head_office_token is None:
        raise NoAnswer("no_head_office")
    token = settings.head_office_token.get_secret_value()
    return connect(settings.head_office_adapter, str(settings.head_office_url), token).heads()


def restored(app: App, tx: Tx) -> None:
    """The ledger says for ever that it was set back to a backup, and by which installation. Raises NoAnswer."""
    facts = {"epoch": heads_of(app).epoch}
    ledger.append(tx, app.settings.id, Entry(verifying.RESTORED, app.clock.now(), facts=facts))


COMMANDS = {"first-manager": first_manager, "verify": verify}
