"""Files of a backup under a passphrase: AES-256-GCM with a key by scrypt, in constant memory."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from deploy.runner.errors import RunnerError

SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16
PIECE = 2**20
NOT_OPENED = "The backup does not open: its EDGE_BACKUP_PASSPHRASE is another one, or a file of it was changed."
# OWASP's measure for what may be tried on somebody else's machine: 128 MiB and some tenths of a second a try
SCRYPT = {"n": 2**17, "r": 8, "p": 1}


class Seal:
    """Seals and opens files under one passphrase and salt: a nonce, what was sealed (up to 64 GiB), and a tag."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        self.salt = salt
        self._key = AES256(Scrypt(salt, length=32, **SCRYPT).derive(passphrase.encode()))

    @classmethod
    def fresh(cls, passphrase: str) -> "Seal":
        """With a salt of its own."""
        return cls(passphrase, os.urandom(SALT_BYTES))

    def sealed(self, pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
        """What a file of this name holds once it is sealed: it opens under no other name."""
        nonce = os.urandom(NONCE_BYTES)
        encryptor = Cipher(self._key, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(name.encode())
        yield nonce
        for piece in pieces:
            yield encryptor.update(piece)
        yield encryptor.finalize() + encryptor.tag

    def opened(self, file: Path, name: str) -> Iterator[bytes]:
        """What was sealed. Raises RunnerError, at the latest after the last piece: take nothing as true before."""
        left = file.stat().st_size - NONCE_BYTES - TAG_BYTES
        if left < 0:
            raise RunnerError(NOT_OPENED)
        with file.open("rb") as source:
            decryptor = Cipher(self._key, GCM(source.read(NONCE_BYTES))).decryptor()
            decryptor.authenticate_additional_data(name.encode())
            while left > 0 and (piece := source.read(min(PIECE, left))):
                left -= len(piece)
                yield decryptor.update(piece)
            try:
                yield decryptor.finalize_with_tag(source.read())
            except (InvalidTag, ValueError) as error:
                raise RunnerError(NOT_OPENED) from error
