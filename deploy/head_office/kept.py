"""Opens what tills keep for the day on which their edge server is lost: only head office has the key."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
MOST_FILES = 100
INFO = b"store-edge kept 1"


class RecoveryKey:
    """The key that a store's tills seal their copies to."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, store_id: str) -> None:
        self._private = private
        self._store_id = store_id
        spki = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = hashlib.sha256(spki).hexdigest()[:16]
        self._public = base64.b64encode(spki).decode()

    @classmethod
    def of_file(cls, file: Path, store_id: str) -> "RecoveryKey":
        """The key of a file, made at the first start."""
        if not file.exists():
            beside = file.with_suffix(".new")
            beside.touch(mode=0o600)
            beside.write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
            beside.replace(file)
        private = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return cls(private, store_id)

    def told(self) -> dict[str, str]:
        """The half that everybody may know."""
        return {"key_id": self.key_id, "public_key": self._public}

    def opened(self, name: str, text: str) -> dict[str, Any]:
        """What is in a file, or why it cannot be opened."""
        try:
            sealed = json.loads(text)
            sent = {field: base64.b64decode(sealed[field], validate=True) for field in ("epk", "iv", "text")}
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"name": name, "problem": "unreadable"}
        if problem := self._foreign(name, sealed):
            return {"name": name, "problem": problem}
        try:
            plain = self._decrypted(sent, f"{self._store_id}/{self.key_id}/{name}".encode())
            return {"name": name, "content": json.loads(plain), "problem": None}
        except (InvalidTag, ValueError):
            return {"name": name, "problem": "damaged"}

    def _foreign(self, name: str, sealed: dict[str, Any]) -> str | None:
        if sealed.get("kept") != VERSION:
            return "newer_version"
        if sealed.get("store_id") != self._store_id:
            return "other_store"
        if sealed.get("name") != name:
            return "other_name"
        return None if sealed.get("key_id") == self.key_id else "unknown_key"

    def _decrypted(self, sent: dict[str, bytes], covered: bytes) -> bytes:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sent["epk"])
        secret = self._private.exchange(ec.ECDH(), theirs)
        key = HKDF(hashes.SHA256(), 32, salt=sent["epk"], info=INFO).derive(secret)
        return AESGCM(key).decrypt(sent["iv"], sent["text"], covered)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())
