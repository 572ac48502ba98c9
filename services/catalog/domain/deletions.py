"""A feed that would delete more than a fifth of what is known is more often a mistake than the truth."""

from dataclasses import dataclass

# one in so many may go without anybody being asked
ONE_IN = 5


@dataclass(frozen=True)
class Deletions:
    """How many of the known records a feed would delete."""

    gone: int
    known: int

    @property
    def too_many(self) -> bool:
        return self.gone * ONE_IN > self.known

    def allowed(self, agreed: int | None) -> bool:
        """Whether the feed may be taken: few enough go, or a person agreed to at least so many."""
        return not self.too_many or (agreed is not None and self.gone <= agreed)

    @property
    def percent(self) -> int:
        """The part that would go, rounded down to a whole per cent."""
        return 100 * self.gone // self.known if self.known else 0
