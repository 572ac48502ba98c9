from datetime import UTC, datetime, timedelta

import pytest

from services.sessions.domain.codes import ALPHABET, VALID_FOR, Issued, make, normal, usable

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_b18_a_code_is_eight_characters_that_people_can_read_out():
    characters = iter("7K3M9QWX")
    assert make(lambda _: next(characters)) == "7K3M-9QWX"
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize("typed", ["7K30-9QW1", "7k309qw1", " 7K3O 9QWI ", "7k3o-9qwl"])
def test_b18_a_code_is_read_as_people_type_it(typed):
    assert normal(typed) == "7K309QW1"


@pytest.mark.parametrize(
    ("issued", "digest", "now", "expected"),
    [
        (Issued(b"a", NOW + VALID_FOR), b"a", NOW, True),
        (Issued(b"a", NOW + VALID_FOR), b"b", NOW, False),
        (Issued(b"a", NOW), b"a", NOW, False),
        (Issued(b"a", NOW + VALID_FOR), b"a", NOW + timedelta(days=2), False),
        (None, b"a", NOW, False),
    ],
)
def test_b18_a_code_is_good_once_issued_and_in_time(issued, digest, now, expected):
    assert usable(issued, digest, now, lambda a, b: a == b) is expected
