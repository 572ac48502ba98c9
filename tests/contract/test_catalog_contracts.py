"""What catalog tells and offers is what its contracts say, and what it reads is what others' contracts say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.catalog.events import OrdersSettled, snapshot_synced
from services.chassis.events import Event, encode
from services.chassis.ids import new_id

SERVICES = Path(__file__).parents[2] / "services"
FOLDER = SERVICES / "catalog/contracts"
NOW = datetime(2026, 4, 15, 6, 30, tzinfo=UTC)
CONTRACTS = ("snapshot_synced.v1", "readiness", "price-book", "payment-modes", "staff")


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def check(schema: str, value: Any) -> None:
    Draft202012Validator(read(f"{schema}.schema.json"), format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", CONTRACTS)
def test_b15_the_sample_is_valid(name: str) -> None:
    check(name, read(f"{name}.sample.json"))


def test_b15_what_is_told_of_a_snapshot_is_what_the_contract_says() -> None:
    event = snapshot_synced("payment-modes", version=1, count=4, as_of=NOW, synced_at=NOW)
    complete = Event(**(event.__dict__ | {"id": new_id(), "store_id": "S1", "occurred_at": NOW}))
    check("snapshot_synced.v1", json.loads(encode(complete)))


def test_b15_it_reads_what_sync_tells() -> None:
    told = json.loads((SERVICES / "sync/contracts/orders_settled.v1.sample.json").read_text())["data"]
    outcomes = OrdersSettled.model_validate_json(json.dumps(told)).outcomes
    assert [o.accepted_at is not None for o in outcomes] == [o["accepted_at"] is not None for o in told["outcomes"]]
