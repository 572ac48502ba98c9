"""PINs: which are allowed, and how long somebody who guesses has to wait.

A device waits before a person does, so that one till cannot lock the whole staff out. Time is the machine's, which no
change of the wall clock moves: an `Instant` is read from it, and a wait that a reboot interrupts starts again in full.
"""

import itertools
from dataclasses import dataclass, replace

MIN_DIGITS = 6
MAX_DIGITS = 8


@dataclass(frozen=True)
class Instant:
    """Seconds of the machine since the boot that is named."""

    boot: str
    seconds: float


@dataclass(frozen=True)
class Rule:
    """`waits[n - 1]` seconds after the n-th failure in a row, the last of them ever after.

    Failures are forgotten `forgets_after` seconds after the last one; None: only by success.
    """

    waits: tuple[int, ...]
    forgets_after: int | None


DEVICE = Rule(waits=(0, 0, 0, 0, 30, 60, 120, 240, 480, 900), forgets_after=1800)
PERSON = Rule(waits=(0, 0, 0, 1, 2, 4, 8, 16, 32, 1800), forgets_after=None)


@dataclass(frozen=True)
class Tries:
    """Failures in a row, and when the last one was; `last` is None where there was none."""

    failures: int = 0
    last: Instant | None = None


def seen(tries: Tries, rule: Rule, now: Instant) -> Tries:
    """The tries as they count now: counted from this boot, and forgotten where they are old."""
    if tries.last is None:
        return tries
    if tries.last.boot != now.boot:
        return replace(tries, last=now)
    old = rule.forgets_after is not None and now.seconds - tries.last.seconds >= rule.forgets_after
    return Tries() if old else tries


def wait(tries: Tries, rule: Rule, now: Instant) -> float:
    """Seconds before the next try; 0 when it may be made at once."""
    tries = seen(tries, rule, now)
    if not tries.failures or tries.last is None:
        return 0.0
    total = rule.waits[min(tries.failures, len(rule.waits)) - 1]
    return max(0.0, total - (now.seconds - tries.last.seconds))


def failed(tries: Tries, rule: Rule, now: Instant) -> Tries:
    """The tries after one more failure."""
    return Tries(seen(tries, rule, now).failures + 1, now)


def taken_back(tries: Tries, at: Instant, before: Tries) -> Tries:
    """The tries without the one that was counted at an instant, as they stood before it; what failed since stays."""
    last = before.last if tries.last == at and before.last else tries.last
    return Tries(max(0, tries.failures - 1), last)


def weakness(pin: str, staff_code: str) -> str | None:
    """Why a PIN is not allowed, in words; None for one that is."""
    if not (pin.isascii() and pin.isdigit()):
        return "it must be digits only"
    if not MIN_DIGITS <= len(pin) <= MAX_DIGITS:
        return f"it must have {MIN_DIGITS} to {MAX_DIGITS} digits"
    if len(set(pin)) <= 2:  # noqa: PLR2004  two digits in turn are the first that is tried
        return "it repeats the same digits"
    if _runs(pin):
        return "its digits run up or down in a row"
    if pin in staff_code or _digits(staff_code).endswith(pin):
        return "it is part of the staff code"
    return None


def _runs(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    return steps in ({1}, {9})


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())
