"""How slow this machine is: a bound in seconds is written for one that is as fast as a shop's."""

import subprocess
import time
from functools import cache

from deploy.runner.environment import PROJECT, base, command

# two services that tell their routes at once, on two cores that open a store in ten seconds
SECONDS = 1.3
TRIES = 3


@cache
def slowness() -> float:
    """How many times as long such work takes here; never less than 1: on a fast machine bounds stay as they are."""
    return max(1.0, min(_takes() for _ in range(TRIES)) / SECONDS)


def _takes() -> float:
    began = time.monotonic()
    started = [
        subprocess.Popen(command(service, "openapi"), cwd=PROJECT, env=base(), stdout=subprocess.DEVNULL)
        for service in ("orders", "sync")
    ]
    for process in started:
        process.wait()
    return time.monotonic() - began
