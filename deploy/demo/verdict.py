"""Compares what tills were told with what head office holds: pure, and the judge of the whole demo."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Receipt:
    """What a till was told of a sale, and may have printed."""

    order_id: str
    till: str
    number: str
    total_minor: int


@dataclass(frozen=True)
class Booked:
    """An order as head office's own records have it."""

    order_id: str
    number: str
    total_minor: int


@dataclass(frozen=True)
class Verdict:
    """What became of every confirmed sale."""

    once: tuple[str, ...]
    void: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether the promise was kept for every single sale."""
        return not self.wrong


def judge(receipts: Iterable[Receipt], booked: Sequence[Booked], cancelled: Mapping[str, str]) -> Verdict:
    """The verdict over all sales.

    `booked` are head office's orders, `cancelled` its cancellations (order id to invoice number). A sale is right when
    it is booked once with the same amount and number, or cancelled under its number and not booked.
    """
    receipts = list(receipts)
    held: dict[str, list[Booked]] = {}
    for order in booked:
        held.setdefault(order.order_id, []).append(order)
    once: list[str] = []
    void: list[str] = []
    wrong: list[str] = []
    for receipt in receipts:
        problem = _problem(receipt, held.get(receipt.order_id, []), cancelled)
        if problem:
            wrong.append(f"{receipt.order_id}: {problem}")
        else:
            (void if receipt.order_id in cancelled else once).append(receipt.order_id)
    known = {r.order_id for r in receipts}
    wrong += [f"{order_id}: at head office, but no till was told of it" for order_id in held if order_id not in known]
    return Verdict(tuple(once), tuple(void), tuple(wrong))


def _problem(receipt: Receipt, held: Sequence[Booked], cancelled: Mapping[str, str]) -> str:
    if receipt.order_id in cancelled:
        if held:
            return "void, but booked at head office"
        return "" if cancelled[receipt.order_id] == receipt.number else "cancelled under another invoice number"
    if len(held) != 1:
        return f"booked {len(held)} times"
    if held[0].total_minor != receipt.total_minor:
        return f"booked with {held[0].total_minor} instead of {receipt.total_minor}"
    return "" if held[0].number == receipt.number else f"booked as {held[0].number} instead of {receipt.number}"


def gaps(receipts: Iterable[Receipt]) -> list[str]:
    """Series whose numbers are not consecutive, or stand twice, with what is wrong."""
    series: dict[str, list[int]] = {}
    for receipt in receipts:
        prefix, _, sequence = receipt.number.rpartition("-")
        series.setdefault(prefix, []).append(int(sequence))
    return [text for prefix in sorted(series) if (text := _gap(prefix, series[prefix]))]


def _gap(prefix: str, numbers: list[int]) -> str:
    twice = [n for n, count in Counter(numbers).items() if count > 1]
    if twice:
        return f"{prefix}: {twice[0]} stands twice"
    missing = sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers))
    return f"{prefix}: {missing[0]} is missing" if missing else ""
