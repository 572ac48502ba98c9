"""What is held here beside what head office has."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.sync.domain.delivery import State


class Kind(StrEnum):
    """How one order differs."""

    MISSING = "missing"
    TWICE = "twice"
    AMOUNT = "amount_differs"
    NUMBER = "number_differs"
    NOT_MARKED = "there_but_not_marked"
    VOID_BUT_THERE = "void_but_there"
    UNKNOWN_HERE = "unknown_here"


TEXTS = {
    Kind.MISSING: "Sent and confirmed, but head office does not have it any more. Send it again.",
    Kind.TWICE: "Head office has it more than once. Call support.",
    Kind.AMOUNT: "Head office has it with another amount. Call support.",
    Kind.NUMBER: "Head office has it with another invoice number. Call support.",
    Kind.NOT_MARKED: "Head office has it, though it is not marked as synced here. Retry it: it is then only confirmed.",
    Kind.VOID_BUT_THERE: "Void here, but head office has it. Call support.",
    Kind.UNKNOWN_HERE: "Head office has it, but this store does not. Call support.",
}


@dataclass(frozen=True)
class Held:
    """An order as it is held here; amounts in minor units."""

    order_id: UUID
    state: State
    total_minor: int
    invoice_number: str


@dataclass(frozen=True)
class Stored:
    """An order as head office has it; `cancelled` ones are there only to be refused."""

    order_id: UUID
    total_minor: int
    invoice_number: str
    oms_id: str
    cancelled: bool = False


@dataclass(frozen=True)
class Difference:
    """One thing that differs on one order; `here` and `there` as a person compares them."""

    order_id: UUID
    kind: Kind
    here: str
    there: str

    @property
    def text(self) -> str:
        return TEXTS[self.kind]


def compare(held: Iterable[Held], stored: Iterable[Stored]) -> list[Difference]:
    """Everything that differs, order by order, in the order of `held`; then what is unknown here."""
    there: dict[UUID, list[Stored]] = defaultdict(list)
    for order in stored:
        if not order.cancelled:
            there[order.order_id].append(order)
    found = [d for order in held for d in _one(order, there.pop(order.order_id, []))]
    unknown = [Difference(i, Kind.UNKNOWN_HERE, "", _shown(orders)) for i, orders in there.items()]
    return found + unknown


def _one(held: Held, stored: list[Stored]) -> list[Difference]:
    if held.state is State.WITHDRAWN:
        return [Difference(held.order_id, Kind.VOID_BUT_THERE, "void", _shown(stored))] if stored else []
    if not stored:
        lost = held.state is State.SYNCED
        return [Difference(held.order_id, Kind.MISSING, held.state.value, "")] if lost else []
    return [*_marked(held, stored), *_content(held, stored)]


def _marked(held: Held, stored: list[Stored]) -> list[Difference]:
    found = []
    if held.state is not State.SYNCED:
        found.append(Difference(held.order_id, Kind.NOT_MARKED, held.state.value, _shown(stored)))
    if len(stored) > 1:
        found.append(Difference(held.order_id, Kind.TWICE, "1", _shown(stored)))
    return found


def _content(held: Held, stored: list[Stored]) -> list[Difference]:
    amounts = [str(s.total_minor) for s in stored if s.total_minor != held.total_minor]
    numbers = [s.invoice_number for s in stored if s.invoice_number != held.invoice_number]
    found = []
    if amounts:
        found.append(Difference(held.order_id, Kind.AMOUNT, str(held.total_minor), ", ".join(amounts)))
    if numbers:
        found.append(Difference(held.order_id, Kind.NUMBER, held.invoice_number, ", ".join(numbers)))
    return found


def _shown(stored: list[Stored]) -> str:
    return ", ".join(s.oms_id for s in stored)
