"""What must happen before anything else is imported in a service's process."""

import os
import sys
import warnings

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
# the usual twenty native threads keep memory of their own each; two cores need no more than four
os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "4")
os.environ.setdefault("PROMETHEUS_DISABLE_CREATED_SERIES", "True")
warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")


def patch() -> None:
    """Makes the standard library and psycopg green; must run before sockets, threads or psycopg are imported."""
    import eventlet

    eventlet.monkey_patch()
    from services.chassis import green

    green.install()


def run(service: str, *, parent: str = "services") -> None:
    """Runs `python -m PARENT.SERVICE COMMAND`."""
    if sys.argv[1:2] in (["door"], ["worker"]):
        patch()
    from services.chassis.main import main

    main(f"{parent}.{service}")
