"""What a field of a request takes is what the document says it takes (part D)."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.chassis.fields import Amount, Day, Flag


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((Day, value) for value in (0, "0", 1776211200, "2026-04-15T00:00:00", "20260415", "2026-02-30", "", None)),
        *((Flag, value) for value in (0, 1, "true", "yes", "", None)),
        *((Amount, value) for value in (0, -1, True, "1", 1.5, 10**400, float("nan"), None)),
    ],
)
def test_d_what_only_python_would_take_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_an_amounts_bounds_stand_in_the_document() -> None:
    schema = TypeAdapter(Amount).json_schema()
    assert (schema["exclusiveMinimum"], schema["maximum"]) == (0, 10**13)
