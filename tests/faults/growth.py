"""What a store holds while nothing happens: memory and files of its services, connections to broker and database."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.runner.services import SERVICES
from tests.faults.checker import MOST_GROWTH
from tests.faults.world import World
from tests.support import memory_of

# rounds in which every process has loaded what it ever needs, and pools have opened what they may
WARMING_UP = 8
# pools open a connection more when several wait at one moment, and keep it: one for the replies of each worker
SPARE = {"connections to the broker": 4, "connections to the database": 8}
# a question to another service holds a connection for a moment: what is gone at the next look did not grow
LOOKS, LOOK_S = 20, 0.3
ESTABLISHED = "01"
BACKENDS = "select count(*) from pg_stat_activity where backend_type = 'client backend' and application_name <> ''"


class Growth:
    """Compares what is held at rest with the most that was held at rest in the first rounds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rounds = 0
        self._most: Counter[str] = Counter()

    def grown(self) -> dict[str, float]:
        """By how much each has grown, as a share; nothing while the store warms up."""
        now, self._rounds = _held(self._world), self._rounds + 1
        if self._rounds <= WARMING_UP:
            self._most |= now
            return {}
        for _ in range(LOOKS):
            if all(share <= MOST_GROWTH for share in self._shares(now).values()):
                break
            time.sleep(LOOK_S)
            now &= _held(self._world)
        return self._shares(now)

    def _shares(self, now: Counter[str]) -> dict[str, float]:
        return {what: count / (self._most[what] + SPARE.get(what, 0)) - 1 for what, count in now.items()}


def _held(world: World) -> Counter[str]:
    """Memory in bytes, files and connections in numbers, of all services together."""
    pids = [world.system.pid(f"{service}.{kind}") for service in SERVICES for kind in ("door", "worker")]
    own = [Path("/proc") / str(pid) for pid in pids if pid]
    return Counter(
        {
            "memory": sum(memory_of(pid) for pid in pids if pid),
            "files": sum(_files(process) for process in own),
            "connections to the broker": _connections(world.system.plan.broker.ports.amqp),
            "connections to the database": world.sql(BACKENDS)[0][0],
        }
    )


def _files(process: Path) -> int:
    """Open files; sockets are counted where they lead to, and the drain keeps one for each order under way."""
    return sum(not name.startswith("socket:") for file in (process / "fd").iterdir() for name in _leads_to(file))


def _leads_to(file: Path) -> Iterator[str]:
    """What a file descriptor is of; nothing where it was closed meanwhile."""
    with suppress(OSError):
        yield str(file.readlink())


def _connections(port: int) -> int:
    """How many are open at a port of this machine, seen from the side that listens."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == ESTABLISHED for row in rows)
