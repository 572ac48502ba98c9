"""What is sold and not at head office, told by those who each see a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Backlog:
    """Orders, since when the oldest waits, and their money in minor units by payment mode."""

    orders: int = 0
    oldest_at: datetime | None = None
    money_minor: Mapping[str, int] = field(default_factory=dict)


def together(here: Backlog, counter: Backlog) -> Backlog:
    """The whole of it, from what was taken in and from what the counter has no word on.

    The counter knows of orders that lie in its outbox or in the queue, and hears a moment later that some have arrived;
    so the larger figure holds: nothing that waits is ever left out.
    """
    modes = here.money_minor.keys() | counter.money_minor.keys()
    return Backlog(
        orders=max(here.orders, counter.orders),
        oldest_at=min((b.oldest_at for b in (here, counter) if b.oldest_at), default=None),
        money_minor={m: max(here.money_minor.get(m, 0), counter.money_minor.get(m, 0)) for m in sorted(modes)},
    )
