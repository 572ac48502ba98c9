"""Figures of every process, and whether it still does its work."""

import time
from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "store_request_seconds",
    "Time to answer a request.",
    ["service", "entrypoint", "outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_WAITING = Gauge("store_outbox_waiting", "Facts not yet confirmed by the broker.", ["service"])
OUTBOX_UNPROVEN = Gauge(
    "store_outbox_unproven", "Facts confirmed by the broker, not yet by their consumer.", ["service"]
)
OUTBOX_AGE = Gauge("store_outbox_oldest_seconds", "Age of the oldest fact that waits for the broker.", ["service"])
PUBLISHED = Counter("store_published_total", "Messages by what became of them.", ["service", "fate"])
REPUBLISHED = Counter("store_republished_total", "Facts published again, for their consumer missed them.", ["service"])
TAKEN = Counter("store_events_taken_total", "Events taken in.", ["service", "queue"])
DEAD_LETTERS = Gauge("store_dead_letters", "Messages that wait for a person.", ["service"])
FAILURES = Gauge("store_inbox_retrying", "Events that failed and will be tried again.", ["service"])
TICKS = Counter("store_timer_ticks_total", "Runs of timers by outcome.", ["service", "timer", "outcome"])
LOG_LINES_LOST = Counter("store_log_lines_lost_total", "Lines of the log that could not be written.")
LAST_WORK = Gauge(
    "store_last_work_timestamp_seconds", "When a loop of the process last went round.", ["service", "loop"]
)

_beats: dict[str, tuple[float, float]] = {}


def beat(service: str, loop: str, *, within: float) -> None:
    """Notes that a loop went round; it is stalled when it does not do so again within `within` seconds."""
    _beats[loop] = (time.monotonic(), within)
    LAST_WORK.labels(service, loop).set_to_current_time()


def stalled(monotonic: Callable[[], float] = time.monotonic) -> list[str]:
    """Loops of this process that have not gone round for longer than they said."""
    now = monotonic()
    return sorted(loop for loop, (at, within) in _beats.items() if now - at > within)


STALLED = Gauge("store_stalled_loops", "Loops of the process that do nothing, though they should.")
STALLED.set_function(lambda: len(stalled()))
