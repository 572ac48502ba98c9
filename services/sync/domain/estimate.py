"""How long it takes until nothing waits."""


def seconds_to_done(waiting: int, settled: int, window: float, *, in_flight: int, latency: float) -> int | None:
    """Seconds until `waiting` orders are settled, None while none can be sent.

    By what was settled in the last `window` seconds; before there is enough of that, by the requests that may be under
    way (`in_flight`) and how long one takes (`latency`, seconds).
    """
    if waiting == 0:
        return 0
    rate = settled / window if settled and window > 0 else in_flight / latency if latency > 0 else 0.0
    return max(1, round(waiting / rate)) if rate > 0 else None
