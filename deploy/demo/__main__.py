"""`python -m deploy.demo`: an outage, line by line."""

import sys
import time
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from deploy.demo import selling
from deploy.demo.outage import Outage
from deploy.demo.store import DemoError, opened
from deploy.head_office.baskets import baskets
from deploy.runner.errors import RunnerError
from deploy.runner.settings import load

ORDERS = 200
PRODUCTS, RECEIPTS = "fashion_products.csv.gz", "retail_receipts.csv.gz"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    data: Annotated[
        Path | None,
        typer.Option(help=f"Folder with {PRODUCTS} and {RECEIPTS}: real articles, sold as real baskets.", exists=True),
    ] = None,
) -> None:
    """Plays an outage against the store of this folder, and judges every sale; starts a store where none runs."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    settings = load()
    if data:
        settings.head_office_data = data / PRODUCTS
        settings.folder = settings.folder.with_name(f"{settings.folder.name}-data")
    try:
        with opened(settings, say) as store:
            kept = Outage(store, say).play(lambda skus: _baskets(data, skus))
    except (DemoError, RunnerError) as error:
        say(str(error))
        sys.exit(2)
    sys.exit(0 if kept else 1)


def _baskets(data: Path | None, skus: list[str]) -> list[selling.Basket]:
    if data is None:
        return list(islice(selling.random_baskets(skus), ORDERS))
    return baskets(data / RECEIPTS, skus)[:ORDERS]


if __name__ == "__main__":
    app(prog_name="python -m deploy.demo")
