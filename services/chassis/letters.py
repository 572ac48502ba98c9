"""The command with which a person looks after dead letters."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

Letter = Annotated[int | None, typer.Argument(help="Number of one dead letter, as listed; all of them without it.")]


def letters(database: Callable[[], Any]) -> typer.Typer:
    """`dead-letters list|replay|put-aside`, on the database that a call gives."""
    commands = typer.Typer(help="Messages that nobody could take in.", no_args_is_help=True)

    @commands.command("list")
    def list_letters() -> None:
        """Lists dead letters, the oldest first."""
        from services.chassis.inbox import dead_letters

        with database().transaction() as tx:
            for row in dead_letters(tx):
                typer.echo(json.dumps(row._asdict(), default=str))

    @commands.command("replay")
    def replay_letters(letter: Letter = None) -> None:
        """Has dead letters tried again."""
        from services.chassis.inbox import replay

        with database().transaction() as tx:
            typer.echo(f"{replay(tx, letter)} will be tried again")

    @commands.command("put-aside")
    def put_letter_aside(letter: int, reason: str) -> None:
        """Leaves a dead letter that tells nothing of ours for good; it is kept with the reason."""
        from services.chassis.inbox import put_aside

        with database().transaction() as tx:
            done = put_aside(tx, letter, reason)
        typer.echo("It is put aside" if done else "There is no dead letter of that number")
        raise typer.Exit(0 if done else 1)

    return commands
