"""The states that others pull are what their contracts say, at every moment."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from orders_store import SERVICE_TOKEN, Counter

FOLDER = Path(__file__).parents[3] / "services/orders/contracts"
STATES = ("mode-taken", "session-figures", "tills", "unsettled")
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


def check(name: str, value: Any) -> None:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", STATES)
def test_b15_the_sample_is_valid(name: str):
    check(name, json.loads((FOLDER / f"{name}.sample.json").read_text()))


def test_b15_what_is_pulled_is_what_the_contracts_say(counter: Counter):
    checked = set()
    for happens in (counter.sell, counter.go_offline, counter.sell):
        happens()
        for name in STATES:
            answer = counter.http().get(f"/state/{name}", headers=SERVICE)
            if answer.status_code == 200:
                check(name, answer.json)
                checked.add(name)
    assert checked == set(STATES)
