"""What sync tells and offers is what its contracts say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.chassis.clock import SystemClock
from services.chassis.events import Event, decode, encode
from services.chassis.ids import new_id
from services.sync.domain.delivery import Delivery, State
from services.sync.domain.reasons import Reason
from services.sync.events import MOST_OUTCOMES, settled
from services.sync.handlers.deciding import outcome_of
from services.sync.store.deliveries import Held

FOLDER = Path(__file__).parents[2] / "services/sync/contracts"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def check(schema: str, value: Any) -> None:
    Draft202012Validator(read(f"{schema}.schema.json"), format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", ["orders_settled.v1", "connectivity"])
def test_b15_the_sample_is_valid(name: str) -> None:
    check(name, read(f"{name}.sample.json"))


@pytest.mark.parametrize(
    ("state", "told", "reason"),
    [
        (State.SYNCED, "synced", None),
        (State.PENDING, "pending", Reason("unknown_sku", "Words.")),
        (State.WITHDRAWN, "withdrawn", None),
        (State.SYNCED, "too_late", None),
        (State.WAITING, "waiting", None),
    ],
)
def test_b15_what_is_told_is_what_the_contract_says(state: State, told: str, reason: Reason | None) -> None:
    now = SystemClock().now()
    delivery = Delivery(new_id(), 1, "N-1", state, oms_id="O", accepted_at=now, reason=reason)
    held = Held(delivery, 1, new_id(), void_asked=False, mode="offline", posted_at=now, version=3)
    [event] = settled("S1", [outcome_of(held, told, new_id())])
    complete = Event(**(event.__dict__ | {"id": new_id(), "store_id": "S1", "occurred_at": now}))
    check("orders_settled.v1", json.loads(encode(complete)))
    assert decode(encode(complete).encode()) == complete


def test_b15_an_event_never_holds_more_than_the_contract_allows() -> None:
    events = settled("S1", [{}] * (2 * MOST_OUTCOMES + 1))
    assert [len(e.data["outcomes"]) for e in events] == [100, 100, 1]
