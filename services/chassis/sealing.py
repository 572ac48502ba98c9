"""Personal data is stored and sent sealed: who has the disk, a dump or the broker's files has none of it.

A sealed value names its key, so that keys can be changed while both open. It is bound to what it is about: put
beside something else it does not open.
"""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TOKEN_BYTES = 8


class CannotOpen(Exception):
    """A value that was sealed under a key that is not here, about something else, or is none."""


class Seals:
    """Seals under the newest of a store's keys, and opens under any of them.

    `keys` are words such as `2:BASE64`, the newest first: an id, and 32 random bytes.
    Raises ValueError, which quotes no key, for anything else.
    """

    def __init__(self, keys: str) -> None:
        given = [_key(word) for word in keys.split()]
        if not given or len({key_id for key_id, _ in given}) < len(given):
            raise ValueError("is no list of keys such as 2:BASE64 1:BASE64, each id once")
        self.newest = given[0][0]
        self._sealing = {key_id: AESGCM(_derived(key, b"sealing")) for key_id, key in given}
        self._finding = {key_id: _derived(key, b"finding") for key_id, key in given}

    def seal(self, value: Any, about: str) -> str:
        """A JSON value, sealed."""
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        sealed = self._sealing[self.newest].encrypt(nonce, plain, about.encode())
        return f"{self.newest}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> Any:
        """The value. Raises CannotOpen."""
        key_id, _, body = sealed.partition(":")
        try:
            raw = base64.b64decode(body, validate=True)
            plain = self._sealing[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())
        except (KeyError, ValueError, InvalidTag) as error:
            raise CannotOpen(about) from error
        return json.loads(plain)

    def tokens(self, words: Iterable[str]) -> list[int]:
        """What stands beside a sealed value so that it is found by these words: nobody reads them out of it."""
        return sorted({_token(self._finding[self.newest], word) for word in words})

    def sought(self, words: Iterable[str]) -> list[int]:
        """The tokens of these words under each key."""
        return [_token(key, word) for word in words for key in self._finding.values()]


def new_key(key_id: str) -> str:
    """A key as `Seals` takes it."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def _key(word: str) -> tuple[str, bytes]:
    key_id, _, encoded = word.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not (key_id.isalnum() and len(key_id) <= TOKEN_BYTES and len(key) == KEY_BYTES and len(set(key)) > TOKEN_BYTES):
        raise ValueError("is no list of keys such as 2:BASE64 1:BASE64, of 32 random bytes each")
    return key_id, key


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def _token(key: bytes, word: str) -> int:
    digest = hashlib.blake2b(word.encode(), key=key, digest_size=TOKEN_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)
