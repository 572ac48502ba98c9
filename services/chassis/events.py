"""The envelope of a fact, and what cannot be read as one."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_BODY = 8 * 1024 * 1024


class Unreadable(Exception):
    """A message that is no event of ours."""


class UnknownFact(Exception):
    """An event that its consumer does not know what to do with; it becomes a dead letter."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact: what happened to which aggregate; the higher `aggregate_version` is the later word on it."""

    type: str
    aggregate_id: str
    data: dict[str, Any]
    version: int = 1
    aggregate_version: int = 1
    id: UUID | None = None
    store_id: str = ""
    occurred_at: datetime | None = field(default=None)


class Fact(BaseModel):
    """Base of what a consumer reads of an event or a state: only its fields; others may be added at any time."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    @classmethod
    def of(cls, event: Event) -> Self:
        """Raises ValidationError for data that is none of its kind; what JSON writes as a word is never a number."""
        return cls.model_validate_json(json.dumps(event.data))


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=False)

    id: UUID
    type: str
    version: int
    store_id: str
    occurred_at: datetime
    aggregate_id: str
    aggregate_version: int
    data: dict[str, Any]


def encode(event: Event) -> str:
    """The event as JSON; every field of it must be set."""
    return _Envelope.model_validate(event.__dict__).model_dump_json()


def decode(body: bytes) -> Event:
    """The event in a message. Raises Unreadable for anything else."""
    if len(body) > MAX_BODY:
        raise Unreadable("too large")
    try:
        envelope = _Envelope.model_validate(json.loads(body, parse_constant=_refuse))
    except (ValueError, RecursionError, ValidationError) as error:
        raise Unreadable(type(error).__name__) from error
    return Event(**envelope.__dict__)


def expect(event: Event, *types: str) -> None:
    """Raises UnknownFact for another type, or a version that is not known here."""
    if event.type not in types or event.version != 1:
        raise UnknownFact(f"{event.type} v{event.version}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
