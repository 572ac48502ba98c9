"""What is found after a round: at the tills, in the store's database, in head office's own file, in the queues.

What customers agreed to pay, `agreed`, is in minor units by order: everything that was ever tried.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.faults.journal import Acked

REFUSED = 422


@dataclass(frozen=True)
class Held:
    """An order as the store holds it.

    `digest` is what its till saw, `balance` what its own amounts say is wrong, `paid` minor units by payment mode,
    `moved` whether its movements are its lines, `noted` whether `catalog` has its lines, once.
    """

    order_id: str
    number: str
    series: str
    sequence: int
    total_minor: int
    state: str
    mode: str
    session_id: str | None
    digest: str
    paid: Mapping[str, int]
    business_date: date
    balance: str = ""
    moved: bool = True
    noted: bool = True


@dataclass(frozen=True)
class Booked:
    """A row of head office's own file; `whole` covers all that it holds of the sale."""

    order_id: str
    number: str
    total_minor: int
    whole: str


@dataclass(frozen=True)
class Post:
    """A request for an order, as head office noted it."""

    order_id: str
    key: str
    fingerprint: str
    status: int


@dataclass(frozen=True)
class Delivery:
    """Where `sync` says that an order stands.

    `judged` counts the answers in its history that judged its revision, `accepted` those that took it since it was
    last sent anew.
    """

    order_id: str
    state: str
    attempts: int
    judged: int
    accepted: int
    fences: tuple[int, ...] = ()


@dataclass(frozen=True)
class Session:
    """An offline session as its ledger has it."""

    session_id: str
    status: str
    started: float
    ended: float | None
    orders: int
    total_minor: int
    by_mode: Mapping[str, int]


@dataclass(frozen=True)
class Stock:
    """What `orders` says of a SKU, and what its movements say."""

    sku: str
    sold: int
    moved: int


@dataclass(frozen=True)
class Evidence:
    """Everything that the invariants are counted from."""

    # at the tills
    agreed: Mapping[str, int]
    acked: Mapping[str, Acked]
    told_differently: frozenset[str]
    abandoned: frozenset[str]
    void_asked: frozenset[str]
    surprises: tuple[str, ...]
    # in the store
    held: tuple[Held, ...]
    corrected: frozenset[str]
    deliveries: tuple[Delivery, ...]
    sessions: tuple[Session, ...]
    stock: tuple[Stock, ...]
    unsent: Mapping[str, int]
    inbox_doubles: tuple[str, ...]
    # by the hash of what was sent
    dead_letters: Mapping[str, str]
    chain_flaws: tuple[str, ...]
    paid_twice: tuple[str, ...]
    canaries: tuple[str, ...]
    # at head office
    booked: tuple[Booked, ...]
    cancelled: Mapping[str, str]
    posts: tuple[Post, ...]
    # planted by the drill
    forgotten: frozenset[str] = frozenset()
    poison: frozenset[str] = frozenset()
    # how the round went
    struck: bool = True
    not_held: str = ""
    acked_in_round: int = 0
    recovered_after: float | None = 0.0
    bound: float = 60.0
    longest_wait_s: float = 0.0
    most_wait_s: float = 3.0
    grown: Mapping[str, float] = field(default_factory=dict)

    @property
    def attempted(self) -> set[str]:
        return set(self.agreed)

    def in_state(self, state: str) -> set[str]:
        return {order.order_id for order in self.held if order.state == state}

    def refused(self) -> set[str]:
        """Orders to which head office, by its own file, said no last."""
        last = {post.order_id: post.status for post in self.posts}
        return {order_id for order_id, status in last.items() if status == REFUSED}

    def booked_count(self) -> Counter[str]:
        return Counter(order.order_id for order in self.booked)

    def numbers_booked(self) -> Counter[str]:
        """A sale that was sent twice as two orders has one number."""
        return Counter(order.number for order in self.booked)
