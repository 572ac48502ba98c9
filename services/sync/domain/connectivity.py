"""Whether a hop is up, with hysteresis: a line that flaps neither opens sessions nor ends them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Hysteresis:
    """`down_after` and `up_after` count results in a row.

    Results of one kind that come closer together than `spacing` are one: thirty requests that fail at once are one bad
    moment. Each break within `memory` doubles how many good ones are asked for, up to `up_after_most`.
    """

    down_after: int = 3
    up_after: int = 3
    up_after_most: int = 24
    spacing: timedelta = timedelta(seconds=1)
    memory: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    """One hop as far as it is known; `up` is None before there is reason to say either.

    `good` is the last result, `streak` how often it came in a row, `breaks` when good ones turned bad of late.
    """

    up: bool | None = None
    changed_at: datetime | None = None
    good: bool | None = None
    streak: int = 0
    counted_at: datetime | None = None
    breaks: tuple[datetime, ...] = ()


def observe(line: Line, *, good: bool, now: datetime, rule: Hysteresis) -> Line:
    """The line after one more result, be it of a probe or of a real request."""
    counted = _count(line, good, now, rule)
    if counted.streak < needed(counted, good=good, rule=rule) or counted.up is good:
        return counted
    return replace(counted, up=good, changed_at=now)


def needed(line: Line, *, good: bool, rule: Hysteresis) -> int:
    """How many results of this kind in a row turn the line; the first good one of all is believed."""
    if not good:
        return rule.down_after
    if line.up is None and not line.breaks:
        return 1
    doubled: int = rule.up_after * 2 ** max(0, len(line.breaks) - 1)
    return min(doubled, max(rule.up_after, rule.up_after_most))


def _count(line: Line, good: bool, now: datetime, rule: Hysteresis) -> Line:
    if good is line.good:
        too_close = line.counted_at is not None and timedelta(0) <= now - line.counted_at < rule.spacing
        return line if too_close else replace(line, streak=line.streak + 1, counted_at=now)
    breaks = tuple(b for b in line.breaks if abs(now - b) < rule.memory)
    if not good:
        breaks = (*breaks, now)[-rule.up_after_most :]
    return replace(line, good=good, streak=1, counted_at=now, breaks=breaks)
