"""B16, B18: what tills seal is opened by head office alone, and what is wrong with a file is said of that file."""

import base64
import json
import secrets
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALE = {"order_id": "0190a000-0000-7000-8000-000000000001", "customer": {"name": "Asha"}}


def sealed(key: dict[str, str], name: str, content: Any, /, **changes: Any) -> str:
    """As the document says that a till does it."""
    public = serialization.load_der_public_key(base64.b64decode(key["public_key"]))
    once, iv = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(12)
    epk = once.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    secret = HKDF(hashes.SHA256(), 32, salt=epk, info=b"store-edge kept 1").derive(once.exchange(ec.ECDH(), public))
    text = AESGCM(secret).encrypt(iv, json.dumps(content).encode(), f"S001/{key['key_id']}/{name}".encode())
    coded = {k: base64.b64encode(v).decode() for k, v in (("epk", epk), ("iv", iv), ("text", text))}
    return json.dumps({"kept": 1, "store_id": "S001", "key_id": key["key_id"], "name": name} | coded | changes)


@pytest.fixture
def key(head_office):
    return head_office.client().store()["recovery_key"]


def name() -> str:
    return f"{uuid.uuid4()}.done"


def problem(head_office, file: str, text: str) -> str | None:
    [opened] = head_office.client().open_kept([(file, text)])
    assert opened.problem is None or opened.content is None
    return opened.problem


def test_b16_head_office_opens_what_a_till_sealed(head_office, key):
    files = [name(), name()]
    opened = head_office.client().open_kept([(file, sealed(key, file, SALE)) for file in files])
    assert [(one.name, one.content, one.problem) for one in opened] == [(file, SALE, None) for file in files]
    assert "Asha" not in sealed(key, files[0], SALE)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"kept": 2}, "newer_version"),
        ({"store_id": "S002"}, "other_store"),
        ({"name": "another.done"}, "other_name"),
        ({"key_id": "older"}, "unknown_key"),
        ({"iv": "AAAAAAAAAAAAAAAA"}, "damaged"),
        ({"epk": "AAAA"}, "damaged"),
        ({"iv": ""}, "damaged"),
        ({"text": "%"}, "unreadable"),
        ({"text": 7}, "unreadable"),
    ],
)
def test_b16_what_is_wrong_with_a_file_is_said(head_office, key, changes, found):
    file = name()
    assert problem(head_office, file, sealed(key, file, SALE, **changes)) == found


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00", "[" * 5_000])
def test_b16_what_is_no_kept_file_is_unreadable(head_office, text):
    assert problem(head_office, name(), text) == "unreadable"


def test_b16_an_amount_that_was_edited_and_a_file_that_was_renamed_are_found(head_office, key):
    file, other = name(), name()
    whole = json.loads(sealed(key, file, SALE))
    body = bytearray(base64.b64decode(whole["text"]))
    body[5] ^= 1
    assert problem(head_office, file, json.dumps(whole | {"text": base64.b64encode(bytes(body)).decode()})) == "damaged"
    assert problem(head_office, file, json.dumps(whole)[:-40]) == "unreadable"
    assert problem(head_office, other, json.dumps(whole | {"name": other})) == "damaged"
