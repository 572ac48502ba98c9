"""One child process: started in a session of its own, watched, stopped politely, killed if need be."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from deploy.runner.errors import NotReady

POLL_S = 0.05
GRACE_S = 20.0
LOG_MAX_BYTES = 20_000_000
LAST_LINES = 15


class Process:
    """A program that ends when this one does, however this one ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals | None = None,
        also: Sequence[Path] = (),
    ) -> None:
        """`death_signal` ends it when this program was killed; without it `stop_signal` does.

        `also` are logs that it writes by itself, at their ends.
        """
        self.name = name
        self.log = log
        self._also = also
        self._command = [*as_user(user, death_signal or stop_signal), *command]
        self._folder = folder
        self._environment = dict(environment)
        self._stop_signal = stop_signal
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None and self.alive() else None

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Starts it and returns at once."""
        self.bound_logs()
        with self._opened_log() as log:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _opened_log(self) -> BinaryIO:
        """Who has nowhere to write works without a log: what is sold matters more."""
        try:
            return self.log.open("ab")
        except OSError:
            return Path(os.devnull).open("ab")

    def bound_logs(self) -> None:
        """Keeps its logs from growing without end, while it writes."""
        for log in (self.log, *self._also):
            with contextlib.suppress(OSError):
                rotate(log)

    def stop(self, grace: float = GRACE_S) -> bool:
        """Asks it to end and waits `grace` seconds, then kills it; whether it ended by itself."""
        self.signal(self._stop_signal)
        polite = wait_until(lambda: not self.alive(), within=grace)
        self.kill()
        return polite

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal, if it runs."""
        if self._child is not None and self.alive():
            self._child.send_signal(number)

    def kill(self) -> None:
        """Ends it and what it has started, without a word; also what was left behind when it ended by itself."""
        child = self._child
        if child is None:
            return
        family = [*descendants(child.pid), child.pid] if child.poll() is None else []
        for pid in reversed(family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        wait_until(lambda: not any(runs(pid) for pid in family), within=GRACE_S)


def as_user(user: str | None, death_signal: signal.Signals = signal.SIGTERM) -> list[str]:
    """The words before a command that end it with its parent and, for root, give up root's rights."""
    words = ["setpriv", "--pdeathsig", death_signal.name.removeprefix("SIG")]
    if user is not None and os.geteuid() == 0:
        words += ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--init-groups"]
    return [*words, "--"]


def wait_until(condition: Callable[[], bool], *, within: float) -> bool:
    """Whether the condition came true within so many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
    return True


def wait_ready(process: Process, ready: Callable[[], bool], *, within: float) -> None:
    """Waits until a started process answers; raises NotReady when it ended, or did not answer in time."""
    if not wait_until(lambda: not process.alive() or ready(), within=within) or not process.alive():
        raise NotReady(process.name, within, last_words(process.log))


def descendants(pid: int) -> list[int]:
    """Ids of the processes that a process has started, and of theirs, elders first."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # the name before the last bracket may hold blanks
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found


def rotate(log: Path) -> None:
    """Puts what stands in a log that has grown big aside, in the place of what stood there before.

    The log itself stays, for whoever writes at its end goes on with it.
    """
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        shutil.copy(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def last_words(log: Path | None) -> str:
    """Where a log is, and how it ends."""
    if log is None or not log.exists():
        return "none was written"
    return "\n".join([str(log), *log.read_text(errors="replace").splitlines()[-LAST_LINES:]])


def runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet asked for its result does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
