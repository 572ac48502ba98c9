"""Events: what is one, and what never will be."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.chassis import codec
from services.chassis.events import MAX_BODY, Event, Unreadable, decode, encode
from services.chassis.ids import new_id

GOOD = Event(
    id=new_id(),
    type="orders.order_placed",
    store_id="S001",
    occurred_at=datetime(2026, 4, 15, tzinfo=UTC),
    aggregate_id="o1",
    aggregate_version=3,
    data={"total_minor": 5},
)


def test_an_event_comes_back_as_it_went():
    assert decode(encode(GOOD).encode()) == GOOD


def test_b15_unknown_fields_of_an_envelope_are_ignored():
    assert decode(json.dumps(json.loads(encode(GOOD)) | {"new": 1}).encode()) == GOOD


def changed(**changes):
    return json.dumps(json.loads(encode(GOOD)) | changes).encode()


POISON = {
    "empty": b"",
    "no JSON": b"{",
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07builtins\x94.",
    "depth": b"[" * 100_000,
    "a list": b"[]",
    "NaN": b'{"id": NaN}',
    "no id": changed(id=None),
    "id of another kind": changed(id=5),
    "data of another kind": changed(data=[]),
    "version of another kind": changed(version="first"),
    "time that is none": changed(occurred_at="yesterday"),
    "not UTF-8": b"\xff\xfe\x00",
    "too large": b" " * (MAX_BODY + 1),
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_poison_is_unreadable_and_nothing_else(body):
    with pytest.raises(Unreadable):
        decode(body)


def test_json_over_rpc_builds_no_objects():
    tagged = '{"__type__": "decimal", "__value__": "1E+999999999"}'
    assert codec.loads(tagged) == {"__type__": "decimal", "__value__": "1E+999999999"}
    with pytest.raises(ValueError, match="NaN"):
        codec.loads("NaN")
    with pytest.raises(ValueError, match="JSON"):
        codec.dumps(float("nan"))


def test_ids_rise_with_time():
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert {i.version for i in ids} == {7}
    assert len(set(ids)) == 1000
    assert isinstance(ids[0], UUID)
