"""Offline sessions as their ledger tells them, beside what the list of sessions says."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sessions.domain.ledger import Link

FIGURES = ("orders", "total_minor", "currency", "by_payment_mode")


@dataclass
class Told:
    """What the ledger says of a session: values by the names of the list's columns, takeovers as (at, by, trigger)."""

    values: dict[str, Any] = field(default_factory=dict)
    takeovers: list[tuple[datetime, str | None, str | None]] = field(default_factory=list)


def retell(links: Iterable[Link]) -> dict[UUID, Told]:
    """Every session of a ledger, read from its first entry on."""
    sessions: dict[UUID, Told] = {}
    for link in links:
        if link.session_id is None:
            continue
        # an entry that cannot be read is a flaw of the chain
        with suppress(AttributeError, TypeError, ValueError):
            _tell(sessions.setdefault(link.session_id, Told()), link)
    return sessions


def differences(session: Mapping[str, Any], told: Told | None) -> Iterator[str]:
    """The names of what is otherwise in the list than in the ledger."""
    if told is None or "started_at" not in told.values:
        yield "session_id"
        return
    yield from (name for name, value in told.values.items() if session[name] != value)
    listed = [(datetime.fromisoformat(one["at"]), one["by"], one["trigger"]) for one in session["takeovers"]]
    if listed != told.takeovers:
        yield "takeovers"


def _tell(told: Told, link: Link) -> None:
    said = link.personal.said
    match link.kind:
        # begun and ended once: an entry that somebody puts behind it takes back neither
        case "session_opened" if "started_at" not in told.values:
            told.values |= {"trigger": link.facts.get("trigger"), "started_at": link.at, "ended_at": None}
            told.values |= {"status": "open"} | _who(said, by="started_by", reason="reason")
        case "session_taken_over":
            told.takeovers.append((link.at, said.get("by"), link.facts.get("trigger")))
        case "session_closed" if told.values.get("ended_at") is None:
            told.values |= {"ended_at": link.at, "status": "syncing"} | _who(said, by="ended_by")
        case "old_data_confirmed":
            told.values |= _who(said, by="confirmed_by")
        case "session_sealed":
            told.values |= {name: link.facts[name] for name in FIGURES if name in link.facts}
            told.values |= {"sealed_at": datetime.fromisoformat(str(link.facts.get("sealed_at")))}
        case "status_changed":
            told.values |= {"status": link.facts.get("status")}


def _who(said: Mapping[str, str], **names: str) -> dict[str, Any]:
    """Who and why under the list's names."""
    return {column: said.get(name) for name, column in names.items()}
