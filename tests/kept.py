"""Seals a file as a till does, by the words of docs/head-office-api.yaml alone."""

import base64
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def sealed(key: dict[str, str], name: str, content: Any, /, store_id: str = "S001", **changes: Any) -> str:
    """The text of the file of that name; `key` is the store's `recovery_key`."""
    public = serialization.load_der_public_key(base64.b64decode(key["public_key"]))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    once, iv = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(12)
    epk = once.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    secret = HKDF(hashes.SHA256(), 32, salt=epk, info=b"store-edge kept 1").derive(once.exchange(ec.ECDH(), public))
    text = AESGCM(secret).encrypt(iv, json.dumps(content).encode(), f"{store_id}/{key['key_id']}/{name}".encode())
    coded = {k: base64.b64encode(v).decode() for k, v in (("epk", epk), ("iv", iv), ("text", text))}
    head = {"kept": 1, "store_id": store_id, "key_id": key["key_id"], "name": name}
    return json.dumps(head | coded | changes)
