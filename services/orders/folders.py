"""Reads the folders in which tills keep their own copies of sales; whatever else lies there changes nothing."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

MAX_BYTES = 256 * 1024
NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(asked|done|not)")
# a till proves its folder with a file of this name
PROOF = "proof"
SWAP = ".crswap"


@dataclass(frozen=True)
class Kept:
    """A file that a till wrote, as it is; `step` is "asked", "done" or "not"."""

    name: str
    order_id: UUID
    step: str
    text: str


@dataclass(frozen=True)
class Unusable:
    """A file that is left alone, and why."""

    name: str
    problem: str


def files(folder: Path, *steps: str) -> Iterator[Kept | Unusable]:
    """The files of these steps, and with "done" all that no till wrote so. Raises OSError for the folder itself."""
    with os.scandir(folder) as entries:
        for entry in entries:
            match = NAME.fullmatch(entry.name)
            if match is None:
                if "done" in steps and entry.name != PROOF:
                    yield Unusable(_shown(entry.name), _foreign(entry.name))
            elif match[2] in steps:
                yield _read(folder, entry.name, UUID(match[1]), match[2])


def _read(folder: Path, name: str, order_id: UUID, step: str) -> Kept | Unusable:
    try:
        content = _content(folder / name)
    except OSError as error:
        # a link is not followed, wherever it leads
        plain = error.errno != errno.ELOOP
        return Unusable(name, f"cannot be read: {error.strerror}" if plain else "is no plain file")
    if content is None:
        return Unusable(name, "is no plain file")
    if not content:
        return Unusable(name, "is empty")
    if len(content) > MAX_BYTES:
        return Unusable(name, "is larger than any sale")
    try:
        return Kept(name, order_id, step, content.decode())
    except UnicodeDecodeError:
        return Unusable(name, "is no text")


def _content(path: Path) -> bytes | None:
    """What is in a plain file, as far as it can be meant; None for anything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _foreign(name: str) -> str:
    return "is left over from a write that did not end" if name.endswith(SWAP) else "is no file of a till"


def _shown(name: str) -> str:
    """A name as it can be printed, whatever somebody called a file."""
    return ascii(name)[1:-1][:100]
