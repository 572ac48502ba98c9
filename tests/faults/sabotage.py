"""`python -m tests.faults.sabotage`: switches defences off, one by one, to see whether their lines turn red."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from tests.faults.checker import CHECKS
from tests.faults.defences import FSYNC
from tests.faults.disk import Disk
from tests.faults.drills import DRILLS, disks, processes
from tests.faults.rounds import Drill, Rounds
from tests.faults.world import World

# what is lost never comes to rest: nobody has to wait long for that
WITHIN_S = 12.0


@dataclass(frozen=True)
class Sabotage:
    """A defence, the drill that has to miss it, and the lines that have to turn red; `may` turn red as well."""

    defence: str
    drill: Drill
    red: frozenset[str]
    may: frozenset[str] = frozenset()


def _drill(row: str, **changes: Any) -> Drill:
    [found] = [drill for drill in DRILLS if drill.row == row]
    return replace(found, again=0, **changes)


def _soon(row: str) -> Drill:
    return _drill(row, within=WITHIN_S)


def _killed_after_an_answer(world: World) -> bool:
    """Three times: sales of the same articles wait for each other, and seldom are two answered at once."""
    struck = True
    for _ in range(3):
        world.sell(1)
        struck &= world.kill("orders.door")
    return struck


ANSWERED = Drill(
    "F4", "orders dies right after an answer", _killed_after_an_answer, 30, again=0, most_wait=processes.AWAY_S
)
# more than one, for an order whose fact is lost may be made void, which is a fact of its own
UNTOLD = Drill(
    "F3",
    "orders dies three times after a commit",
    processes.at(*[f"{processes.SALE}.after_commit"] * 3),
    WITHIN_S,
    again=0,
    most_wait=processes.AWAY_S,
)
STUCK = frozenset({"I12", "I21"})
# where nobody asks what was received, no fact is ever known to have arrived
UNPROVEN = STUCK | {"I9"}
# a fact that is lost is lost to sync, or to catalog, or to both
TO_CATALOG = frozenset({"I10"})
OWN = frozenset({"own"})
# without fsync a power cut takes whatever was written last: what was confirmed at least
TAKEN, ANYTHING = frozenset({"I1"}), frozenset(CHECKS)
ACKED_FIRST = Drill(
    "F9",
    "sync dies with a batch not committed",
    processes.at(f"sync.worker:{processes.TAKE}.before_commit"),
    WITHIN_S,
    again=0,
)

# a sale that was told and not stored is another one, with another number, when its till asks again
ANEW = frozenset({"I2"})

PLAN = (
    Sabotage("commit before answer", ANSWERED, frozenset({"I1"}), ANEW),
    Sabotage("outbox in the transaction", UNTOLD, STUCK, TO_CATALOG),
    Sabotage("asking what was received", _soon("F18"), UNPROVEN, TO_CATALOG),
    Sabotage("acknowledgement after commit", ACKED_FIRST, UNPROVEN, TO_CATALOG),
    Sabotage("mark after confirm", _soon("F6"), UNPROVEN, TO_CATALOG),
    Sabotage("mandatory", _soon("F20"), UNPROVEN, TO_CATALOG),
    Sabotage("fence", _drill("F11"), frozenset({"I24"})),
    Sabotage("one key an order", _drill("F48a"), frozenset({"I2", "I3"})),
    Sabotage("checksum of a feed", _drill("F54c"), OWN),
    # what was given up is given to nobody any more
    Sabotage("delivery limit", _drill("F10"), frozenset({"I11"}), frozenset({"I22"})),
    Sabotage("hysteresis", _drill("F43"), OWN),
)


def main(
    seed: Annotated[int, typer.Option(help="Of everything that is chosen at random.")] = 1,
    only: Annotated[str, typer.Option(help="These defences alone, by commas.")] = "",
) -> None:
    """Each line says what was switched off and what turned red; ends with `N passed, N failed`."""
    chosen = [row for row in PLAN if not only or row.defence in only.split(",")]
    good = [_play(row, seed) for row in chosen]
    if not only or FSYNC in only.split(","):
        good.append(_power(seed))
    print(f"{sum(good)} passed, {len(good) - sum(good)} failed")
    sys.exit(not all(good))


def _power(seed: int) -> bool:
    """Without fsync a power cut takes what was confirmed."""
    with _folder() as place, Disk.opened(place) as disk:
        [drill] = [drill for drill in disks.drills(disk) if drill.row == "F34"]
        cut_once = replace(drill, rounds=1, within=WITHIN_S, again=0)
        return _judge(Sabotage(FSYNC, cut_once, TAKEN, ANYTHING), place, seed, disk.mount)


def _play(sabotage: Sabotage, seed: int) -> bool:
    with _folder() as place:
        return _judge(sabotage, place, seed)


def _judge(sabotage: Sabotage, place: Path, seed: int, data: Path | None = None) -> bool:
    built = {"defence_off": sabotage.defence, "data_on": data}
    with World.opened(place / "run", seed=seed, load=1, **built) as world:
        row = Rounds(world).play(sabotage.drill)
    turned = set(row.wrong)
    good = sabotage.red <= turned <= sabotage.red | sabotage.may
    shown = " ".join(sorted(turned)) or "nothing"
    wanted = "" if good else f", and not {' '.join(sorted(sabotage.red))}"
    print(f"{sabotage.defence:<30} {sabotage.drill.row:<5} {shown} turned red{wanted}", flush=True)
    for name, lines in row.wrong.items() if not good else ():
        print(*(f"    {name}: {line}" for line in lines[:3]), sep="\n")
    return good


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="store-sabotage-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


if __name__ == "__main__":
    typer.run(main)
