"""One-time codes, with which people set their PINs: 40 random bits, read out and typed in by people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
VALID_FOR = timedelta(hours=24)

_READ_WRONG = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})


@dataclass(frozen=True)
class Issued:
    digest: bytes
    expires_at: datetime


def make(choice: Callable[[str], str]) -> str:
    """A new code, such as 7K3M-9QWX; `choice` picks one character and must be unpredictable."""
    characters = "".join(choice(ALPHABET) for _ in range(LENGTH))
    return f"{characters[:4]}-{characters[4:]}"


def normal(typed: str) -> str:
    """The code as it is compared: upper case, without dashes, letters that look like digits read as these."""
    return typed.upper().translate(_READ_WRONG)


def usable(issued: Issued | None, digest: bytes, now: datetime, same: Callable[[bytes, bytes], bool]) -> bool:
    """Whether the digest is that of the code that was issued last, and in time; `same` compares in constant time."""
    return issued is not None and same(issued.digest, digest) and now < issued.expires_at
