"""`python -m deploy.head_office serve`: the stand-in as a process of its own."""

import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from deploy.head_office import demo_data
from deploy.head_office.records import Records
from deploy.head_office.server import HeadOffice

cli = typer.Typer(help="A stand-in for head office.", no_args_is_help=True, add_completion=False)


@cli.callback()
def stand_in() -> None:
    """A stand-in for head office: an honest server with its own file, and dials for everything that goes wrong."""


@cli.command()
def serve(  # noqa: PLR0917  options of a command
    port: Annotated[int, typer.Option(help="Port on the loopback address.")],
    data: Annotated[Path, typer.Option(help="File in which it keeps everything.")],
    install_code: Annotated[str, typer.Option(envvar="HEAD_OFFICE_INSTALL_CODE", help="Code that installs a store.")],
    admin_token: Annotated[str, typer.Option(envvar="HEAD_OFFICE_ADMIN_TOKEN", help="Token for dials and records.")],
    store_id: Annotated[str, typer.Option(help="The store that it is head office of.")] = "S001",
    variants: Annotated[int, typer.Option(help="Variants of the generated shop, at least.", min=10)] = 2_000,
    csv: Annotated[Path | None, typer.Option(help="CSV of real products, may be gzipped.", exists=True)] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serves the head-office API until it is stopped."""
    records = Records(data)
    if not records.seeded():
        started = time.monotonic()
        demo = demo_data.from_csv(csv) if csv else demo_data.generate(variants)
        records.seed(demo)
        typer.echo(f"{len(demo.inventory)} variants made in {time.monotonic() - started:.1f} s")
    office = HeadOffice(records, store_id=store_id, install_code=install_code, admin_token=admin_token)
    uvicorn.run(office.app(), host=host, port=port, log_level="warning", access_log=False, http="h11", backlog=512)


if __name__ == "__main__":
    cli(prog_name="python -m deploy.head_office")
