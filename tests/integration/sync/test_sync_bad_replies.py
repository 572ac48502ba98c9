"""Whatever head office replies, an order is at most once there, and never marked as what it is not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sync_oms_server import Answer, OmsServer, _Handler
from sync_store import Store

from services.head_office.http import HttpHeadOffice
from services.sync.domain.answers import Busy
from services.sync.handlers import probing, recovering, watching
from services.sync.handlers.draining import settle
from services.sync.oms import PortOms

OTHER = "0190a000-0000-7000-8000-00000000ffff"
HTML = b"<html><script>alert(1)</script>Welcome to the hotel</html>"


@pytest.fixture
def server() -> Iterator[OmsServer]:
    found = OmsServer()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def store(store: Store, server: OmsServer) -> Iterator[Store]:
    """Its head office is asked over HTTP."""
    office = HttpHeadOffice(server.url, "token")
    store.oms = PortOms(office)  # type: ignore[assignment]
    store.app = replace(store.app, oms=store.oms)
    yield store
    office._client.close()


def body(handler: _Handler, order_id: str) -> dict[str, Any]:
    return dict(handler.server.orders[order_id])


def raw(head: str, content: bytes = b"") -> Answer:
    return lambda h, _: h.raw(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content)


def changed(**changes: Any) -> Answer:
    return lambda h, i: h.reply(201, body(h, i) | changes)


def without(name: str) -> Answer:
    return lambda h, i: h.reply(201, {k: v for k, v in body(h, i).items() if k != name})


# what is replied after the order was stored; what that makes of it; its state once head office answers well again
AFTER: dict[str, tuple[Answer, str, str]] = {
    "201 without a body": (lambda h, _: h.reply(201, b""), "pending", "synced"),
    "201 without a body or a type": (raw("HTTP/1.1 201 Created\nContent-Length: 0"), "waiting", "synced"),
    "204": (raw("HTTP/1.1 204 No Content"), "pending", "synced"),
    "another order": (changed(order_id=OTHER), "pending", "synced"),
    "no id": (changed(order_id="null"), "pending", "synced"),
    "another amount": (changed(total_minor=1), "pending", "synced"),
    "a replay with another amount": (lambda h, i: h.reply(200, body(h, i) | {"total_minor": 1}), "pending", "synced"),
    "an amount that is a float": (changed(total_minor=10001.0), "pending", "synced"),
    "an amount in words": (changed(total_minor="10001"), "pending", "synced"),
    "another number": (changed(invoice_number="X"), "pending", "synced"),
    "no OMS id": (without("oms_id"), "pending", "synced"),
    "no time": (without("accepted_at"), "pending", "synced"),
    "a time without a zone": (changed(accepted_at="2026-04-15T06:31:00"), "pending", "synced"),
    "a time that is none": (changed(accepted_at="2026-02-30T24:00:00Z"), "pending", "synced"),
    "a list": (lambda h, i: h.reply(201, [body(h, i)]), "pending", "synced"),
    "no JSON": (lambda h, _: h.reply(201, b"{oops"), "pending", "synced"),
    "NaN": (lambda h, _: h.reply(201, b'{"total_minor": NaN}'), "pending", "synced"),
    "a deep document": (lambda h, _: h.reply(201, b"[" * 100_000), "pending", "synced"),
    "a captive portal": (lambda h, _: h.reply(200, HTML, "text/html"), "waiting", "synced"),
    "a redirect": (lambda h, _: h.reply(307, b"", Location="http://127.0.0.1:9/"), "waiting", "synced"),
    "500 after it was stored": (lambda h, _: h.problem(500, "oops"), "waiting", "synced"),
    "a status of 999": (raw("HTTP/1.1 999 Odd\nContent-Length: 0"), "waiting", "synced"),
    "the line cut": (lambda h, _: h.cut(), "unknown", "synced"),
    "half a body": (
        raw("HTTP/1.1 201 Created\nContent-Type: application/json\nContent-Length: 900", b"{"),
        "unknown",
        "synced",
    ),
    "a chunk that is none": (
        raw("HTTP/1.1 201 Created\nContent-Type: application/json\nTransfer-Encoding: chunked", b"zz\r\n{}"),
        "unknown",
        "synced",
    ),
    "no HTTP": (lambda h, _: h.raw(b"\x16\x03\x01\x02\x00"), "unknown", "synced"),
    "a bomb": (lambda h, _: h.reply(201, b" " * (5 * 1024 * 1024)), "unknown", "synced"),
    "interim answers first": (
        lambda h, i: bool(h.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")) and h.reply(201, body(h, i)),
        "synced",
        "synced",
    ),
    "a cookie": (lambda h, i: h.reply(201, body(h, i), Set_Cookie="a=b; Domain=evil"), "synced", "synced"),
    "the connection closed after it": (lambda h, i: h.reply(201, body(h, i), Connection="close"), "synced", "synced"),
}


@pytest.mark.parametrize("case", AFTER)
def test_d_f52_a_bad_reply_never_doubles_or_mismarks_an_order(store: Store, server: OmsServer, case: str) -> None:
    reply, at_first, at_last = AFTER[case]
    [order] = store.place()
    server.after = reply
    store.drain()
    assert store.states() == [at_first]
    server.after = lambda *_: False
    if at_first == "pending":
        assert store.one(order).reason_code == "answer_does_not_match"
        recovering.retry_one(store.app, order, "M1")
    store.later()
    store.drain()
    assert store.states() == [at_last]
    assert server.keys[str(order)] == {f"{order}:1"}
    assert len(server.orders) == 1


def problem(status: int, kind: str, **fields: Any) -> Answer:
    return lambda h, _: h.problem(status, kind, **fields)


# what is replied instead of storing the order; its state; its reason's code
BEFORE: dict[str, tuple[Answer, str, str | None]] = {
    "refused": (problem(422, "refused", reasons=[{"code": "unknown_sku", "text": "?"}]), "pending", "unknown_sku"),
    "refused without reasons": (problem(422, "refused"), "pending", "refused"),
    "refused with reasons that are none": (problem(422, "refused", reasons="no"), "pending", "refused"),
    "refused with an unknown reason": (problem(422, "refused", reasons=[{"code": "E!7"}]), "pending", "e_7"),
    "refused at a length": (
        problem(422, "refused", reasons=[{"code": "x", "text": "<script>" * 100_000}]),
        "pending",
        "x",
    ),
    "a conflict without a type": (lambda h, _: h.reply(409, {}), "pending", "answer_does_not_match"),
    "a conflict of another type": (problem(409, "what"), "pending", "answer_does_not_match"),
    "key reused": (problem(422, "key-reused"), "pending", "key_reused"),
    "in progress": (problem(409, "in-progress"), "unknown", None),
    "already accepted, not said what": (problem(409, "already-accepted"), "pending", "answer_does_not_match"),
    "422 with HTML": (lambda h, _: h.reply(422, HTML, "text/html"), "waiting", None),
    "404": (problem(404, "not-found"), "pending", "answer_does_not_match"),
    "401": (problem(401, "unauthorised"), "waiting", None),
    "403": (problem(403, "forbidden"), "waiting", None),
    "superseded": (problem(403, "superseded"), "waiting", None),
    "429": (problem(429, "busy"), "waiting", None),
    "503": (problem(503, "busy"), "waiting", None),
    "500": (problem(500, "oops"), "waiting", None),
    "500 with HTML": (lambda h, _: h.reply(500, HTML, "text/html"), "waiting", None),
}


@pytest.mark.parametrize("case", BEFORE)
def test_d_b9_what_is_refused_or_put_off_is_told_apart(store: Store, server: OmsServer, case: str) -> None:
    reply, state, code = BEFORE[case]
    [order] = store.place()
    server.before = reply
    store.drain()
    row = store.one(order)
    assert (row.state, row.reason_code) == (state, code)
    assert row.reason_text is None or ("<" not in row.reason_text and len(row.reason_text) <= 300)
    assert server.orders == {}


def test_an_order_that_was_accepted_in_another_revision_is_synced(store: Store, server: OmsServer) -> None:
    [order] = store.place()

    def already(handler: _Handler, order_id: str) -> bool:
        stored = body(handler, order_id) | {"revision": 7}
        return handler.problem(409, "already-accepted", order=stored)

    server.after = already
    store.drain()
    assert store.one(order).oms_id == f"OMS-{str(order)[-6:]}"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("-1", 1),
        ("0", 1),
        ("1.5", 1.5),
        ("1000000000", 900),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 900),
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        (None, None),
    ],
)
def test_d_f50_retry_after_is_read_as_it_can_be_meant(
    store: Store, server: OmsServer, header: str | None, seconds: float | None
) -> None:
    told = {} if header is None else {"Retry_After": header}
    server.before = lambda h, _: h.reply(429, b"{}", "application/problem+json", **told)
    store.place()
    [answer] = store.drain()
    assert answer == Busy(seconds)
    assert store.states() == ["waiting"]


@pytest.mark.parametrize(
    ("orders", "state"),
    [
        ([], "synced"),
        ("no list", "pending"),
        ([{"order_id": OTHER}], "pending"),
        ([None], "synced"),
        ([{"cancelled": True}], "synced"),
    ],
)
def test_d_what_is_found_under_an_unknown_order_must_be_it(
    store: Store, server: OmsServer, orders: Any, state: str
) -> None:
    [order] = store.place()
    server.before = lambda h, _: h.cut()
    store.drain()
    assert store.states() == ["unknown"]
    server.before = lambda *_: False
    server.found = lambda _: {"orders": orders}
    store.later()
    store.drain()
    assert store.states() == [state]
    assert server.gets[str(order)] == 1


def test_f48_not_found_and_then_there_is_one_order(store: Store, server: OmsServer) -> None:
    [order] = store.place()
    server.after = lambda h, _: h.cut()
    store.drain()
    server.after = lambda *_: False
    server.found = lambda _: {"orders": []}
    store.later()
    store.drain()
    assert store.states() == ["synced"]
    assert server.posts[str(order)] == 2
    assert server.keys[str(order)] == {f"{order}:1"}


@pytest.mark.parametrize(
    ("health", "reason", "internet"),
    [
        (lambda h: h.reply(200, HTML, "text/html"), "captive_portal", "up"),
        (lambda h: h.reply(200, {"status": "ill"}), "http_200", "up"),
        (lambda h: h.reply(200, b""), "http_200", "up"),
        (lambda h: h.reply(204, b""), "http_204", "up"),
        (lambda h: h.problem(500, "oops"), "http_500", "up"),
        (lambda h: h.cut(), "no_connection", "down"),
    ],
)
def test_f42_only_head_offices_own_word_is_a_good_probe(
    store: Store, server: OmsServer, health: Any, reason: str, internet: str
) -> None:
    server.health = health
    for _ in range(3):
        store.clock.advance(5)
        probing.probe(store.app)
    told = watching.current(store.app)[1]
    assert (told["head_office"], told["internet"], told["reason"]) == ("down", internet, reason)


def test_settling_nothing_is_nothing(store: Store) -> None:
    settle(store.app, [])
    assert store.told() == []
