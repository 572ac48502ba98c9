"""The storage grant: a folder that was proven to keep what is written to it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

PROOF_BYTES = 4096


@dataclass(frozen=True)
class Proof:
    """What came of writing to a folder and reading back; `problem` is None where all is well."""

    problem: str | None
    free_bytes: int


def folder_problem(folder: str) -> str | None:
    """Why a path cannot be a storage folder, before anything is tried; None where it may be."""
    path = PurePosixPath(folder)
    if not path.is_absolute():
        return "the folder must be an absolute path, such as /var/lib/store"
    if ".." in path.parts:
        return "the folder must be written without .."
    return None


def judge(*, written: bytes, read_back: bytes, free_bytes: int, needed_bytes: int) -> Proof:
    """The verdict on a folder that could be written to and read from."""
    if written != read_back:
        return Proof("what was written there is not what is read back", free_bytes)
    if free_bytes < needed_bytes:
        return Proof(f"only {free_bytes // 2**20} MB are free, {needed_bytes // 2**20} MB are needed", free_bytes)
    return Proof(None, free_bytes)
