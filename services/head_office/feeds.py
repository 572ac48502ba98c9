"""Reading a feed line by line, in constant memory, and trusting it only when its last line proves it whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from services.head_office.port import FeedFailed, FeedRecord

MAX_LINE = 1024 * 1024
MAX_RECORDS = 5_000_000
B = TypeVar("B", bytes, bytearray)
KEYS = {"products": "product_id", "inventory": "sku", "payment-modes": "code", "staff": "staff_code"}


class HttpFeed:
    """A feed as it comes over the line; its first line is read at once. Raises FeedFailed."""

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        self._name = name
        self._lines = lines(chunks)
        first = _object(next(self._lines, b""), "first_line")
        if first.get("feed") != name:
            raise FeedFailed("other_feed", "It is another feed than the one that was asked for.")
        self._full = bool(first.get("full"))
        self._count = _count(first)
        self._as_of = _moment(first.get("as_of"))
        self._currency = first.get("currency")
        self._cursor = ""

    @property
    def full(self) -> bool:
        return self._full

    @property
    def count(self) -> int:
        return self._count

    @property
    def as_of(self) -> datetime:
        return self._as_of

    @property
    def currency(self) -> str | None:
        return self._currency

    @property
    def cursor(self) -> str:
        return self._cursor

    def records(self) -> Iterator[FeedRecord]:
        checksum, seen = hashlib.sha256(), 0
        for line in self._lines:
            fields = _object(line, f"record {seen + 1}")
            if fields.get("end") is True:
                self._prove(fields, checksum.hexdigest(), seen)
                return
            seen += 1
            if seen > self._count:
                raise FeedFailed("wrong_count", f"It holds more than the {self._count} records that it announced.")
            checksum.update(line + b"\n")
            yield self._record(fields)
        raise FeedFailed("no_end", f"It broke off after {seen} of {self._count} records.")

    def _record(self, fields: dict[str, Any]) -> FeedRecord:
        if fields.get("deleted") is True:
            return FeedRecord({}, gone=str(fields.get(KEYS[self._name], "")))
        return FeedRecord(fields)

    def _prove(self, last: Mapping[str, Any], checksum: str, seen: int) -> None:
        if seen != self._count:
            raise FeedFailed("wrong_count", f"It holds {seen} records and announced {self._count}.")
        if last.get("checksum") != checksum:
            raise FeedFailed("wrong_checksum", "Its checksum is not that of its records.")
        if not isinstance(last.get("next"), str) or not last["next"]:
            raise FeedFailed("no_cursor", "It does not say where the next feed goes on.")
        if next(self._lines, None) is not None:
            raise FeedFailed("after_end", "Something stands after its last line.")
        self._cursor = last["next"]


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their end. Raises FeedFailed for one that is too long, or has no end."""
    rest = bytearray()
    for chunk in chunks:
        # what comes in crumbs is not copied for each of them
        rest += chunk
        if b"\n" in chunk:
            *whole, rest = rest.split(b"\n")
            yield from (_short(bytes(line)) for line in whole)
        _short(rest)
    if rest:
        raise FeedFailed("no_end", "It broke off in the middle of a line.")


def _short(line: B) -> B:
    if len(line) > MAX_LINE:
        raise FeedFailed("line_too_long", f"A line is longer than {MAX_LINE} bytes.")
    return line


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FeedFailed("not_json", f"The {where} is no JSON.") from error
    if not isinstance(value, dict):
        raise FeedFailed("not_json", f"The {where} is no JSON object.")
    return value


def _count(first: Mapping[str, Any]) -> int:
    count = first.get("count")
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_RECORDS:
        raise FeedFailed("wrong_count", "Its first line does not say how many records follow.")
    return count


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError("no offset")  # noqa: TRY301
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FeedFailed("no_as_of", "It does not say when it was drawn up.") from error
