"""Proves that a folder keeps what is written to it."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from eventlet import tpool

from services.sessions.domain.grants import PROOF_BYTES, Proof, folder_problem, judge

PROOF_PREFIX = ".store-edge-proof-"
WORDS = {
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "it is no folder",
    errno.EACCES: "the edge server may not write there",
    errno.EPERM: "the edge server may not write there",
    errno.ENOSPC: "its disk is full",
    errno.EDQUOT: "its disk is full",
    errno.EROFS: "its disk is read-only",
}


def prove(folder: str, *, needed_bytes: int) -> Proof:
    """Writes, flushes to the disk, reads back and removes, in a thread: a slow disk holds up nobody else."""
    problem = folder_problem(folder)
    if problem:
        return Proof(problem, 0)
    proof: Proof = tpool.execute(_prove, Path(folder), needed_bytes)
    return proof


def _prove(folder: Path, needed_bytes: int) -> Proof:
    path = folder / f"{PROOF_PREFIX}{secrets.token_hex(8)}"
    written = secrets.token_bytes(PROOF_BYTES)
    try:
        _write_through(path, written)
        read_back = path.read_bytes()
        space = os.statvfs(folder)
    except (OSError, ValueError) as error:
        return Proof(_in_words(error), 0)
    finally:
        with suppress(OSError, ValueError):
            path.unlink(missing_ok=True)
    free = space.f_bavail * space.f_frsize
    return judge(written=written, read_back=read_back, free_bytes=free, needed_bytes=needed_bytes)


def _write_through(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        if os.write(descriptor, content) < len(content):
            raise OSError(errno.ENOSPC, "there is room for a part of it only")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_words(error: OSError | ValueError) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return WORDS.get(number or 0, "nothing can be written there")
