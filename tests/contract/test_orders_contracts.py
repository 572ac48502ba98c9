"""What orders tells is what its contracts say, and what others read of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from services.chassis.events import decode
from services.orders.domain.invoices import number
from services.sessions.events import SessionSealed
from services.sync import events as of_sync

FOLDER = Path(__file__).parents[2] / "services/orders/contracts"
EVENTS = ("order_placed", "order_amended", "order_voided", "customer_saved", "customer_erased", "session_sealed")


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def check(name: str, value: Any) -> None:
    Draft202012Validator(read(f"{name}.v1.schema.json"), format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", EVENTS)
def test_b15_each_sample_is_valid_and_an_event(name: str) -> None:
    sample = read(f"{name}.v1.sample.json")
    check(name, sample)
    assert decode(json.dumps(sample).encode()).type == f"orders.{name}"


@pytest.mark.parametrize("name", EVENTS)
def test_b15_a_sample_without_any_one_field_is_not_valid(name: str) -> None:
    sample = read(f"{name}.v1.sample.json")
    for field in sample["data"]:
        broken = sample | {"data": {k: v for k, v in sample["data"].items() if k != field}}
        with pytest.raises(ValidationError):
            check(name, broken)


def test_b15_sync_and_sessions_read_what_orders_tells() -> None:
    placed = of_sync.placed(decode(json.dumps(read("order_placed.v1.sample.json")).encode()))
    assert (placed.invoice.number, placed.totals.total_minor) == (number("K1", 2026, 1), 209800)
    amended = of_sync.OrderAmended.model_validate_json(json.dumps(read("order_amended.v1.sample.json")["data"]))
    assert amended.kind == "void"
    assert (
        of_sync.CustomerSaved.model_validate_json(json.dumps(read("customer_saved.v1.sample.json")["data"])).revision
        == 2
    )
    erased = of_sync.CustomerErased.model_validate_json(json.dumps(read("customer_erased.v1.sample.json")["data"]))
    assert len(erased.order_ids) == 1
    assert SessionSealed.model_validate_json(json.dumps(read("session_sealed.v1.sample.json")["data"])).orders == 1
