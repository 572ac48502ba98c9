"""What a folder's disk is made of."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
MEMORY = ("tmpfs", "ramfs")


def in_memory(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether what is written there is gone when the power is."""
    kinds = dict(_kind(line) for line in mounts.read_text().splitlines())
    found = next(place for place in (folder, *folder.parents) if str(place) in kinds)
    return kinds[str(found)] in MEMORY


def _kind(line: str) -> tuple[str, str]:
    """Mount point and type of a line: the type follows a lone dash."""
    before, _, after = line.partition(" - ")
    return before.split()[4], after.split()[0]
