"""When a data set is to be synced again."""

from datetime import datetime, timedelta

MOST_WAIT = timedelta(minutes=1)


def next_try(
    tried_at: datetime | None, *, failures: int, interval: timedelta, retry: timedelta, started_at: datetime
) -> datetime:
    """At once after a start, then after each interval; after a failure sooner, but less and less soon.

    `failures` are those in a row; `retry` is how long to wait after the first.
    """
    if tried_at is None or tried_at < started_at:
        return started_at
    if failures == 0:
        return tried_at + interval
    doubled: int = 2 ** min(failures - 1, 10)
    return tried_at + min(retry * doubled, MOST_WAIT)
