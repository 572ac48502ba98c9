"""What the tills know: every try, and what they were told of it. The only witness of what was confirmed."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Acked:
    """A sale that its till was told is stored; `digest` covers what the customer holds in the hand."""

    order_id: str
    till: str
    number: str
    total_minor: int
    digest: str


@dataclass
class Journal:
    """What eight tills noted; safe to write from their threads."""

    attempted: set[str] = field(default_factory=set)
    acked: dict[str, Acked] = field(default_factory=dict)
    again: dict[str, Acked] = field(default_factory=dict)
    abandoned: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    void_asked: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, order_id: str) -> None:
        with self._lock:
            self.attempted.add(order_id)

    def ack(self, sale: Acked) -> None:
        """Notes what a till was told; told twice, it has to be told the same."""
        with self._lock:
            before = self.acked.setdefault(sale.order_id, sale)
            if before != sale:
                self.again[sale.order_id] = sale

    def waited(self, seconds: float) -> None:
        """Notes how long a till was without an answer to Pay."""
        with self._lock:
            self.longest_s = max(self.longest_s, seconds)

    def abandon(self, order_id: str) -> None:
        with self._lock:
            self.abandoned.add(order_id)

    def give_up(self, order_id: str) -> None:
        """Notes that nobody can say what became of it: it may be held, and was never confirmed."""
        with self._lock:
            self.unanswered.add(order_id)

    def ask_void(self, order_id: str) -> None:
        with self._lock:
            self.void_asked.add(order_id)

    def surprise(self, text: str) -> None:
        with self._lock:
            self.surprises.append(text)

    def count(self) -> int:
        """Sales that were confirmed so far."""
        return len(self.acked)
