"""A feed line by line: trusted only when its last line proves it whole."""

import hashlib
import json

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from services.head_office.feeds import MAX_LINE, HttpFeed, lines
from services.head_office.port import FeedFailed, FeedRecord

RECORDS = [{"sku": "A", "quantity": 1}, {"sku": "B", "deleted": True}]
FIRST = {"feed": "inventory", "full": True, "count": 2, "as_of": "2026-04-15T12:00:00+05:30"}


def line(value):
    return json.dumps(value).encode() + b"\n"


def feed_of(*, first=None, records=None, last=None, after=b""):
    """The bytes of a feed, whole unless told otherwise."""
    body = b"".join(line(r) for r in (RECORDS if records is None else records))
    ending = {"end": True, "checksum": hashlib.sha256(body).hexdigest(), "next": "inventory:7"} | (last or {})
    return line(FIRST | (first or {})) + body + line(ending) + after


def read(content, size=7):
    feed = HttpFeed("inventory", (content[i : i + size] for i in range(0, len(content), size)))
    return list(feed.records()), feed


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_s1_a_whole_feed_gives_its_records_and_the_next_cursor(size):
    records, feed = read(feed_of(), size)
    assert records == [FeedRecord(RECORDS[0]), FeedRecord({}, gone="B")]
    assert (feed.full, feed.count, feed.cursor, feed.currency) == (True, 2, "inventory:7", None)
    assert feed.as_of.isoformat() == "2026-04-15T06:30:00+00:00"


def test_s1_the_cursor_is_known_only_after_the_last_line():
    feed = HttpFeed("inventory", [feed_of()])
    next(feed.records())
    assert feed.cursor == ""


def test_s1_a_feed_is_read_as_it_comes():
    taken = []

    def chunks():
        for part in feed_of().splitlines(keepends=True):
            taken.append(part)
            yield part

    feed = HttpFeed("inventory", chunks())
    assert len(taken) == 1
    next(feed.records())
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"<html>\n", "not_json"),
        (b"[]\n", "not_json"),
        (b"\xff\n", "not_json"),
        (b"[" * 100_000 + b"\n", "not_json"),
        (feed_of(first={"feed": "products"}), "other_feed"),
        (feed_of(first={"count": None}), "wrong_count"),
        (feed_of(first={"count": True}), "wrong_count"),
        (feed_of(first={"count": -1}), "wrong_count"),
        (feed_of(first={"count": 10**9}), "wrong_count"),
        (feed_of(first={"count": 1}), "wrong_count"),
        (feed_of(first={"count": 3}), "wrong_count"),
        (feed_of(first={"as_of": None}), "no_as_of"),
        (feed_of(first={"as_of": "2026-04-15T12:00:00"}), "no_as_of"),
        (feed_of(first={"as_of": "0001-01-01T00:00:00+05:30"}), "no_as_of"),
        (feed_of(last={"checksum": "0" * 64}), "wrong_checksum"),
        (feed_of(last={"next": ""}), "no_cursor"),
        (feed_of(last={"next": 7}), "no_cursor"),
        (feed_of(after=b"{}\n"), "after_end"),
        (b"".join(feed_of().splitlines(keepends=True)[:-1]), "no_end"),
        (feed_of()[:-20], "no_end"),
        (line(FIRST) + b"{not json}\n", "not_json"),
        (line(FIRST) + b'"' + b"x" * (MAX_LINE + 10), "line_too_long"),
    ],
)
def test_s1_a_feed_that_is_not_whole_fails_by_its_name(content, code):
    with pytest.raises(FeedFailed) as failed:
        read(content, 4096)
    assert failed.value.code == code


@seed(20260415)
@settings(max_examples=50)
@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"")), max_size=9), st.integers(1, 12))
def test_s1_lines_are_the_same_however_they_are_cut(expected, size):
    content = b"".join(part + b"\n" for part in expected)
    assert list(lines(content[i : i + size] for i in range(0, len(content), size))) == expected
