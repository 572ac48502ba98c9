"""What may go wrong, set at run time."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Dial:
    """One trouble; it strikes requests whose path begins with `path`, `count` times, or always where it is None.

    `kind` is one of KINDS; `value` is what it needs: milliseconds, a status, seconds, ids, a code.
    """

    kind: str
    value: Any = None
    path: str = "/"
    count: int | None = None
    every: int = 1


KINDS = {
    "down": "the connection is closed without a word",
    "delay_ms": "each answer takes so long, or until the dials are set anew",
    "late_ms": "the order is stored, and the answer takes so long",
    "status": "this status, with a problem",
    "retry_after": "429 with this Retry-After",
    "unavailable": "503 with this Retry-After",
    "in_progress": "an order is said to be at work on still",
    "lose_reply": "the request is carried out, and the connection closed before the answer",
    "refuse": "an order is refused with {code, text, line_no}; with ids, only those orders",
    "forget": "an order is taken and answered, and not kept",
    "other_order": "the answer is about another order",
    "wrong_amount": "the answer names another amount",
    "half_feed": "a feed breaks off in the middle",
    "wrong_count": "a feed announces one record too many",
    "wrong_checksum": "a feed's checksum is wrong",
    "mass_delete": "a feed deletes three in ten of its records",
    "payment_pending": "an online payment is not captured yet",
    "portal": "a captive portal answers everything with a page",
    "unauthorised": "401 for everything",
    "redirect": "302 to this address",
    "skew_seconds": "the Date header is so far off",
}


class UnknownDial(Exception):
    """There is no dial of this kind."""


class Dials:
    """The dials that are on."""

    def __init__(self) -> None:
        self._on: list[Dial] = []
        self._set_anew = asyncio.Event()
        self._seen: dict[str, int] = {}
        self._struck: Counter[int] = Counter()

    def put(self, rows: list[dict[str, Any]]) -> None:
        """Sets all dials anew. Raises UnknownDial."""
        known = {f.name for f in fields(Dial)}
        for row in rows:
            if row.get("kind") not in KINDS or set(row) - known:
                raise UnknownDial(str(row.get("kind")))
        self._on = [Dial(**row) for row in rows]
        self._seen, self._struck = {}, Counter()
        self._set_anew.set()
        self._set_anew = asyncio.Event()

    async def linger(self, milliseconds: float) -> None:
        """Waits so long, or until the dials are set anew."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._set_anew.wait(), milliseconds / 1000)

    def shown(self) -> list[dict[str, Any]]:
        """The dials that are on, and how often each has struck."""
        return [asdict(dial) | {"struck": self._struck[n]} for n, dial in enumerate(self._on)]

    def strike(self, kind: str, path: str) -> Dial | None:
        """The dial of this kind that strikes this request, if any; it is used up by one."""
        for n, dial in enumerate(self._on):
            if dial.kind == kind and path.startswith(dial.path) and dial.count != 0 and self._turn(n, dial):
                self._use(n, dial)
                return dial
        return None

    def refusal(self, order_id: str) -> dict[str, Any] | None:
        """The reason for which this order is refused, if any."""
        for n, dial in enumerate(self._on):
            if dial.kind != "refuse" or dial.count == 0:
                continue
            value = dial.value or {}
            ids = value.get("ids")
            if ids is not None and order_id not in ids:
                continue
            if ids is None and not self._turn(n, dial):
                continue
            self._use(n, dial)
            told = {name: value[name] for name in ("code", "text", "line_no") if name in value}
            return {"code": "refused", "text": "Refused."} | told
        return None

    def _use(self, n: int, dial: Dial) -> None:
        self._struck[n] += 1
        if dial.count is not None:
            self._on[n] = replace(dial, count=dial.count - 1)

    def _turn(self, n: int, dial: Dial) -> bool:
        """Every so many requests."""
        key = f"{n}:{dial.kind}"
        self._seen[key] = self._seen.get(key, 0) + 1
        return self._seen[key] % dial.every == 0
