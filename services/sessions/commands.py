"""Commands of sessions beside those of every service."""

import time
from typing import Annotated

import typer

from services.chassis.settings import load
from services.sessions.app import App, build
from services.sessions.domain.ledger import flaws
from services.sessions.handlers import people
from services.sessions.settings import Settings
from services.sessions.store import ledger, offline_sessions

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


def verify() -> None:
    """Verifies the ledger's chain; ends with status 1 and names every flaw where it was changed."""
    found = check(build(load(Settings)))
    for line in found:
        typer.echo(line, err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("The ledger is unbroken.")


def check(app: App) -> list[str]:
    """What is wrong with the ledger, in words: flaws of the chain, and heads of sessions that it does not hold."""
    with app.db.transaction() as tx:
        wrong = [f"entry {flaw.sequence} {flaw.problem}" for flaw in flaws(ledger.everything(tx))]
        lost = [f"the head of session {row} is not in the ledger" for row in offline_sessions.with_lost_heads(tx)]
    return wrong + lost


COMMANDS = {"first-manager": first_manager, "verify": verify}
