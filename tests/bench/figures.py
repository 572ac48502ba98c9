"""Measures what is done many times at once, and prints it beside its reference."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    began = time.perf_counter()

    def loop(call: Callable[[], None]) -> None:
        while (called := time.perf_counter()) < began + seconds:
            call()
            times.append(time.perf_counter() - called)

    with ThreadPoolExecutor(len(workers)) as pool:
        for done in [pool.submit(loop, worker) for worker in workers]:
            done.result()
    took = time.perf_counter() - began
    ms = sorted(1000 * t for t in times)
    return Figure(name, len(ms) / took, statistics.median(ms), ms[int(len(ms) * 0.95)])
