"""Types of request fields: what is let in is what can be stored, compared and printed."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from services.chassis.card_numbers import holds_card_number
from services.chassis.errors import CardNumberRefused

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")

# the same for readers of the document, whose patterns have no word for a lone surrogate
SAFE = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]*$"

MAX_MINOR = 10**13


def _whole_number(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")  # noqa: TRY004  pydantic reports ValueError as a field error
    return value


def _written_as_a_day(value: Any) -> Any:
    """The day; refuses what pydantic would take for one besides: a number of seconds, a time at midnight."""
    if isinstance(value, date):
        return value
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        raise ValueError("must be a day, such as 2026-04-15")
    return date.fromisoformat(value)


def _moment(value: str) -> str:
    """Raises ValueError for what is no time with an offset, or none that can be compared with others."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("must have an offset")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be a time that the calendar has") from error
    return value


def clean_text(value: str) -> str:
    """The text in NFC, stripped; refuses control characters, lone surrogates and bidirectional overrides."""
    if _UNSAFE.search(value):
        raise ValueError("contains characters that cannot be stored or printed")
    return unicodedata.normalize("NFC", value).strip()


class Strict(BaseModel):
    """Base of every request: unknown fields are refused, and NaN and infinity with them."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


# bounds stand before it, or the document of the routes would not hold them
Whole = BeforeValidator(_whole_number)
JsonInt = Annotated[int, Whole]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_written_as_a_day)]
# a time as another service wrote it
Moment = Annotated[str, AfterValidator(_moment)]
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR), Whole]
Amount = Annotated[int, Field(gt=0, le=MAX_MINOR), Whole]
Quantity = Annotated[int, Field(ge=1, le=9999), Whole]


class _Documented:
    """Says in the document of the routes what `clean_text` refuses."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": SAFE}


def _no_card_number(text: str, field: ValidationInfo) -> str:
    """Raises CardNumberRefused, which is no matter of form."""
    if holds_card_number(text):
        raise CardNumberRefused(field=field.field_name)
    return text


NoCardNumber = AfterValidator(_no_card_number)
Safe = Annotated[str, AfterValidator(clean_text), _Documented()]
# what nobody types, or what is looked at where more is to be done than to refuse it
PlainLine = Annotated[Safe, StringConstraints(min_length=1, max_length=200)]
PlainNote = Annotated[Safe, StringConstraints(max_length=2000)]
# what a person types and the store keeps
Line = Annotated[PlainLine, NoCardNumber]
Note = Annotated[PlainNote, NoCardNumber]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]


class Since(BaseModel):
    """Query of a state: the highest number already known."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=10_000)] = 2000
