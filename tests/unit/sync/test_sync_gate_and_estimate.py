"""What goes out when, and how long it will take."""

import pytest

from services.sync.domain.estimate import seconds_to_done
from services.sync.domain.gate import Situation, shut


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (Situation(head_office=None), "not_known"),
        (Situation(head_office=True), None),
        (Situation(head_office=True, mode="online"), None),
        (Situation(head_office=True, mode="cannot_sell"), None),
        (Situation(head_office=True, mode="offline", trigger="automatic"), None),
        (Situation(head_office=True, mode="offline", trigger="manual"), "manual_offline"),
        (Situation(head_office=False, mode="offline", trigger="manual"), "head_office_down"),
        (Situation(head_office=False, mode="online"), "head_office_down"),
        (Situation(head_office=True, superseded=True, mode="online"), "superseded"),
    ],
)
def test_s21_sending_follows_the_own_probe_and_a_persons_word(situation: Situation, expected: str | None) -> None:
    assert shut(situation) == expected


@pytest.mark.parametrize(
    ("waiting", "settled", "window", "in_flight", "latency", "expected"),
    [
        (0, 0, 60, 0, 0.5, 0),
        (0, 100, 60, 32, 0.5, 0),
        (600, 600, 60, 32, 0.5, 60),
        (1, 600, 60, 32, 0.5, 1),
        (640, 0, 60, 32, 0.05, 1),
        (64_000, 0, 60, 32, 0.05, 100),
        (10, 0, 60, 0, 0.5, None),
        (10, 0, 60, 32, 0, None),
    ],
)
def test_b12_time_to_done(
    waiting: int, settled: int, window: float, *, in_flight: int, latency: float, expected: int | None
) -> None:
    assert seconds_to_done(waiting, settled, window, in_flight=in_flight, latency=latency) == expected
