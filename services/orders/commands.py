"""Commands that only orders has."""

from typing import Annotated

import typer

from services.chassis.database import Tx
from services.chassis.settings import load
from services.head_office.port import NoAnswer
from services.orders.app import App, build
from services.orders.handlers import standing, verifying
from services.orders.settings import Settings

Alone = Annotated[bool, typer.Option("--alone", help="Without asking head office.")]


def verify(alone: Alone = False) -> None:
    """Checks every invoice series: no hole, each hash, each document as printed; and what head office was told of them.

    Ends with status 1 where anything was changed, with 3 where head office could not be asked.
    """
    app, silent = build(load(Settings)), None
    series, flaws = verifying.verify_series(app)
    if not alone:
        try:
            flaws += verifying.compare_with(app, app.head_office.heads())
        except NoAnswer as error:
            silent = error.reason
    for flaw in flaws:
        typer.echo(flaw)
    typer.echo(f"{series} series, {len(flaws)} flaws")
    if silent:
        typer.echo(f"Not compared with head office: {silent}. Try again while the line is up.", err=True)
    raise typer.Exit(1 if flaws else 3 if silent else 0)


def restored(app: App, tx: Tx) -> None:
    """Every series is closed: the data are a backup's."""
    standing.restored(app, tx)


COMMANDS = {"verify": verify}
