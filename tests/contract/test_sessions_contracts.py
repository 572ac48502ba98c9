"""What sessions tells and offers is what its contracts say, and what it reads is what others' contracts say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.sessions.domain.mode import Connectivity, Mode, Readiness, Wish, decide, first
from services.sessions.events import OrdersSettled, SessionSealed, session_changed
from services.sessions.store.modes import encode as encode_mode

SERVICES = Path(__file__).parents[2] / "services"
FOLDER = SERVICES / "sessions/contracts"
NOW = datetime(2026, 4, 15, 6, 30, tzinfo=UTC)


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def check(schema: str, value: Any) -> None:
    Draft202012Validator(read(f"{schema}.schema.json"), format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", ["session_changed.v1", "mode", "revocations"])
def test_b15_the_sample_is_valid(name: str) -> None:
    check(name, read(f"{name}.sample.json"))


@pytest.mark.parametrize(("status", "ended_at"), [("open", None), ("syncing", NOW), ("failed", NOW), ("success", NOW)])
def test_b15_b21_what_is_told_of_a_session_is_what_the_contract_says(status: str, ended_at: datetime | None) -> None:
    session: Any = SimpleNamespace(
        session_id=new_id(),
        status=status,
        trigger="automatic",
        started_at=NOW - timedelta(hours=1),
        ended_at=ended_at,
        started_by=None,
        ended_by="A1",
        orders=2,
        total_minor=900,
        ledger_head="0" * 64,
        version=3,
    )
    event = session_changed(session, 7)
    complete = Event(**(event.__dict__ | {"id": new_id(), "store_id": "S1", "occurred_at": NOW}))
    check("session_changed.v1", json.loads(encode(complete)))


def test_b15_every_mode_is_what_the_contract_says() -> None:
    lines = [Connectivity(internet=i, head_office=h) for i, h in ((True, True), (True, False), (False, False))]
    for line in lines:
        for wish in (Wish(), Wish(on=True, by="A1", reason="why")):
            for readiness in (Readiness(missing=(), stale=("staff",)), Readiness()):
                check("mode", {"number": 1, "value": encode_mode(_mode(wish, line, readiness))})


def _mode(wish: Wish, line: Connectivity, readiness: Readiness) -> Mode:
    return decide(wish, line, readiness, grant=True, current=first(NOW), now=NOW, next_session=new_id()).mode


def test_b15_what_orders_and_sync_tell_can_be_read() -> None:
    settled = json.loads((SERVICES / "sync/contracts/orders_settled.v1.sample.json").read_text())
    assert OrdersSettled.model_validate_json(json.dumps(settled["data"])).outcomes
    sealed = json.loads((SERVICES / "orders/contracts/session_sealed.v1.sample.json").read_text())
    assert SessionSealed.model_validate_json(json.dumps(sealed["data"])).currency == "INR"
