"""The command with which a person looks after dead letters."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

Letter = Annotated[int | None, typer.Argument(help="Number of one dead letter, as listed; all of them without it.")]


def letters(service: Callable[[], Any]) -> typer.Typer:
    """`dead-letters list|replay|put-aside`, of the service whose App a call gives."""
    commands = typer.Typer(help="Messages that nobody could take in.", no_args_is_help=True)

    @commands.command("list")
    def list_letters() -> None:
        """Lists dead letters, the oldest first."""
        from services.chassis.inbox import dead_letters

        with service().db.transaction() as tx:
            for row in dead_letters(tx):
                typer.echo(json.dumps(row._asdict(), default=str))

    @commands.command("replay")
    def replay_letters(letter: Letter = None) -> None:
        """Has dead letters tried again; one that may never be taken in says so, and stays."""
        from services.chassis.admission import Admission
        from services.chassis.inbox import replay

        app = service()
        with app.db.transaction() as tx:
            done = replay(tx, Admission(app.settings.id, app.settings.check_senders), letter)
        typer.echo(f"{done.due} will be tried again")
        for number, reason in done.refused.items():
            typer.echo(f"{number} may never be taken in: {reason}")
        raise typer.Exit(1 if done.refused else 0)

    @commands.command("put-aside")
    def put_letter_aside(letter: int, reason: str) -> None:
        """Leaves a dead letter that tells nothing of ours for good; it is kept with the reason."""
        from services.chassis.inbox import put_aside

        with service().db.transaction() as tx:
            done = put_aside(tx, letter, reason)
        typer.echo("It is put aside" if done else "There is no dead letter of that number")
        raise typer.Exit(0 if done else 1)

    return commands
