"""Whatever head office answers, and however it is packed: a call ends in time, in little memory, as one of its answers.

FUZZ_EXAMPLES makes each run longer.
"""

import contextlib
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, get_args

import httpx2
import pytest
from hypothesis import strategies as st

from services.head_office.asking import MAX_ANSWER
from services.head_office.http import HttpHeadOffice
from services.head_office.port import Done, Health, Lost, NoAnswer, TellAnswer
from tests.mutants import anything, as_bytes, fuzzed, garbage

MIB = 1024 * 1024
GOOD = as_bytes({"key": "x:1", "amount_minor": 100, "status": "pending", "padding": "x" * 300})
ENCODINGS = ("", "identity", "gzip", "GZIP ", "deflate", "br", "zstd", "gzip, gzip", "x", "\u00e9", ",", "gzip" * 2_000)
KINDS = ("application/json", "application/problem+json", "text/html", "", "json;;", "application/json; charset=utf-16")


class Pieces(httpx2.SyncByteStream):
    """What comes over a line, piece by piece."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def office(status: int, headers: dict[str, str], pieces: Iterable[bytes]) -> HttpHeadOffice:
    """Head office behind a line on which this comes back, whatever is asked."""

    class Line:
        @contextlib.contextmanager
        def stream(self, method: str, path: str, **_: Any) -> Iterator[httpx2.Response]:
            raw = [(name.encode(), value.encode()) for name, value in headers.items()]
            request = httpx2.Request(method, f"http://head-office.invalid{path}")
            yield httpx2.Response(status, headers=raw, stream=Pieces(pieces), request=request)

    found = HttpHeadOffice("http://head-office.invalid", "token")
    found._line._clients = Line()
    return found


def answered(encoding: str, *pieces: bytes, status: int = 200) -> HttpHeadOffice:
    return office(status, {"Content-Type": "application/json", "Content-Encoding": encoding}, pieces)


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


def stored_blocks(count: int) -> bytes:
    """Gzip that goes on and on, and holds nothing."""
    return gzip.compress(b"", mtime=0)[:10] + b"\x00\x00\x00\xff\xff" * count


def bomb(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * MIB) for _ in range(mebibytes)) + packer.flush()


PACKED = st.one_of(
    garbage(gzip.compress(GOOD, mtime=0)),
    garbage(GOOD),
    anything.map(as_bytes),
    anything.map(lambda value: gzip.compress(as_bytes(value))),
    st.sampled_from([gzip.compress(gzip.compress(GOOD)), zlib.compress(GOOD), stored_blocks(1_000)]),
)


@fuzzed(PACKED, st.sampled_from(ENCODINGS), st.sampled_from(KINDS), st.integers(200, 599), st.integers(1, 500))
def test_t27_however_an_answer_is_packed_a_call_ends_as_one_of_its_answers(
    content: bytes, encoding: str, kind: str, status: int, size: int
) -> None:
    headers = {"Content-Type": kind, "Content-Encoding": encoding}

    def asked() -> HttpHeadOffice:
        return office(status, headers, cut(content, size))

    for found in (
        asked().payment("x:1", timeout=5),
        asked().quote("x", {}, timeout=5),
        asked().stock(["A1"], timeout=5),
        asked().cancel("x", {}),
    ):
        assert isinstance(found, get_args(TellAnswer))
    assert isinstance(asked().probe(), Health)
    for call in (asked().store, asked().heads, lambda: asked().open_kept([("a", "b")])):
        with contextlib.suppress(NoAnswer):
            call()


def test_t27_an_answer_is_the_same_plain_and_packed() -> None:
    for encoding, content in (
        ("", GOOD),
        ("identity", GOOD),
        ("gzip", gzip.compress(GOOD)),
        (" GZip", gzip.compress(GOOD)),
    ):
        assert isinstance(found := answered(encoding, *cut(content, 7)).payment("x:1", timeout=5), Done)
        assert found.value["amount_minor"] == 100


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_t27_an_empty_answer_is_judged_by_its_status_however_it_says_it_is_packed(encoding: str) -> None:
    assert answered(encoding, status=204).cancel("x", {}) == Done(None)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(GOOD)[:-1]),
        ("gzip", gzip.compress(GOOD)[:-8] + b"\0\0\0\0" + gzip.compress(GOOD)[-4:]),
        ("gzip", gzip.compress(GOOD) + b"garbage"),
        ("gzip", GOOD),
        ("deflate", zlib.compress(GOOD)),
        ("br", GOOD),
        ("gzip, gzip", gzip.compress(gzip.compress(GOOD))),
    ],
    ids=["lacks a byte", "wrong checksum", "garbage after", "is plain", "not asked for", "is plain too", "twice"],
)
def test_t27_an_answer_that_cannot_be_unpacked_is_lost_and_its_sender_was_met(encoding: str, content: bytes) -> None:
    assert answered(encoding, content).payment("x:1", timeout=5) == Lost("DecodingError")
    assert answered(encoding, content).probe() == Health(good=False, met=True, reason="captive_portal")


@pytest.mark.parametrize(
    "pieces",
    [
        lambda: iter(lambda: b"\x00\x00\x00\xff\xff" * 1_000, b""),
        lambda: iter(lambda: gzip.compress(b"") * 200, b""),
        lambda: iter(lambda: b"a" * 5_000, b""),
        lambda: iter(lambda: b" " * 5_000, b""),
    ],
    ids=["blocks of nothing", "members of nothing", "a name of the file without end", "after the end"],
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_t27_what_goes_on_for_ever_and_gives_nothing_ends(encoding: str, pieces: Any) -> None:
    first = {"a": b"\x1f\x8b\x08\x08" + b"\0" * 6, " ": gzip.compress(GOOD)}
    stream = pieces()
    one = next(stream)
    begin = first.get(chr(one[0]), gzip.compress(b"", mtime=0)[:10] if one[0] == 0 else b"")

    def comes() -> Iterator[bytes]:
        yield begin
        yield one
        # longer than any test waits, not for ever: it ends when the code does not
        yield from islice(stream, 10_000)

    found = office(200, {"Content-Type": "application/json", "Content-Encoding": encoding}, comes())
    began = time.monotonic()
    assert found.payment("x:1", timeout=20) in (Lost("Unfinished"), Lost("DecodingError"))
    assert time.monotonic() - began < 15


def test_t27_what_drips_and_gives_nothing_ends_when_it_was_said() -> None:
    def drips() -> Iterator[bytes]:
        yield gzip.compress(GOOD)[:10]
        for _ in range(600):
            time.sleep(0.1)
            yield b"\x00\x00\x00\xff\xff"

    found = office(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, drips())
    began = time.monotonic()
    assert found.payment("x:1", timeout=0.2) == Lost("Unfinished")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("encoding", ["gzip", "identity", "gzip, gzip"])
def test_t27_a_bomb_needs_no_more_memory_than_an_answer(encoding: str) -> None:
    content = {"gzip": bomb(64), "identity": b" " * 8 * MAX_ANSWER, "gzip, gzip": gzip.compress(bomb(64))}[encoding]
    tracemalloc.start()
    try:
        found = answered(encoding, *cut(content, 65_536)).payment("x:1", timeout=20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, Lost)
    assert most < len(content) + 5 * MAX_ANSWER
