"""Legal invoice numbers and the chain that makes a series tamper-evident."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

MAX_LENGTH = 16
GENESIS = "0" * 64
PERSONAL = ("customer", "note", "delivery")
APRIL = 4

_PREFIX = re.compile(r"[A-Z0-9/-]{1,8}")
_NUMBER = re.compile(r"[A-Z0-9/-]{1,16}")


class NumberTooLong(Exception):
    """The series has no room for another number: a new prefix is needed."""


def financial_year(day: date) -> int:
    """The year in which the financial year of a day began (1 April)."""
    return day.year if day.month >= APRIL else day.year - 1


def business_date(now: datetime, zone: ZoneInfo, last: date | None) -> date:
    """The day of a sale in the store: a series' date never runs back, whatever the clock does."""
    today = now.astimezone(zone).date()
    return max(today, last) if last else today


def usable_prefix(prefix: str) -> bool:
    return bool(_PREFIX.fullmatch(prefix))


def number(prefix: str, year: int, sequence: int) -> str:
    """PREFIX/YY-N, at most 16 characters. Raises NumberTooLong."""
    text = f"{prefix}/{year % 100:02d}-{sequence}"
    if not _NUMBER.fullmatch(text):
        raise NumberTooLong(text)
    return text


def chained(previous: str, document: Mapping[str, Any], salt: str) -> str:
    """The hash of an invoice and of all before it; without the salt nobody can make one.

    Personal data enters by its digest, which stands on the invoice: it can be erased without breaking the chain.
    """
    facts = {key: value for key, value in document.items() if key not in PERSONAL}
    facts |= {"invoice": {key: value for key, value in document["invoice"].items() if key != "hash"}}
    return digest(f"{previous}{canonical(facts)}", salt)


def personal_digest(document: Mapping[str, Any], salt: str) -> str:
    """Of what a customer told; no two orders have the same, so that nobody is known again by it."""
    personal = {key: document.get(key) for key in PERSONAL}
    return digest(canonical(personal | {"order_id": document["order_id"]}), salt)


def is_erased(document: Mapping[str, Any]) -> bool:
    """Whether nothing is left of what a customer told."""
    return all(document.get(key) is None for key in PERSONAL)


def digest(text: str, salt: str) -> str:
    """A hash that nobody can make, or guess the text of, without the salt."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def canonical(value: Any) -> str:
    """One spelling for equal JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def fingerprint(value: Any) -> str:
    """A hash of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def prefix_of(series: str) -> str:
    """The prefix that head office gave for a series."""
    return series.rpartition("/")[0]
