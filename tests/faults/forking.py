"""Services that start at once: forked from a process that has their modules, which take a second or two to read.

For drills in which processes die hundreds of times, and which ask what became of the sales, not how long a start takes.
Each has a process of its own to be forked from, with what it reads itself: memory is compared before and after.
"""

import ctypes
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.runner.environment import PROJECT, base
from deploy.runner.process import Process, rotate

# of each, and what all have in common
OWN = {"door": ("app", "routes"), "worker": ("app", "service")}
COMMON = (
    "nameko.runners",
    "services.chassis.health",
    "services.chassis.main",
    "services.chassis.rpc",
    "services.sync.settings",
    "tests.faults.build",
    "tests.faults.defences",
    "tests.faults.seams",
    "tests.faults.short_clocks",
)
MOST_BYTES = 256 * 1024
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Wanted:
    """What one that is forked is told."""

    environment: Mapping[str, str]
    log: str


class Forked:
    """What the runner asks of a child, of one that is somebody else's. Its environment is not to be seen in /proc."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._ended = os.pidfd_open(pid)

    def __del__(self) -> None:
        os.close(self._ended)

    def poll(self) -> int | None:
        return 0 if self._wait(0) else None

    def wait(self) -> None:
        self._wait(None)

    def send_signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, number)

    def _wait(self, milliseconds: int | None) -> bool:
        look = select.poll()
        look.register(self._ended, select.POLLIN)
        return bool(look.poll(milliseconds))


class Forker:
    """The process that has read the modules, from its first use on; what it has forked ends with it."""

    def __init__(self, service: str, kind: str) -> None:
        self._words = [sys.executable, "-m", __name__, service, kind]
        self._asks: socket.socket | None = None

    def fork(self, wanted: Wanted) -> Forked:
        """Raises OSError when it has ended; the next time there is another."""
        asks, self._asks = self._asks or self._started(), None
        asks.send(json.dumps(asdict(wanted)).encode())
        answer = asks.recv(MOST_BYTES)
        if not answer:
            asks.close()
            raise BrokenPipeError(f"{' '.join(self._words)} has ended")
        self._asks = asks
        return Forked(int(answer))

    def end(self) -> None:
        if self._asks:
            self._asks.close()
            self._process.wait()

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            words = [*self._words, str(number)]
            self._process = subprocess.Popen(words, cwd=PROJECT, env=base(), pass_fds=[number], start_new_session=True)
        return ours


class Startable(Process):
    """A service's process: started from nothing, as the runner does, or forked while `at_once` says so."""

    def __init__(self, process: Process, forker: Forker, *, at_once: Callable[[], bool]) -> None:
        vars(self).update(vars(process))
        self._forker, self._at_once = forker, at_once

    def start(self) -> None:
        if not self._at_once():
            super().start()
            return
        rotate(self.log)
        self._child = self._forker.fork(Wanted(self._environment, str(self.log)))  # type: ignore[assignment]


def main() -> None:
    """Reads what the service reads before it starts, and forks one for each word that comes."""
    from services.chassis import boot

    service, kind, descriptor = sys.argv[1:]
    boot.patch()
    for name in (*COMMON, *(f"services.{service}.{module}" for module in OWN[kind])):
        importlib.import_module(name)
    from eventlet import patcher

    asks = patcher.original("socket").socket(fileno=int(descriptor))
    while asked := asks.recv(MOST_BYTES):
        _reap()
        pid = os.fork()
        if pid == 0:
            asks.close()
            _become(service, kind, Wanted(**json.loads(asked)))
        asks.send(str(pid).encode())


def _reap() -> None:
    """Lets go of those that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(service: str, kind: str, wanted: Wanted) -> None:
    """Goes on as if this process had just been started."""
    from eventlet import hubs

    from tests.faults import build

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    with Path(wanted.log).open("ab") as log, Path(os.devnull).open("rb") as nothing:
        for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(ours.fileno(), theirs)
    os.environ.clear()
    os.environ.update(wanted.environment)
    # what wakes one must not wake another
    hubs.use_hub()
    sys.argv = [build.__name__, kind]
    try:
        build.prepare(service, kind)
        build.run(service)
    except Exception:  # noqa: BLE001  as of one that was started, its last words are in its log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
