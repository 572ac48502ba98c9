"""`python -m tests.faults`: strikes a store, and counts whether a single confirmed sale was lost or doubled."""

import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from tests.faults import table
from tests.faults.disk import Disk
from tests.faults.drills import DRILLS, NOT_MADE, POINTS, disks, random_kills
from tests.faults.rounds import Drill, Rounds, Row
from tests.faults.world import NotMade, World


@dataclass(frozen=True)
class Options:
    seed: int
    load: float
    defence_off: str
    broker: Path | None


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Annotated[int, typer.Option(help="Kills at random moments, ten of them a round.", min=0)] = 100,
    seed: Annotated[int, typer.Option(help="Of everything that is chosen at random.")] = 1,
    load: Annotated[float, typer.Option(help="How much faster the tills sell.", min=0.1, max=10)] = 1.0,
    only: Annotated[str, typer.Option(help="These rows alone, by commas: F16,F24,points.")] = "",
    defence_off: Annotated[str, typer.Option(help="A defence to switch off, to see that it is missed.")] = "",
    broker: Annotated[
        Path | None, typer.Option(help="A root file system with another RabbitMQ; this machine's without.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the table goes, as Markdown.")] = None,
) -> None:
    """Strikes a store of its own in every way that this machine can make; ends with `N passed, N failed`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="store-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        rows = _play(Path(folder), set(filter(None, only.split(","))), rounds, Options(seed, load, defence_off, broker))
    if not only:
        for row, why in NOT_MADE.items():
            print(f"{row:<6} not run: {why}")
    if out:
        out.write_text(table.markdown(rows, seed))
    failed = [row for row in rows if row.failed or row.lacks]
    print(f"{time.monotonic() - began:.0f} s, seed {seed}, load {load}")
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed")
    sys.exit(bool(failed))


def _play(place: Path, only: set[str], kills: int, options: Options) -> list[Row]:
    """On the machine's own disk, then on one whose power can be cut."""
    rows = _in_a_store(place / "one", _chosen([*DRILLS, POINTS, *random_kills(kills)], only), options)
    if not _chosen(disks.drills(Disk(place)), only):
        return rows
    try:
        with Disk.opened(place) as disk:
            return rows + _in_a_store(place / "two", _chosen(disks.drills(disk), only), options, disk.mount)
    except NotMade as why:
        print(f"F32, F34 not run: {why}")
        return rows


def _chosen(drills: Iterable[Drill], only: set[str]) -> list[Drill]:
    return [drill for drill in drills if not only or {drill.row, drill.row.rstrip("abcd")} & only]


def _in_a_store(place: Path, drills: list[Drill], options: Options, data_on: Path | None = None) -> list[Row]:
    rows: list[Row] = []
    if not drills:
        return rows
    with World.opened(place, **asdict(options), data_on=data_on) as world:
        print(f"RabbitMQ {world.system.plan.broker.control('version').strip()}", flush=True)
        rounds = Rounds(world)
        for drill in drills:
            rows.append(rounds.play(drill))
            print(table.line(rows[-1]), flush=True)
    return rows


app()
