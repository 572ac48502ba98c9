"""What runs in a folder: one runner at a time, and what it tells of itself to other programs."""

import contextlib
import fcntl
import json
import os
import signal
from pathlib import Path
from typing import IO, Any

from deploy.runner.errors import RunnerError
from deploy.runner.files import write
from deploy.runner.process import runs, wait_until

FILE = "state.json"
LOCK = "lock"
LEFT_OVER_GRACE_S = 20.0


def restoring(folder: Path) -> Path:
    """The file that is there while a restore into this folder has not been carried out to its end."""
    return folder / "restoring"


class AlreadyRunning(RunnerError):
    """The store of this folder runs."""

    def __init__(self, state: dict[str, Any] | None) -> None:
        self.state = state
        super().__init__("It already runs.")


class State:
    """The state of one folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock_file = folder / LOCK
        self._lock: IO[str] | None = None

    def claim(self) -> None:
        """Makes this process the folder's only runner. Raises AlreadyRunning."""
        lock = self._lock_file.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(self.read()) from None
        self._lock = lock

    def release(self) -> None:
        """Lets another runner have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> dict[str, Any] | None:
        """What was last written; None when nothing was."""
        try:
            state: dict[str, Any] = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return state

    def write(self, state: dict[str, Any]) -> None:
        write(self._file, json.dumps(state, indent=1) + "\n")

    def end_left_overs(self) -> None:
        """Waits for what a runner that was killed has left behind, and ends it if it stays."""
        left = [process for process in ((self.read() or {}).get("processes") or {}).values() if process["pid"]]
        wait_until(lambda: not any(_is_same(process) for process in left), within=LEFT_OVER_GRACE_S)
        for process in left:
            if _is_same(process):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process["pid"], signal.SIGKILL)


def running(folder: Path) -> dict[str, Any] | None:
    """What the runner of a folder tells of itself; None when none runs."""
    state = State(folder)
    if not (folder / LOCK).exists():
        return None
    try:
        state.claim()
    except AlreadyRunning as error:
        return error.state
    state.release()
    return None


def birth(pid: int | None) -> int | None:
    """When a process was started, in the kernel's ticks: ids are used again, this is not."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return None


def _is_same(process: dict[str, Any]) -> bool:
    return runs(process["pid"]) and birth(process["pid"]) == process["born"]
