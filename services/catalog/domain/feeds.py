"""When a feed as a whole is not taken, whatever its records are."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.catalog.domain.datasets import Dataset
from services.catalog.domain.deletions import Deletions

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
MAX_CURSOR = 1000

_CURRENCY = re.compile(r"[A-Z]{3}")


class FeedRefused(Exception):
    """A feed that changes nothing; `code` is stable, `reason` is for people, who may agree to `deletions`."""

    def __init__(self, code: str, reason: str, deletions: Deletions | None = None) -> None:
        self.code = code
        self.reason = reason
        self.deletions = deletions
        super().__init__(reason)


def judge_time(as_of: datetime, *, previous: datetime | None, now: datetime) -> None:
    """Raises FeedRefused for a feed that was drawn up before the one that is held, or that is yet to be drawn up."""
    if as_of > now + CLOCKS_MAY_DIFFER:
        told = f"It says that it was drawn up at {as_of.isoformat()}, which by our clock is yet to come."
        raise FeedRefused("as_of_in_future", told)
    if previous is not None and as_of < previous:
        told = f"It was drawn up at {as_of.isoformat()}, before what is held ({previous.isoformat()})."
        raise FeedRefused("went_back", told)


def judge_currency(dataset: Dataset, currency: object, *, previous: str | None) -> None:
    """Raises FeedRefused for prices whose currency is not told by its ISO 4217 code, or is another than before."""
    if currency is None and dataset != "products":
        return
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise FeedRefused("no_currency", "It does not say in which currency its prices are.")
    if previous is not None and currency != previous:
        raise FeedRefused("other_currency", f"Its prices are in {currency}; those that are held are in {previous}.")


def judge_cursor(cursor: str) -> None:
    """Raises FeedRefused for a cursor that could not be kept and sent back."""
    if len(cursor) > MAX_CURSOR or not cursor.isprintable():
        raise FeedRefused("bad_cursor", f"Its cursor is longer than {MAX_CURSOR} characters, or cannot be printed.")


def judge_records(bad: Sequence[str]) -> None:
    """Raises FeedRefused when records could not be read; names the first of them."""
    if bad:
        raise FeedRefused("bad_records", "; ".join(bad))


def judge_turn(*, asked: int, held: int) -> None:
    """Raises FeedRefused when another feed was taken since this one was asked for: it answers an older question."""
    if asked != held:
        raise FeedRefused("overtaken", "Another feed was taken in the meantime.")


def judge_deletions(dataset: Dataset, deletions: Deletions, *, agreed: int | None) -> None:
    """Raises FeedRefused for a feed that would delete more than a fifth, unless a person agreed to so many."""
    if not deletions.allowed(agreed):
        told = f"It would delete {deletions.gone} of {deletions.known} ({deletions.percent} %) of {dataset}."
        raise FeedRefused("deletes_too_much", told, deletions)


def judge_result(dataset: Dataset, *, held: int, managers: int | None = None) -> None:
    """Raises FeedRefused for a feed after which a store could not work: nothing held, or nobody who may manage it."""
    if held == 0:
        raise FeedRefused("nothing_left", f"Nothing of {dataset} would be held.")
    if managers == 0:
        raise FeedRefused("no_manager", "No active manager would be left.")


def judge_repeats(code: str, twice: Iterable[str]) -> None:
    """Raises FeedRefused when something stands twice in a feed, or belongs to two."""
    named = sorted(twice)
    if named:
        raise FeedRefused(code, f"{', '.join(named)} stands more than once.")
