"""Logs carry no personal data, not even where a check quotes what it refused."""

import logging

import pytest
from pydantic import BaseModel, ValidationError

from services.chassis.logs import _briefly, _without_values


class Person(BaseModel):
    customer_id: int
    phone: str


@pytest.mark.parametrize(
    "given",
    [
        {"phone": "+919876543210"},
        {"customer_id": "tel +919876543210", "phone": "+919876543210"},
        {"customer_id": 1, "phone": ["+919876543210, input_type=odd"]},
    ],
)
def test_b18_what_a_check_refused_is_not_logged(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        Person.model_validate(given)
    assert "9876543210" in str(refused.value)
    logged = _without_values(None, "error", {"exception": str(refused.value)})["exception"]
    assert "9876543210" not in logged
    assert "input_type=" in logged


@pytest.mark.parametrize(("message", "told"), [("(expected) error handling worker %s: %s", False), ("error %s", True)])
def test_a_refusal_is_logged_in_its_line_and_a_defect_with_where_it_was_raised(message: str, told: bool) -> None:
    where = (ValueError, ValueError(), None)
    record = logging.LogRecord("nameko.containers", logging.WARNING, "f", 1, message, (), where)
    assert _briefly(record)
    assert (record.exc_info is not None) == told
