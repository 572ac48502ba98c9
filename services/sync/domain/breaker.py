"""A circuit breaker that counts orders, not failures: one bad order never stops the others."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.sync.domain.policy import Policy


@dataclass(frozen=True)
class Breaker:
    """`failing` are the distinct orders that failed since the last one that passed.

    `trips` is how often in a row it opened; each time it stays open for longer.
    """

    failing: frozenset[UUID] = frozenset()
    open_until: datetime | None = None
    trips: int = 0

    @property
    def closed(self) -> bool:
        return self.open_until is None


def passed() -> Breaker:
    """Closed: an order was judged, so head office works."""
    return Breaker()


def failed(breaker: Breaker, order_id: UUID, now: datetime, policy: Policy) -> Breaker:
    """The breaker after a failure on one order; it opens when enough distinct orders failed in a row."""
    if breaker.open_until is not None and now < breaker.open_until:
        return breaker
    failing = breaker.failing | {order_id}
    if breaker.closed and len(failing) < policy.breaker_orders:
        return replace(breaker, failing=failing)
    open_for = min(policy.breaker_most, policy.breaker_least * 2 ** min(breaker.trips, 16))
    return Breaker(failing, now + timedelta(seconds=open_for), breaker.trips + 1)


def judges(before: Breaker, after: Breaker, now: datetime) -> bool:
    """Whether a failure tells of its order rather than of head office as a whole.

    It does while the breaker stays closed. An open breaker's one trial tells of its order too: otherwise a few bad
    orders that are all that is left would be tried for ever, and nobody would hear of it.
    """
    trial = before.open_until is not None and now >= before.open_until
    return after.closed or trial


def limit(breaker: Breaker, most: int, now: datetime) -> int:
    """How many requests it lets under way: all, one trial, or none."""
    if breaker.open_until is None:
        return most
    return min(1, most) if now >= breaker.open_until else 0
