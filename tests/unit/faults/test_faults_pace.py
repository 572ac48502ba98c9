"""A bound is as much longer as the machine was slower, and never shorter."""

import pytest

from tests.faults.pace import LOOK_TAKES_S, Pace


def looks(*times: float) -> Pace:
    """Two a second, each so many times as long as on a shop's machine."""
    pace = Pace()
    pace.looks = [(n / 2, times_ * LOOK_TAKES_S) for n, times_ in enumerate(times)]
    return pace


@pytest.mark.parametrize(
    ("pace", "slower"),
    [
        (looks(), 1),
        (looks(0.5, 0.5), 1),
        (looks(2, 2), 2),
        (looks(*[1] * 40, *[2] * 20, *[1] * 40), 2),
        (looks(*[1] * 40, *[2] * 10, *[1] * 40), 1.5),
    ],
)
def test_the_slowest_stretch_counts(pace: Pace, slower: float) -> None:
    assert pace.over(0) == pytest.approx(slower)


def test_what_was_long_before_does_not_count() -> None:
    pace = looks(*[3] * 20, *[1] * 60)
    assert pace.over(0) == pytest.approx(3)
    assert pace.over(25) == 1


def test_a_run_is_told_by_the_average() -> None:
    assert looks(1, 2, 0.5, 0.5).average() == pytest.approx(1)


def test_a_look_is_made() -> None:
    pace = Pace()
    pace.look()
    [(_, took)] = pace.looks
    assert took > 0
