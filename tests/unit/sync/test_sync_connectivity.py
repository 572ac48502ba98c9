"""Hysteresis of the line, probe by probe."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.sync.domain.connectivity import Hysteresis, Line, needed, observe

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
RULE = Hysteresis()
UP = Line(up=True, changed_at=NOW, good=True, streak=3, counted_at=NOW)


def play(line: Line, results: str, *, start: float = 5, every: float = 5, rule: Hysteresis = RULE) -> Line:
    """Feeds results, + and -, one each `every` seconds."""
    for n, result in enumerate(results):
        line = observe(line, good=result == "+", now=NOW + timedelta(seconds=start + n * every), rule=rule)
    return line


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("+", True),
        ("-", None),
        ("--", None),
        ("---", False),
        ("-+", None),
        ("-+++", True),
    ],
)
def test_nothing_is_said_before_there_is_reason_to(results: str, expected: bool | None) -> None:
    assert play(Line(), results).up is expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("-", True),
        ("--", True),
        ("---", False),
        ("--+--+--", True),
        ("---+", False),
        ("---++", False),
        ("---+++", True),
        ("---++-++", False),
    ],
)
def test_s6_three_in_a_row_turn_the_line(results: str, expected: bool) -> None:
    assert play(UP, results).up is expected


def test_s6_a_line_that_drops_for_under_three_probes_makes_no_change() -> None:
    line = play(UP, "--+" * 40)
    assert line.up is True
    assert line.changed_at == NOW


def test_s6_thirty_requests_that_fail_at_once_are_one_bad_moment() -> None:
    assert play(UP, "-" * 30, every=0.01).up is True


def test_s6_real_requests_tell_sooner_than_probes() -> None:
    assert play(UP, "-" * 30, every=0.1).up is False


def test_a_request_that_fails_while_others_pass_says_nothing() -> None:
    assert play(UP, "-+" * 100, every=1.1).up is True


@pytest.mark.parametrize("phase", [0, 0.25, 0.5, 0.75, 0.999])
@pytest.mark.parametrize("every", [0.1, 0.5, 0.9, 1, 1.3, 2, 3, 4.9, 5, 5.1])
def test_s6_a_line_that_changes_every_second_makes_at_most_two_changes(every: float, phase: float) -> None:
    """Whatever the rhythm in which it is looked at: the one that always meets the same half included."""
    assert changes(every=every, phase=phase) <= 2


@pytest.mark.parametrize("seed", range(30))
def test_s6_a_line_that_changes_every_second_makes_at_most_two_changes_at_random_moments(seed: int) -> None:
    assert changes(every=5, phase=0, seed=seed) <= 2


def changes(*, every: float, phase: float, seed: int | None = None) -> int:
    """How often ten minutes of one second up, one second down turn the line."""
    dice, line, count, t = random.Random(seed), UP, 0, 1.0 + phase
    while t < 600:
        now = NOW + timedelta(seconds=t)
        after = observe(line, good=int(t) % 2 == 0, now=now, rule=RULE)
        count += after.up != line.up
        line = after
        t += every if seed is None else every * dice.uniform(0.5, 1.5)
    return count


@pytest.mark.parametrize(("breaks", "expected"), [(0, 3), (1, 3), (2, 6), (3, 12), (4, 24), (5, 24), (20, 24)])
def test_s6_each_break_of_late_lengthens_the_wait(breaks: int, expected: int) -> None:
    line = Line(up=False, breaks=(NOW,) * breaks)
    assert needed(line, good=True, rule=RULE) == expected
    assert needed(line, good=False, rule=RULE) == 3


def test_breaks_are_forgotten_after_a_while() -> None:
    flapped = play(UP, "-+-+-+---")
    assert len(flapped.breaks) == 4
    later = observe(flapped, good=True, now=NOW + timedelta(minutes=20), rule=RULE)
    again = observe(later, good=False, now=NOW + timedelta(minutes=21), rule=RULE)
    assert len(again.breaks) == 1


def test_a_clock_that_is_set_back_does_not_stop_the_count() -> None:
    line = play(UP, "-", start=3600)
    for n in range(2):
        line = observe(line, good=False, now=NOW + timedelta(seconds=n), rule=RULE)
    assert line.up is False


def test_the_moment_of_the_change_is_kept() -> None:
    line = play(UP, "-----")
    assert (line.up, line.changed_at) == (False, NOW + timedelta(seconds=15))
