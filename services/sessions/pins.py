"""PINs and one-time codes as they are kept: hashed, with a pepper that is not in the database."""

import ctypes
import hashlib
import hmac
import secrets
from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from eventlet import tpool
from eventlet.semaphore import Semaphore

AT_ONCE = 2

M_MMAP_THRESHOLD = -3
LARGE_BYTES = 2**20


class PinHasher:
    """Hashes in threads, so that 40 ms of reckoning never hold up the other requests of a door."""

    def __init__(self, pepper: str, *, time_cost: int = 2, memory_kib: int = 19_456) -> None:
        self._pepper = pepper.encode()
        self._argon = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._argon.hash(secrets.token_hex())
        self._turns = Semaphore(AT_ONCE)
        _give_memory_back()

    def hash(self, pin: str) -> str:
        with self._turns:
            return str(tpool.execute(self._argon.hash, self._peppered(pin)))

    def verify(self, hashed: str | None, pin: str) -> bool:
        """Whether the PIN is the one that was hashed; takes as long where there is no hash."""
        with self._turns:
            right = bool(tpool.execute(self._matches, hashed or self._nobody, self._peppered(pin)))
        return right and hashed is not None

    def digest(self, code: str) -> bytes:
        """A one-time code as it is stored."""
        return hmac.digest(self._pepper, b"code:" + code.encode(), hashlib.sha256)

    def _peppered(self, pin: str) -> str:
        return hmac.new(self._pepper, b"pin:" + pin.encode(), hashlib.sha256).hexdigest()

    def _matches(self, hashed: str, peppered: str) -> bool:
        try:
            return self._argon.verify(hashed, peppered)
        except (Argon2Error, InvalidHashError):
            return False


def _give_memory_back() -> None:
    """Has the C library return large blocks at once: else each thread keeps the 19 MB of its last hash for ever."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
