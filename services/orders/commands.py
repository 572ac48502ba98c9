"""Commands that only orders has."""

import sys

import typer

from services.chassis.settings import load
from services.orders.app import build
from services.orders.handlers.verifying import verify_series
from services.orders.settings import Settings


def verify() -> None:
    """Checks every invoice series: numbers without a hole, each hash, each document as printed."""
    series, flaws = verify_series(build(load(Settings)))
    for flaw in flaws:
        typer.echo(flaw)
    typer.echo(f"{series} series, {len(flaws)} flaws")
    sys.exit(1 if flaws else 0)


COMMANDS = {"verify": verify}
