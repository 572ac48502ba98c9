"""Reading the fields of a feed's record; what cannot be right is told by a code, the field and what is wrong."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

MAX_MINOR = 10**13
MAX_STOCK = 10**7
MAX_NAME = 200

Fields = Mapping[str, Any]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$")


class BadRecord(Exception):
    """A record that cannot be taken; `code` is stable, `field` names where."""

    def __init__(self, code: str, field: str, what: str) -> None:
        self.code = code
        self.field = field
        self.what = what
        super().__init__(f"{field} {what}")


def fields_of(value: Any, where: str) -> Fields:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BadRecord("not_an_object", where, "is not an object")
    return value


def items_of(fields: Fields, name: str) -> list[Any]:
    """A JSON list that is not empty."""
    value = fields.get(name)
    if not isinstance(value, list) or not value:
        raise BadRecord(f"{name}_missing", name, "is not a list with something in it")
    return value


def code(fields: Fields, name: str) -> str:
    """A code such as a SKU: 1 to 64 letters, digits, dots, dashes or slashes, the first a letter or a digit."""
    value = fields.get(name)
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise BadRecord(f"{name}_invalid", name, "is not a code of 1 to 64 letters, digits, dots, dashes or slashes")
    return value


def key(value: str) -> str:
    """The key of what is to be deleted."""
    return code({"key": value}, "key")


def text(fields: Fields, name: str, *, longest: int = MAX_NAME) -> str:
    """A text for people, in NFC, without surrounding spaces; never empty."""
    value = optional_text(fields, name, longest=longest)
    if value is None:
        raise BadRecord(f"{name}_missing", name, "is missing")
    return value


def optional_text(fields: Fields, name: str, *, longest: int = MAX_NAME) -> str | None:
    """A text for people, or None where it is absent, null or blank."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or _UNSAFE.search(value):
        raise BadRecord(f"{name}_invalid", name, "is not a text that can be stored and printed")
    clean = unicodedata.normalize("NFC", value).strip()
    if len(clean) > longest:
        raise BadRecord(f"{name}_too_long", name, f"is longer than {longest} characters")
    return clean or None


def whole(fields: Fields, name: str, *, lowest: int, highest: int) -> int:
    """A whole number of a range; neither text, nor a float, nor a truth value."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRecord(f"{name}_not_whole", name, "is not a whole number")
    if not lowest <= value <= highest:
        raise BadRecord(f"{name}_out_of_range", name, f"is not between {lowest} and {highest}")
    return value


def truth(fields: Fields, name: str, *, default: bool) -> bool:
    """True or false; `default` where it is absent."""
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise BadRecord(f"{name}_invalid", name, "is neither true nor false")
    return value


def moment(fields: Fields, name: str) -> datetime:
    """An RFC 3339 time with its offset, in UTC."""
    value = fields.get(name)
    if not isinstance(value, str) or not _OFFSET.search(value):
        raise BadRecord(f"{name}_invalid", name, "is not a time with an offset, such as 2026-04-01T00:00:00Z")
    try:
        return _in_utc(value)
    except (ValueError, OverflowError):
        raise BadRecord(f"{name}_invalid", name, "is not a time that the calendar has") from None


def optional_moment(fields: Fields, name: str) -> datetime | None:
    """As `moment`, or None where it is absent or null."""
    return None if fields.get(name) is None else moment(fields, name)


# the same few days begin the prices of a million variants
@lru_cache(maxsize=4096)
def _in_utc(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)
