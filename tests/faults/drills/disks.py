"""Power that fails, and a disk that is full, under database and broker."""

from tests.faults.disk import Disk
from tests.faults.drills.processes import ALL_AWAY_S, DOORS, WORKERS
from tests.faults.rounds import Drill, Strike
from tests.faults.world import World

DATA = ("postgres", "rabbitmq")
TOLD_WITHIN_S = 3


def power_cut(disk: Disk) -> Strike:
    """Everything stands still, the disk forgets what was not synced, everything is dead, and starts again."""

    def strike(world: World) -> None:
        world.sell(30)
        with world.outage():
            world.sell(30)
            with world.dead(*DATA, *DOORS, *WORKERS, "nginx", meanwhile=disk.cut_power):
                disk.start_again()

    return strike


def full(disk: Disk) -> Strike:
    """Too little room: tills are told before anybody pays; then none at all; then it heals by itself."""

    def strike(world: World) -> None:
        with disk.filled(left_mb=20):
            world.until("tills are told", lambda: world.refused() == "storage_full", within=TOLD_WITHIN_S)
        with disk.filled(left_mb=0):
            world.pause(10)
        world.until("tills sell again", lambda: world.refused() == "", within=60)

    return strike


def drills(disk: Disk) -> tuple[Drill, ...]:
    return (
        Drill(
            "F34",
            "the power fails: what was not synced is gone",
            power_cut(disk),
            60,
            rounds=3,
            most_wait=ALL_AWAY_S,
            sells=60,
        ),
        Drill("F32", "the disk of the database is nearly full, then full", full(disk), 60, most_wait=ALL_AWAY_S),
    )
