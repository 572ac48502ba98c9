"""Each way to change a chain is found by `flaws`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from services.sessions.domain.ledger import GENESIS, Link, Personal, flaws, link

NOW = datetime(2026, 4, 1, 10, 0, 0, 123456, tzinfo=UTC)


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for n in range(length):
        head = (links[-1].sequence, links[-1].hash) if links else None
        links.append(
            link(
                head,
                store_id="S1",
                at=NOW + timedelta(minutes=n),
                kind="session_opened",
                session_id=UUID(int=n) if n % 2 else None,
                facts={"n": n, "name": "ü"},
                personal=Personal({"by": "A1", "reason": "why"}, bytes([n] * 16)),
            )
        )
    return links


def test_b3_an_untouched_chain_has_no_flaw():
    links = chain(5)
    assert links[0].previous_hash == GENESIS
    assert list(flaws(links)) == []
    assert list(flaws([])) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW},
        {"kind": "session_closed"},
        {"store_id": "S2"},
        {"session_id": UUID(int=9)},
        {"facts": {"n": 1}},
        {"personal": Personal({"by": "A2", "reason": "why"}, bytes([2] * 16))},
        {"personal": Personal({"by": "A1", "reason": "why"}, bytes([3] * 16))},
        {"personal_digest": "f" * 64},
        {"previous_hash": GENESIS},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_b3_any_change_of_an_entry_is_found(change):
    links = chain(5)
    links[2] = replace(links[2], **change)
    assert {flaw.sequence for flaw in flaws(links)} & {3, 4}


def test_b3_removal_insertion_swap_and_a_rehashed_entry_are_found():
    links = chain(5)
    assert list(flaws(links[:2] + links[3:]))
    assert list(flaws([*links[:2], links[1], *links[2:]]))
    assert list(flaws([links[0], links[2], links[1], *links[3:]]))
    assert list(flaws(links[1:]))
    forged = link(
        (links[1].sequence, links[1].hash),
        store_id="S1",
        at=NOW,
        kind="session_closed",
        session_id=None,
        facts={},
        personal=Personal({}, b""),
    )
    assert [flaw.sequence for flaw in flaws([*links[:2], forged, *links[3:]])] == [4]


def test_b3_who_and_why_cannot_be_taken_out_of_an_entry():
    links = chain(5)
    links[2] = replace(links[2], personal=Personal({}, b""))
    assert [flaw.sequence for flaw in flaws(links)] == [3]


def test_b3_the_hash_does_not_depend_on_the_zone_that_a_time_is_read_in():
    links = [replace(one, at=one.at.astimezone(timezone(timedelta(hours=5, minutes=30)))) for one in chain(3)]
    assert list(flaws(links)) == []
