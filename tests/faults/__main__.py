"""`python -m tests.faults`: strikes a store, and counts whether a single confirmed sale was lost or doubled."""

import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from tests.faults import build, table
from tests.faults.disk import Disk
from tests.faults.drills import NOT_MADE, ONE_STORE, OTHER_STORE, disks, random_kills
from tests.faults.pace import watched
from tests.faults.rounds import Drill, Rounds, Row
from tests.faults.world import NotMade, World


@dataclass(frozen=True)
class Options:
    seed: int
    load: float
    defence_off: str
    broker: Path | None
    clocks: str


# what waits for seconds in a drill waits for minutes in a shop
LONGER = 10

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Annotated[int, typer.Option(help="Kills at random moments, twenty of them a round.", min=0)] = 100,
    seed: Annotated[int, typer.Option(help="Of everything that is chosen at random.")] = 1,
    load: Annotated[float, typer.Option(help="How much faster the tills sell.", min=0.1, max=10)] = 1.0,
    only: Annotated[str, typer.Option(help="These rows alone, by commas: F16,F24,points.")] = "",
    defence_off: Annotated[str, typer.Option(help="A defence to switch off, to see that it is missed.")] = "",
    broker: Annotated[
        Path | None, typer.Option(help="A root file system with another RabbitMQ; this machine's without.")
    ] = None,
    delivered_clocks: Annotated[
        bool, typer.Option(help="Wait for minutes where the delivered services do: a few rows, each for long.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Where the table goes, as Markdown.")] = None,
) -> None:
    """Strikes a store of its own in every way that this machine can make; ends with `N passed, N failed`."""
    began, pace = time.monotonic(), watched()
    with tempfile.TemporaryDirectory(prefix="store-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        clocks = build.DELIVERED if delivered_clocks else build.SHORT
        options = Options(seed, load, defence_off, broker, clocks)
        rows = _play(Path(folder), set(filter(None, only.split(","))), rounds, options)
    not_made = {} if only else NOT_MADE
    for row, why in not_made.items():
        print(f"{row:<6} not run: {why}")
    takes, slower = time.monotonic() - began, pace.average()
    worst = pace.over(began)
    how = f"seed {seed}, load {load}, a machine {slower:.2f} times slower than a shop's, {worst:.1f} at worst"
    if out:
        out.write_text(table.markdown(rows, not_made, how))
    failed = [row for row in rows if row.failed or row.lacks]
    print(f"{takes / 60:.1f} min, {takes / 60 / slower:.1f} of a shop's machine; {how}")
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed")
    sys.exit(bool(failed))


def _play(place: Path, only: set[str], kills: int, options: Options) -> list[Row]:
    """In two stores at once, the second on a disk whose power can be cut."""
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(_on_a_disk, place, only, kills, options)
        return _in_a_store(place / "one", _chosen(ONE_STORE, only), options) + other.result()


def _on_a_disk(place: Path, only: set[str], kills: int, options: Options) -> list[Row]:
    """What needs no disk of its own is played on the machine's where none can be made."""
    before, after = _chosen(OTHER_STORE, only), _chosen(random_kills(kills), only)
    lacking = [Row(drill) for drill in _chosen(disks.drills(Disk(place)), only)]
    if lacking:
        try:
            with Disk.opened(place) as disk:
                between = _chosen(disks.drills(disk), only)
                return _in_a_store(place / "two", [*before, *between, *after], options, disk.mount)
        except NotMade as why:
            for row in lacking:
                row.why, row.not_run = str(why), row.drill.rounds
                print(table.line(row), flush=True)
    return _in_a_store(place / "two", [*before, *after], options) + lacking


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
            longer = LONGER if options.clocks == build.DELIVERED else 1
            rows.append(rounds.play(replace(drill, within=drill.within * longer)))
            print(table.line(rows[-1]), flush=True)
    return rows


app()
