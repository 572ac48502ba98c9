"""Measures what is done many times at once, and prints it beside its reference."""

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A rate in 1/s, and how long single calls took, in milliseconds."""

    name: str
    rate: float
    median_ms: float
    p95_ms: float

    def line(self) -> str:
        return f"{self.name:<42} {self.rate:8.1f}/s   median {self.median_ms:6.1f} ms   p95 {self.p95_ms:6.1f} ms"


def at_once(name: str, workers: list[Callable[[], None]], *, seconds: float) -> Figure:
    """Calls each worker again and again in a thread of its own for so long."""
    times: list[float] = []
    start = threading.Barrier(len(workers) + 1)
    until = [0.0]

    def loop(call: Callable[[], None]) -> None:
        start.wait()
        while (began := time.perf_counter()) < until[0]:
            call()
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=loop, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    until[0] = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    ms = sorted(1000 * t for t in times)
    return Figure(name, len(ms) / took, statistics.median(ms), ms[int(len(ms) * 0.95)])
