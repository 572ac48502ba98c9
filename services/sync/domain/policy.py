"""The figures by which orders are sent; the defaults are those of the settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Times are in seconds.

    `retry_after`: waits after answers that judged an order; after the last of them it waits for a person.
    `ask_after`: waits between questions about an order whose outcome is unknown; then it waits for a person as well.
    `certain_after`: after so long a request whose answer was not heard is no more under way.
    """

    retry_after: tuple[float, ...] = (1, 5, 30, 120, 600)
    ask_after: tuple[float, ...] = (1, 2, 5, 10, 30, 60, 120, 300)
    certain_after: float = 60
    later: float = 5
    in_flight: int = 32
    slow_start: float = 30
    jitter: float = 0.25
    pause_least: float = 1
    pause_most: float = 900
    unauthorised_pause: float = 60
    breaker_orders: int = 3
    breaker_least: float = 5
    breaker_most: float = 60
