"""What the tills know: every try, and what they were told of it. The only witness of what was confirmed."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Acked:
    """A sale that its till was told is stored; `digest` covers all but what is a person's, `whole` all of it."""

    order_id: str
    till: str
    number: str
    total_minor: int
    digest: str
    whole: str


@dataclass
class Journal:
    """What eight tills noted; safe to write from their threads."""

    agreed: dict[str, int] = field(default_factory=dict)
    acked: dict[str, Acked] = field(default_factory=dict)
    again: dict[str, Acked] = field(default_factory=dict)
    abandoned: set[str] = field(default_factory=set)
    void_asked: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, order_id: str, total_minor: int) -> None:
        """Notes that a till is about to ask for a sale, at the total that its customer agreed to."""
        with self._lock:
            self.agreed[order_id] = total_minor

    def ack(self, sale: Acked) -> None:
        """Notes what a till was told; told twice, it has to be told the same."""
        with self._lock:
            before = self.acked.setdefault(sale.order_id, sale)
            if before != sale:
                self.again[sale.order_id] = sale

    def waited(self, seconds: float) -> None:
        """Notes how long a till was without an answer."""
        with self._lock:
            self.longest_s = max(self.longest_s, seconds)

    def abandon(self, order_id: str) -> None:
        with self._lock:
            self.abandoned.add(order_id)

    def give_up(self, order_id: str) -> None:
        """Nobody says what becomes of it: it may be held, and was never confirmed."""
        self.surprise(f"{order_id}: no answer for minutes")

    def ask_void(self, order_id: str) -> None:
        with self._lock:
            self.void_asked.add(order_id)

    def surprise(self, text: str) -> None:
        with self._lock:
            self.surprises.append(text)

    def count(self) -> int:
        """Sales that were confirmed so far."""
        return len(self.acked)
