"""A disk of our own under the data of database and broker, which can lose its power, and be full."""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.runner.process import wait_until
from tests.faults.world import NotMade

SIZE_MB = 3_000
SMALL_KB = 64
LET_GO_WITHIN_S = 60
# the file system stops at once, and writes neither its log nor what was not synced
SHUTDOWN = 0x8004587D
WITHOUT_LOG = 2


class Disk:
    """An image of a disk, mounted; ext4 as a shop's server has it."""

    def __init__(self, place: Path) -> None:
        self.mount = place / "disk"
        self._image = place / "disk.img"
        self._loop = ""

    @classmethod
    @contextmanager
    def opened(cls, place: Path) -> Iterator["Disk"]:
        """Raises NotMade where there is no right to mount."""
        disk = cls(place)
        disk.mount.mkdir(parents=True)
        try:
            disk._make()
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotMade(f"a disk of our own cannot be mounted here: {error}") from error
        try:
            yield disk
        finally:
            _run("umount", "-l", str(disk.mount))
            _run("losetup", "-d", disk._loop)

    def cut_power(self) -> None:
        """What was not synced is gone."""
        handle = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(handle)

    def start_again(self) -> None:
        """Mounts it again, as a start of the machine does.

        The kernel may need a moment to let go of what those had open that were killed just now.
        """
        if not wait_until(self._put_down, within=LET_GO_WITHIN_S):
            raise NotMade(f"{self.mount} is still in use {LET_GO_WITHIN_S} s after everything was killed")
        _run("mount", self._loop, str(self.mount))

    @contextmanager
    def filled(self, *, left_mb: int) -> Iterator[None]:
        """Full but for so much."""
        ballast = self.mount / "ballast"
        try:
            # others write, too: who asks for all that is left may find less, and takes that
            with ballast.open("wb") as file, suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.mount).free - left_mb * 1024 * 1024)
            yield
        finally:
            ballast.unlink()

    def _put_down(self) -> bool:
        return subprocess.run(["umount", str(self.mount)], capture_output=True, check=False).returncode == 0

    def _make(self) -> None:
        with self._image.open("wb") as image:
            image.truncate(SIZE_MB * 1024 * 1024)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
        self._loop = _run("losetup", "-f", "--show", str(self._image)).strip()
        _run("mount", self._loop, str(self.mount))
        self.mount.chmod(0o755)


@contextmanager
def small_disk_over(folder: Path) -> Iterator[None]:
    """A disk without room lies over a folder: what is opened there meanwhile is on it. Raises NotMade."""
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={SMALL_KB}k,mode=755", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotMade(f"a disk of our own cannot be mounted here: {error}") from error
    try:
        with (folder / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, SMALL_KB * 1024)
        yield
    finally:
        _run("umount", "-l", str(folder))


def may_not_be_written(folder: Path) -> None:
    """The disk that lies over a folder takes nothing any more; a file that is just being written is waited for."""
    words = ["mount", "-o", "remount,ro", str(folder)]
    done = wait_until(lambda: not subprocess.run(words, capture_output=True, check=False).returncode, within=5)
    if not done:
        raise NotMade(f"{folder} cannot be made read-only")


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout
