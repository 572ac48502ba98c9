"""What is found after a round: at the tills, in the store's database, in head office's own file, in the queues."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.journal import Acked

REFUSED = 422


@dataclass(frozen=True)
class Held:
    """An order as the store holds it; `digest` is what its till saw, `balance` what its own amounts say is wrong."""

    order_id: str
    number: str
    series: str
    sequence: int
    total_minor: int
    state: str
    mode: str
    session_id: str | None
    digest: str
    balance: str = ""


@dataclass(frozen=True)
class Booked:
    """A row of head office's own file."""

    order_id: str
    number: str
    total_minor: int


@dataclass(frozen=True)
class Post:
    """A request for an order, as head office noted it."""

    order_id: str
    key: str
    fingerprint: str
    status: int


@dataclass(frozen=True)
class Delivery:
    """Where `sync` says that an order stands; `judged` counts the answers in its history that judged its revision."""

    order_id: str
    state: str
    attempts: int
    judged: int
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
    attempted: frozenset[str]
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
    dead_letters: tuple[str, ...]
    chain_flaws: tuple[str, ...]
    canaries: tuple[str, ...]
    # at head office
    booked: tuple[Booked, ...]
    cancelled: Mapping[str, str]
    posts: tuple[Post, ...]
    # planted by the drill
    forgotten: frozenset[str] = frozenset()
    poison: int = 0
    # how the round went
    struck: bool = True
    acked_in_round: int = 0
    recovered_after: float | None = 0.0
    bound: float = 60.0
    longest_pay_s: float = 0.0
    grown: Mapping[str, float] = field(default_factory=dict)

    def in_state(self, state: str) -> set[str]:
        return {order.order_id for order in self.held if order.state == state}

    def refused(self) -> set[str]:
        """Orders to which head office, by its own file, said no last."""
        last = {post.order_id: post.status for post in self.posts}
        return {order_id for order_id, status in last.items() if status == REFUSED}

    def booked_count(self) -> Counter[str]:
        return Counter(order.order_id for order in self.booked)
