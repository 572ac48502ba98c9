"""Commands that only orders has."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.chassis.database import Tx
from services.chassis.settings import load
from services.head_office.port import NoAnswer
from services.orders.app import App, build
from services.orders.handlers import recovering, standing, verifying
from services.orders.handlers.recovering import Report
from services.orders.handlers.rotating import rotate
from services.orders.settings import Settings

Folders = Annotated[
    list[Path] | None, typer.Argument(help="Folders of tills.", exists=True, file_okay=False, readable=True)
]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The first day to ask head office for, if not the newest of the backup."),
]
Alone = Annotated[bool, typer.Option("--alone", help="Without asking head office.")]


def verify(alone: Alone = False) -> None:
    """Checks every invoice series: no hole, each hash, each document as printed; and what head office was told of them.

    Ends with status 1 where anything was changed, with 3 where head office could not be asked. What this server lacks
    because it was restored from a backup is named as a known loss, and changes no status.
    """
    app, silent = build(load(Settings)), None
    series, flaws = verifying.verify_series(app)
    if not alone:
        try:
            known = app.head_office.heads()
        except NoAnswer as error:
            silent = error.reason
        else:
            with app.db.transaction() as tx:
                flaws += verifying.differences(tx, known)
                lost = verifying.losses(tx, known)
            for loss in lost:
                typer.echo(f"Known loss: {loss}")
    for flaw in flaws:
        typer.echo(flaw)
    typer.echo(f"{series} series, {len(flaws)} flaws")
    if silent:
        typer.echo(f"Not compared with head office: {silent}. Try again while the line is up.", err=True)
    raise typer.Exit(1 if flaws else 3 if silent else 0)


def recover(folders: Folders = None, since: Since = None) -> None:
    """Takes back what a backup lacks: first from head office, then from each folder.

    Ends with status 1 where a person has to look at something, with 3 where head office did not answer.
    """
    app, report = build(load(Settings)), Report()
    try:
        recovering.from_head_office(app, since.date() if since else None, report)
        for folder in folders or ():
            _recover_from(app, folder, report)
    except NoAnswer as error:
        typer.echo(f"Head office did not answer ({error.reason}): run this again. What was taken stays.", err=True)
        raise typer.Exit(3) from None
    finally:
        _say(report)
    raise typer.Exit(1 if report.problems or report.unanswered else 0)


def _recover_from(app: App, folder: Path, report: Report) -> None:
    """A stick that was pulled out keeps no other folder from being read."""
    try:
        recovering.from_folder(app, folder, report)
    except OSError as error:
        report.problems.append(f"{folder} cannot be read: {error.strerror}")


def _say(report: Report) -> None:
    for line in report.problems:
        typer.echo(f"Not used: {line}")
    for line in report.unanswered:
        typer.echo(f"For a person: {line}")
    typer.echo(
        f"{len(report.taken)} orders taken back, {report.known} were here already, "
        f"{len(report.unanswered)} asked for without an answer, {len(report.problems)} files not used"
    )


def restored(app: App, tx: Tx) -> None:
    """Every series is closed: the data are a backup's. Raises NoAnswer."""
    standing.restored(app, tx, app.head_office.heads().epoch)


def rotate_keys() -> None:
    """Seals customer data anew under the newest key, while the shop sells."""
    waiting = rotate(build(load(Settings)), lambda name, count: typer.echo(f"{count} {name} sealed anew"))
    for key, count in waiting.items():
        typer.echo(f"key {key} is still needed: {count} messages under it wait to be told")


COMMANDS = {"verify": verify, "recover": recover, "rotate-keys": rotate_keys}
