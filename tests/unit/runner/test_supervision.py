"""When the supervisor starts a program again."""

import itertools

import pytest

from deploy.runner.supervisor import FIRST_PAUSE_S, LONGEST_PAUSE_S, Judge, next_pause


def test_pauses_grow_and_never_end() -> None:
    pauses = list(itertools.islice(itertools.accumulate(itertools.repeat(1.0), next_pause, initial=0.1), 10))
    assert pauses[1:4] == [0.2, 0.4, 0.8]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_program_that_ran_for_a_while_is_started_again_at_once() -> None:
    assert next_pause(LONGEST_PAUSE_S, lived=3600) == FIRST_PAUSE_S


@pytest.mark.parametrize(
    ("looks", "condemned"),
    [
        ([True, False, False], False),
        ([True, False, False, False], True),
        ([True, False, False, True, False, False], False),
        ([False] * 300, False),
        ([False] * 500, True),
    ],
)
def test_a_program_is_condemned_after_three_bad_looks_in_a_row_or_when_it_never_works(
    looks: list[bool], condemned: bool
) -> None:
    now, judge = 0.0, Judge(0.0)
    verdicts = []
    for good in looks:
        verdicts.append(judge.condemns(good, now))
        assert not judge.looks(now)
        now += 0.3
    assert verdicts[-1] is condemned
