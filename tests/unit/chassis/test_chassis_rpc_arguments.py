"""Bad input: what no procedure of the four services may be called with."""

import inspect
import json
from typing import Any

import pytest
from pydantic import ValidationError

from services.catalog.service import Worker as Catalog
from services.chassis.rpc import Procedure, arguments_of
from services.orders.service import Worker as Orders
from services.sessions.service import Worker as Sessions
from services.sync.service import Worker as Sync

ID = "0199d09f-0000-7000-8000-000000000001"
NO_TEXT = ["\0", "\ud800", "x" * 5_000, "", 7, None, True, [], {}]
NO_NUMBER = ["5", "", True, None, 1.5, -1, 2**70, float("inf"), [], {}]
NO_ID = ["", "x", "\0", 7, None, True, ID[:-1], [], {}]
NO_DAY = ["", "today", "2026-02-30", "15.04.2026", 0, 1776211200, True, "2026-04-15T00:00:00Z", []]
NO_JSON = "no JSON"
NO_CURSOR = ["\0", "-1", "x" * 1_000_000, "1;drop table orders", 7, True, []]

BAD: dict[tuple[type, str, str], list[Any]] = {
    (Catalog, "search", "q"): ["\0", "x" * 5_000, 7, None, []],
    (Catalog, "search", "cursor"): ["\0", "x" * 1_000_000, 7, True, []],
    (Catalog, "search", "limit"): [*NO_NUMBER, 0, 10**6],
    # a scanner may read anything: what it read is then unknown
    (Catalog, "lookup", "code"): [bad for bad in NO_TEXT if bad != "\0"],
    (Catalog, "changes", "since"): NO_NUMBER,
    (Catalog, "changes", "limit"): [*NO_NUMBER, 0, 10**6],
    (Orders, "order", "order_id"): NO_ID,
    (Orders, "orders", "state"): ["sold", "", 7, True],
    (Orders, "orders", "business_date"): NO_DAY,
    (Orders, "orders", "cursor"): NO_CURSOR,
    (Sessions, "sessions", "status"): ["over", "", 7, True],
    (Sessions, "sessions", "cursor"): NO_CURSOR,
    (Sessions, "sessions", "limit"): [*NO_NUMBER, 0, 10**6],
    (Sessions, "session", "session_id"): NO_ID,
    (Sync, "deliveries", "state"): ["sold", "", 7, True],
    (Sync, "deliveries", "session_id"): [bad for bad in NO_ID if bad is not None],
    (Sync, "deliveries", "business_date"): NO_DAY,
    (Sync, "deliveries", "cursor"): NO_CURSOR,
    (Sync, "delivery", "order_id"): NO_ID,
    (Sync, "reconciliation", "reconciliation_id"): NO_ID,
}
BAD |= {
    (worker, "inbox_missing", argument): bad
    for worker in (Catalog, Orders, Sessions, Sync)
    for argument, bad in (("queue", NO_TEXT), ("event_ids", [7, None, "x", ["x"], [7], {}, [ID] * 10_001]))
}
GOOD = {
    "queue": "sync.orders",
    "event_ids": [ID],
    "order_id": ID,
    "session_id": ID,
    "reconciliation_id": ID,
    "code": "SHI00001-M",
}


def procedures(worker: type) -> dict[str, Any]:
    members = inspect.getmembers(worker, callable)
    return {
        name: function
        for name, function in members
        if any(isinstance(e, Procedure) for e in getattr(function, "nameko_entrypoints", ()))
    }


def refused_by(model: Any, told: dict[str, Any]) -> set[Any]:
    """The arguments that are found wrong."""
    try:
        model.model_validate_json(json.dumps(told))
    except ValidationError as refused:
        return {error["loc"][0] if error["loc"] else NO_JSON for error in refused.errors()}
    return set()


def needed(model: Any) -> dict[str, Any]:
    return {name: GOOD[name] for name, field in model.model_fields.items() if field.is_required()}


@pytest.mark.parametrize("of", BAD, ids=lambda of: f"{of[0].name}.{of[1]}({of[2]})")
def test_b15_a_bad_argument_is_refused_by_its_name(of: tuple[type, str, str]) -> None:
    worker, name, argument = of
    model = arguments_of(procedures(worker)[name])
    refused = {repr(bad)[:60]: refused_by(model, needed(model) | {argument: bad}) for bad in BAD[of]}
    assert {bad: names for bad, names in refused.items() if names not in ({argument}, {NO_JSON})} == {}


@pytest.mark.parametrize("worker", [Catalog, Orders, Sessions, Sync])
def test_b15_what_is_missing_or_unknown_is_refused_and_the_rest_taken(worker: type) -> None:
    found = procedures(worker)
    assert found
    for function in found.values():
        model = arguments_of(function)
        told = needed(model)
        assert model.model_validate_json(json.dumps(told))
        for wrong in (told | {"unheard": 1}, *({k: v for k, v in told.items() if k != gone} for gone in told)):
            with pytest.raises(ValidationError):
                model.model_validate_json(json.dumps(wrong))


def test_b15_every_argument_of_every_procedure_is_tried() -> None:
    arguments = {
        (worker, name, argument)
        for worker in (Catalog, Orders, Sessions, Sync)
        for name, function in procedures(worker).items()
        for argument in arguments_of(function).model_fields
    }
    assert arguments - set(BAD) == {(Catalog, "search", "category"), (Catalog, "search", "size")}
