"""`python -m deploy.head_office serve`: the stand-in as a process of its own."""

import secrets
import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from deploy.head_office import demo_data
from deploy.head_office.kept import RecoveryKey
from deploy.head_office.records import RECORDS, Records
from deploy.head_office.server import HeadOffice

INSTALL_CODE, ADMIN_TOKEN, RECOVERY_KEY = "install-code", "admin-token", "recovery-key.pem"

cli = typer.Typer(help="A stand-in for head office.", no_args_is_help=True, add_completion=False)


@cli.callback()
def stand_in() -> None:
    """A stand-in for head office: an honest server with its own file, and dials for everything that goes wrong."""


@cli.command()
def serve(
    listen: Annotated[str, typer.Option(help="Address, as HOST:PORT.")],
    folder: Annotated[Path, typer.Option(help="Where it keeps its records, its install code and its admin token.")],
    store_id: Annotated[str, typer.Option(help="The store that it is head office of.")] = "S001",
    variants: Annotated[int, typer.Option(help="Variants of the generated shop, at least.", min=10)] = 2_000,
    products: Annotated[Path | None, typer.Option(help="CSV of real products, may be gzipped.", exists=True)] = None,
) -> None:
    """Serves the head-office API until it is stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    records = Records(folder / RECORDS)
    if not records.seeded():
        started = time.monotonic()
        demo = demo_data.from_csv(products) if products else demo_data.generate(variants)
        records.seed(demo)
        typer.echo(f"{len(demo.inventory)} variants made in {time.monotonic() - started:.1f} s")
    code = folder / INSTALL_CODE
    office = HeadOffice(
        records,
        store_id=store_id,
        install_code=_secret(code),
        admin_token=_secret(folder / ADMIN_TOKEN),
        recovery_key=RecoveryKey.of_file(folder / RECOVERY_KEY, store_id),
        next_code=lambda: _new_secret(code),
    )
    host, _, port = listen.rpartition(":")
    # the Date header is the server's own, so that a dial can turn it
    uvicorn.run(
        office.app(),
        host=host,
        port=int(port),
        log_level="warning",
        access_log=False,
        date_header=False,
        http="h11",
        backlog=512,
    )


def _secret(file: Path) -> str:
    """A secret in a file of its own, made at the first start."""
    return file.read_text() if file.exists() else _new_secret(file)


def _new_secret(file: Path) -> str:
    """A new secret in its file, whole at any moment."""
    secret, beside = secrets.token_urlsafe(24), file.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_text(secret)
    beside.replace(file)
    return secret


if __name__ == "__main__":
    cli(prog_name="python -m deploy.head_office")
