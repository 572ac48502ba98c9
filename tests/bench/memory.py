"""`python -m tests.bench.memory`: how much memory long work takes, beside a tenth of it; flat is a ratio of about 1."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from deploy.runner.environment import PROJECT
from deploy.runner.ports import Ports
from deploy.runner.postgres import Postgres
from tests.conftest import PASSWORD, Databases

SIZES = {"intake_and_drain": 100_000, "feed": 1_000_000, "export": 100_000}
SERVICE = {"intake_and_drain": "sync", "feed": "catalog", "export": "sessions"}
WHAT = {"intake_and_drain": "orders taken in and drained", "feed": "variants of a feed", "export": "rows exported"}
MOST = 1.25


@dataclass(frozen=True)
class Row:
    """Peaks of resident memory in megabytes, of a tenth of the work and of all of it."""

    what: str
    size: int
    tenth_mb: float
    whole_mb: float

    @property
    def ratio(self) -> float:
        return self.whole_mb / self.tenth_mb

    @property
    def flat(self) -> bool:
        return self.ratio <= MOST

    def line(self) -> str:
        of = f"{self.size:,} {self.what}"
        figures = f"{self.whole_mb:7.0f} MB at most, {self.tenth_mb:.0f} MB with a tenth"
        return f"{of:<40} {figures}   ratio {self.ratio:5.2f}   (goal: {MOST})"


def measure(*, scale: float = 1.0, only: str = "") -> Iterator[Row]:
    """A row a kind of work, each size in a process and a database of its own; `scale` makes all sizes smaller."""
    with tempfile.TemporaryDirectory(prefix="store-memory-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        server = Postgres(place / "postgres", Ports(place / "ports.json").take("postgres"), PASSWORD, careless=True)
        server.start()
        try:
            databases = Databases(server, place)
            for case in filter(lambda name: not only or name == only, SIZES):
                size = int(SIZES[case] * scale)
                tenth, whole = (peak_mb(databases, case, n) for n in (size // 10, size))
                yield Row(WHAT[case], size, tenth, whole)
        finally:
            server.stop()


def peak_mb(databases: Databases, case: str, size: int) -> float:
    """What one piece of work takes at most. Raises CalledProcessError where it is not done as it should."""
    url = databases(SERVICE[case])
    try:
        words = [sys.executable, "-m", "tests.bench.memory_case", case, str(size), url]
        done = subprocess.run(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    finally:
        databases.drop(url)
    return int(done.stdout.split()[-1]) / 1024


def main(
    scale: Annotated[float, typer.Option(help="Of the full sizes.", min=0.001, max=10)] = 1.0,
    only: Annotated[str, typer.Option(help="One kind of work: intake_and_drain, feed or export.")] = "",
) -> None:
    """Measures 100,000 orders, 1,000,000 variants and 100,000 exported rows; status 1 where memory grows with them."""
    rows = []
    for row in measure(scale=scale, only=only):
        rows.append(row)
        typer.echo(row.line())
    raise typer.Exit(not all(row.flat for row in rows))


if __name__ == "__main__":
    typer.run(main)
