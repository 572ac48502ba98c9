"""What is costly to count is counted seldom."""

from services.chassis.testing import FakeClock
from services.orders.sparing import Sparing


def test_b12_a_count_that_takes_long_takes_a_twentieth_of_the_time_at_most():
    clock = FakeClock()
    counted = []

    def count() -> int:
        clock.advance(0.2)
        counted.append(clock.monotonic())
        return len(counted)

    figure = Sparing[int](clock)
    told = []
    for _ in range(50):
        told.append(figure.get(count))
        clock.advance(1)
    assert told[:6] == [1, 1, 1, 1, 2, 2]
    assert 0.2 * len(counted) <= 50 / 20 + 0.2


def test_b12_a_count_that_takes_no_time_is_half_a_second_old_at_most():
    clock = FakeClock()
    figure = Sparing[float](clock)
    assert figure.get(clock.monotonic) == figure.get(clock.monotonic)
    clock.advance(0.5)
    assert figure.get(clock.monotonic) == clock.monotonic()
