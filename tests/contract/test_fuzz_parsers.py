"""Whatever comes over the wire, each parser takes it or refuses it by its own name: nothing else, and nothing stays.

FUZZ_EXAMPLES makes each run longer.
"""

import contextlib
import dataclasses
import gc
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from services.catalog import events as catalog_events
from services.catalog import service as catalog
from services.catalog.domain.datasets import DATASETS
from services.catalog.domain.inventory import stock
from services.catalog.domain.payment_modes import payment_mode
from services.catalog.domain.products import product
from services.catalog.domain.reading import BadRecord, fields_of
from services.catalog.domain.staff import staff_member
from services.chassis.events import Event, UnknownFact, Unreadable, decode
from services.chassis.rpc import Procedure, RpcError, arguments_of
from services.head_office import answers
from services.head_office.feeds import HttpFeed
from services.head_office.port import FeedFailed, NoAnswer, Opened
from services.orders import events as orders_events
from services.orders import service as orders
from services.sessions import events as sessions_events
from services.sessions import service as sessions
from services.sync import events as sync_events
from services.sync import service as sync
from tests.mutants import as_bytes, fuzzed, garbage, mutants, tried

ROOT = Path(__file__).parents[2] / "services"
NOW = datetime(2026, 4, 15, tzinfo=UTC)


def sample(name: str) -> Any:
    [file] = ROOT.glob(f"*/contracts/{name}.sample.json")
    return json.loads(file.read_text())


ENVELOPE = {
    "id": "0199d09f-0000-7000-8000-000000000001",
    "type": "orders.order_placed",
    "version": 1,
    "store_id": "S1",
    "occurred_at": "2026-04-15T06:30:00Z",
    "aggregate_id": "x",
    "aggregate_version": 1,
    "data": {},
}
FACTS = [
    (sync_events.OrderPlaced, "order_placed.v1"),
    (sync_events.OrderAmended, "order_amended.v1"),
    (sync_events.CustomerSaved, "customer_saved.v1"),
    (sync_events.CustomerErased, "customer_erased.v1"),
    (sync_events.SessionChanged, "session_changed.v1"),
    (orders_events.OrdersSettled, "orders_settled.v1"),
    (sessions_events.OrdersSettled, "orders_settled.v1"),
    (sessions_events.SessionSealed, "session_sealed.v1"),
    (catalog_events.OrderPlaced, "order_placed.v1"),
    (catalog_events.OrderVoided, "order_voided.v1"),
    (catalog_events.OrdersSettled, "orders_settled.v1"),
]


def test_d_a_message_is_an_event_or_unreadable() -> None:
    def read(body: Any) -> None:
        with contextlib.suppress(Unreadable):
            assert isinstance(decode(body if isinstance(body, bytes) else as_bytes(body)), Event)

    tried(read, ENVELOPE)
    fuzzed(garbage(as_bytes(ENVELOPE)))(read)()


@pytest.mark.parametrize(("fact", "name"), FACTS, ids=lambda v: v if isinstance(v, str) else v.__module__)
def test_d_what_an_event_tells_is_read_or_refused(fact: Any, name: str) -> None:
    good = sample(name)["data"]

    def read(data: Any) -> None:
        with contextlib.suppress(ValidationError):
            assert isinstance(fact.of(Event(type="x", aggregate_id="x", data=data)), fact)

    assert fact.of(Event(type="x", aggregate_id="x", data=good))
    tried(read, good)


@fuzzed(st.text(max_size=40), st.integers(), st.sampled_from([orders_events.outcomes_in, sync_events.placed]))
def test_d_a_type_or_a_version_that_is_unknown_is_named(type_: str, version: int, reader: Any) -> None:
    with pytest.raises(UnknownFact):
        reader(Event(type=type_, aggregate_id="x", data={}, version=version))


ORDER = {
    "order_id": "0199d09f-0000-7000-8000-000000000001",
    "oms_id": "OMS-1",
    "invoice_number": "K1/27-000001",
    "total_minor": 104900,
    "accepted_at": "2026-04-15T06:30:00Z",
    "revision": 1,
    "cancelled": False,
}
PROBLEM = {
    "type": "urn:store-edge:problem:refused",
    "status": 422,
    "reasons": [{"code": "c", "text": "t", "line_no": 1}],
}
HEAD = {"chain": "invoices", "name": "K1/27-", "epoch": 1, "sequence": 7, "hash": "0" * 64}
REPLIES: list[tuple[Callable[[Any], Any], Any]] = [
    (answers.accepted, ORDER),
    (lambda body: answers.single(body, ORDER["order_id"]), {"orders": [ORDER]}),
    (answers.booked, {"orders": [ORDER]}),
    (answers.heads, {"epoch": 1, "heads": [HEAD]}),
    (answers.opened, {"files": [{"name": "a", "content": {}, "problem": None}]}),
    (answers.documents, {"orders": [{"order_id": ORDER["order_id"]}]}),
]


def numbers_in(found: Any) -> Iterator[int]:
    """Every number in what was read; a document is kept as it is, or refused by its hash."""
    for one in found if isinstance(found, list | tuple) else [found]:
        if dataclasses.is_dataclass(one) and not isinstance(one, Opened):
            yield from (number for number in vars(one).values() if isinstance(number, int))
            yield from numbers_in(vars(one).get("heads", ()))


@pytest.mark.parametrize(("reader", "good"), REPLIES, ids=lambda v: getattr(v, "__name__", ""))
def test_d_an_answer_of_head_office_is_read_or_fits_nothing(reader: Any, good: Any) -> None:
    def read(body: Any) -> None:
        with contextlib.suppress(NoAnswer):
            found = reader(body)
            assert all(abs(number) < 2**53 for number in numbers_in(found))

    assert reader(good)
    tried(read, good)


@fuzzed(mutants(PROBLEM), st.integers(100, 999), st.text(max_size=30), st.text(max_size=40))
def test_d_a_problem_of_head_office_means_one_thing(problem: Any, status: int, kind: str, after: str) -> None:
    told = problem if isinstance(problem, dict) else None
    wait = answers.retry_after(after, NOW)
    assert wait is None or answers.LEAST_RETRY_S <= wait <= answers.MOST_RETRY_S
    found = answers.trouble(status, kind, told, wait) or answers.refusal(told)
    assert all(reason.code.isprintable() and len(reason.text) <= 500 for reason in getattr(found, "reasons", ()))


@pytest.mark.parametrize(
    "after",
    ["-1", "0", "1.5", "1e9", "1e400", "nan", "-inf", "Wed, 21 Oct 2015 07:28:00 GMT",
     "Fri, 31 Dec 9999 23:59:59 -1400", "Mon, 01 Jan 0001 00:00:00 +1400", "Wed, 32 Foo 2026 25:61:61 GMT",
     "soon", "1, 2", "\u0661", "9" * 5_000],
)  # fmt: skip
def test_b11_whatever_retry_after_says_the_wait_is_between_a_second_and_a_quarter_of_an_hour(after: str) -> None:
    wait = answers.retry_after(after, NOW)
    assert wait is None or 1 <= wait <= 900
    assert answers.skew(after, NOW) is None or isinstance(answers.skew(after, NOW), float)


def feed(records: list[Any], **first: Any) -> bytes:
    body = b"".join(as_bytes(record) + b"\n" for record in records)
    head = {"feed": "inventory", "full": True, "count": len(records), "as_of": "2026-04-15T12:00:00+05:30"} | first
    end = {"end": True, "checksum": hashlib.sha256(body).hexdigest(), "next": "inventory:7"}
    return as_bytes(head) + b"\n" + body + as_bytes(end) + b"\n"


GOOD_FEED = feed([{"sku": "A", "quantity": 1}, {"sku": "B", "deleted": True}])


@fuzzed(
    garbage(GOOD_FEED)
    | mutants([json.loads(line) for line in GOOD_FEED.splitlines()]).map(
        lambda lines: b"".join(as_bytes(line) + b"\n" for line in (lines if isinstance(lines, list) else [lines]))
    ),
    st.integers(1, 5_000),
)
def test_d_a_feed_is_whole_or_failed(content: bytes, size: int) -> None:
    with contextlib.suppress(FeedFailed):
        read = HttpFeed("inventory", (content[at : at + size] for at in range(0, len(content), size)))
        assert len(list(read.records())) == read.count


PRICE = {"valid_from": "2026-01-01T00:00:00Z", "price_minor": 10000}
RATE = {"valid_from": "2026-01-01T00:00:00Z", "rate_bp": 500}
VARIANT = {
    "sku": "P1-M",
    "size": "M",
    "barcode": "8901234567894",
    "hsn": "6205",
    "prices": [PRICE],
    "tax_rates": [RATE],
}
RECORDS: dict[str, Any] = {
    "products": {"product_id": "P1", "name": "Shirt", "category": "Shirts", "variants": [VARIANT]},
    "inventory": {"sku": "A", "quantity": 1},
    "payment-modes": {"code": "CASH", "name": "Cash", "kind": "cash", "offline": True},
    "staff": {"staff_code": "A1", "name": "Asha", "role": "associate", "permissions": ["offline_mode"], "active": True},
}


READERS: dict[str, Callable[[Any], Any]] = {
    "products": product,
    "inventory": stock,
    "payment-modes": payment_mode,
    "staff": staff_member,
}


@pytest.mark.parametrize("dataset", DATASETS)
def test_d_a_record_of_a_feed_is_taken_or_named_as_bad(dataset: Any) -> None:
    def read(record: Any) -> None:
        with contextlib.suppress(BadRecord):
            assert READERS[dataset](fields_of(record, "record"))

    assert READERS[dataset](RECORDS[dataset])
    tried(read, RECORDS[dataset])


WORKERS = (catalog.Worker, orders.Worker, sessions.Worker, sync.Worker)


def procedures() -> list[tuple[type, str]]:
    return [
        (worker, name)
        for worker in WORKERS
        for name in dir(worker)
        if any(isinstance(e, Procedure) for e in getattr(getattr(worker, name), "nameko_entrypoints", ()))
    ]


@pytest.mark.parametrize(("worker", "name"), procedures(), ids=lambda v: v if isinstance(v, str) else v.name)
def test_b15_a_question_is_read_or_refused_with_a_code(worker: type, name: str) -> None:
    """As it comes from the broker; what is read goes no further here."""
    asked: list[Any] = []
    entrypoint = Procedure()
    entrypoint.container = SimpleNamespace(service_cls=worker, spawn_worker=lambda *called, **_: asked.append(called))
    entrypoint.method_name = name
    fields = list(arguments_of(getattr(worker, name)).model_fields)
    good = {"args": [], "kwargs": dict.fromkeys(fields, "x")}

    def ask(body: Any) -> None:
        with contextlib.suppress(RpcError):
            entrypoint.handle_message(body, SimpleNamespace(headers={}, properties={}, delivery_info={}))

    tried(ask, good)


def test_d_what_was_refused_leaves_nothing_behind() -> None:
    """The same messages again: what they took is given back."""
    bodies = [as_bytes(ENVELOPE | {"data": {"n": n}, "version": n % 3 or "no"}) for n in range(100)]

    def refuse_them() -> None:
        for body in bodies * 5:
            with contextlib.suppress(Unreadable, ValidationError):
                sync_events.OrderPlaced.of(decode(body))
            with contextlib.suppress(FeedFailed):
                list(HttpFeed("inventory", [body, GOOD_FEED]).records())

    refuse_them()
    gc.collect()
    tracemalloc.start()
    try:
        refuse_them()
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 100_000
