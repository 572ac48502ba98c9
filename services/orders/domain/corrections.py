"""Corrections add up: a later one leaves as it is what an earlier one corrected, and head office gets them as one."""

from collections.abc import Iterable, Mapping
from typing import Any

# parts of a correction that are lists, and by what their items are known
LISTS = {"lines": "line_no", "payments": "n"}


def added(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A correction on top of the one before it; both as they are wished, with null for what they leave out."""
    whole = dict.fromkeys(more) | _over(before, {name: value for name, value in more.items() if name not in LISTS})
    if before.get("contact") and more.get("contact"):
        whole["contact"] = _over(before["contact"], more["contact"])
    return whole | {name: _items(before.get(name) or [], more.get(name) or [], key) for name, key in LISTS.items()}


def is_empty(correction: Mapping[str, Any]) -> bool:
    """Whether nothing is corrected."""
    contact = correction.get("contact") or {}
    facts = [value for name, value in correction.items() if name != "contact"]
    return not any(facts) and not any(contact.values()) and correction.get("note") is None


def strangers(correction: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Lines and payments that are corrected, and that the order does not have."""
    return [
        f"{name}: {item[key]}"
        for name, key in LISTS.items()
        for item in correction[name]
        if item[key] not in {known[key] for known in document[name]}
    ]


def _items(before: Iterable[Mapping[str, Any]], more: Iterable[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    items = {item[key]: dict(item) for item in before}
    for item in more:
        items[item[key]] = _over(items.get(item[key], {}), item)
    return [items[number] for number in sorted(items)]


def _over(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**more, **before} | {name: value for name, value in more.items() if value is not None}
