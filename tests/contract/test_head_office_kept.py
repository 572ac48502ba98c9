"""B16, B18: what tills seal is opened by head office alone, and what is wrong with a file is said of that file."""

import base64
import json
import uuid

import pytest

from tests.kept import sealed

SALE = {"order_id": "0190a000-0000-7000-8000-000000000001", "customer": {"name": "Asha"}}


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
