"""What the adapter makes of bytes that no honest head office sends (T27), each within bounds of time and memory."""

import gzip
import hashlib
import json
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from raw_server import RawServer, answering, head

from services.head_office.http import HttpHeadOffice
from services.head_office.port import Absent, FeedFailed, Lost, NoAnswer
from tests.support import free_port

NDJSON = "application/x-ndjson"
PACKED = head(NDJSON, "Content-Encoding: gzip")
ORDER_ID = "0199d0a0-7c1e-7a10-8b4e-5f2d9c0a1b2c"
MIB = 1024 * 1024


def line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def feed_of(count: int = 2_000) -> bytes:
    body = b"".join(line({"sku": f"A{n}", "quantity": n}) for n in range(count))
    first = line({"feed": "inventory", "full": True, "count": count, "as_of": "2026-04-15T06:30:00Z"})
    return first + body + line({"end": True, "checksum": hashlib.sha256(body).hexdigest(), "next": "inventory:7"})


def bomb(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * MIB) for _ in range(mebibytes)) + packer.flush()


@contextmanager
def client_of(server: RawServer) -> Iterator[HttpHeadOffice]:
    client = HttpHeadOffice(server.url, "token")
    try:
        yield client
    finally:
        client.close()


def read(server: RawServer) -> int:
    with client_of(server) as client, client.feed("inventory", None) as feed:
        return sum(1 for _ in feed.records())


WHOLE = gzip.compress(feed_of())


@pytest.mark.parametrize(
    "pieces",
    [
        (head(NDJSON), feed_of()),
        (PACKED, WHOLE),
        (PACKED, *(WHOLE[n : n + 100] for n in range(0, len(WHOLE), 100))),
        (PACKED, gzip.compress(feed_of()[:9_000]), gzip.compress(feed_of()[9_000:])),
    ],
    ids=["plain", "gzip", "gzip in small pieces", "two gzip members"],
)
def test_s1_a_whole_feed_is_read_however_it_comes(pieces):
    with answering(*pieces) as server:
        assert read(server) == 2_000


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ((PACKED, WHOLE[:-1]), "broke_off"),
        ((PACKED, WHOLE[: len(WHOLE) // 2]), "broke_off"),
        ((PACKED, b""), "broke_off"),
        ((PACKED, WHOLE + b"garbage"), "not_gzip"),
        ((PACKED, WHOLE + WHOLE), "after_end"),
        ((PACKED, feed_of()), "not_gzip"),
        ((PACKED, WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:]), "not_gzip"),
        ((PACKED, bomb(64)), "line_too_long"),
        ((head(NDJSON, "Content-Encoding: br"), feed_of()), "not_gzip"),
        ((head(NDJSON), feed_of()[:-1]), "no_end"),
        ((head(NDJSON), feed_of()[:-200]), "no_end"),
        ((head(NDJSON, "Content-Length: 9"), feed_of()[:5]), "broke_off"),
        ((head(NDJSON, status="206 Partial Content"), feed_of()), "http_206"),
        ((head(NDJSON, status="304 Not Modified"),), "captive_portal"),
        ((head("application/json"), feed_of()), "captive_portal"),
        ((head("text/html"), b"<html>"), "captive_portal"),
        ((head(NDJSON, status="307 Temporary Redirect"),), "captive_portal"),
        ((b"\x16\x03\x01",), "broke_off"),
    ],
    ids=[
        "gzip that lacks a byte",
        "half of the gzip",
        "no gzip at all",
        "garbage after the gzip",
        "everything twice",
        "no gzip though it says so",
        "gzip with a wrong checksum",
        "a gzip bomb",
        "packed otherwise",
        "a last line without an end",
        "a record without an end",
        "less than was announced",
        "a part",
        "not modified",
        "JSON",
        "a page",
        "a redirect",
        "no HTTP",
    ],
)
def test_s1_t27_a_feed_that_is_spoilt_fails_by_its_name(pieces, code):
    with answering(*pieces) as server, pytest.raises(FeedFailed) as failed:
        read(server)
    assert failed.value.code == code


@pytest.mark.parametrize(
    ("first", "packed"),
    [(PACKED, bomb(256)), (head("application/json", "Content-Encoding: gzip"), bomb(256))],
    ids=["as a feed", "as an answer"],
)
def test_t27_a_bomb_is_defused_in_little_memory(first, packed):
    with answering(first, packed) as server, client_of(server) as client:
        tracemalloc.start()
        if first is PACKED:
            with pytest.raises(FeedFailed), client.feed("inventory", None):
                pass
        else:
            assert client.order(ORDER_ID) == Lost("Unfinished")
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
        tracemalloc.stop()


def test_s20_an_answer_that_drips_is_not_waited_for_longer_than_was_said():
    with answering(head(), endless=b" ") as server, client_of(server) as client:
        began = time.monotonic()
        assert client.payment("key:1", timeout=0.5) == Lost("Unfinished")
        assert time.monotonic() - began < 60, "it would have gone on for ever"


@pytest.mark.parametrize("scanned", ["../../orders", "..", "a/b", "a?b#c", "\u202e%2e%2e/x"])
def test_s19_whatever_is_scanned_leads_nowhere_else(scanned):
    absent = head("application/problem+json", status="404 Not Found"), line({"type": "not-found"})
    with answering(*absent) as server, client_of(server) as client:
        assert client.customer_by_code(scanned, timeout=30) == Absent()
        path = server.asked[0].split()[1]
    assert path.startswith(b"/v1/customers/by-code/")
    assert not set(path.removeprefix(b"/v1/customers/by-code/")) & set(b"/?#.")


def test_t26_no_redirect_is_followed_and_the_token_goes_nowhere():
    with answering(head(), b"{}") as other:
        told = head("application/json", f"Location: {other.url}/v1/store", status="307 Temporary Redirect")
        with answering(told) as server, client_of(server) as client, pytest.raises(NoAnswer) as silent:
            client.store()
        assert (silent.value.reason, other.asked) == ("captive_portal", [])


def test_a_cookie_is_not_kept():
    with answering(head("application/json", "Set-Cookie: a=b; Path=/"), b"{}") as server, client_of(server) as client:
        client.store()
        client.store()
        assert len(server.asked) == 2
        assert not any(b"cookie" in asked.lower() for asked in server.asked)


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([{"order_id": "0199d0a0-0000-7000-8000-000000000000"}], "answer_does_not_match"),
        ([{"oms_id": "OMS\u0000"}], "answer_unreadable"),
        ([{"total_minor": 99_900.0}], "answer_unreadable"),
        ([None], "answer_unreadable"),
        (None, "answer_unreadable"),
    ],
)
def test_b13_f52_a_lookup_is_about_what_was_asked(orders, reason):
    whole = {"order_id": ORDER_ID, "oms_id": "OMS-1", "invoice_number": "1A0001", "total_minor": 99_900}
    told = orders and [order and whole | order for order in orders]
    with (
        answering(head(), line({"orders": told})) as server,
        client_of(server) as client,
        pytest.raises(NoAnswer) as silent,
    ):
        client.lookup([ORDER_ID])
    assert silent.value.reason == reason


def test_b13_a_day_that_goes_round_in_circles_is_no_answer():
    with (
        answering(head(), line({"orders": [], "next": "again"})) as server,
        client_of(server) as client,
        pytest.raises(NoAnswer) as silent,
    ):
        list(client.orders_of_day(date(2026, 4, 15)))
    assert (silent.value.reason, len(server.asked)) == ("endless", 2)


def test_s7_who_refuses_a_connection_was_met_and_who_cannot_be_found_was_not():
    seen = {}
    for where in (f"http://127.0.0.1:{free_port()}", "http://head-office.invalid"):
        client = HttpHeadOffice(where, "token")
        seen[where] = client.probe()
        client.close()
    refused, unknown = seen.values()
    assert [(s.good, s.met, s.reason) for s in (refused, unknown)] == [
        (False, True, "ConnectError"),
        (False, False, "ConnectError"),
    ]
