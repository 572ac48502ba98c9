"""`python -m tests.faults.build SERVICE COMMAND`: a service as it is delivered, with seams at which it can be struck.

Only this module knows of seams: what is delivered has no word of them, so that no setting can strike a shop.
"""

import os
import sys
from pathlib import Path

from services.chassis import boot

FOLDER, SABOTAGE, CLOCKS = "FAULT_FOLDER", "FAULT_DEFENCE_OFF", "FAULT_CLOCKS"
SHORT, DELIVERED = "short", "delivered"


def main() -> None:
    """Patches, and runs what is asked for."""
    service, kind = sys.argv.pop(1), sys.argv[1]
    if kind in ("door", "worker"):
        boot.patch()
        prepare(service, kind)
    run(service)


def prepare(service: str, kind: str) -> None:
    """Installs the seams, and shortens what waits for minutes."""
    from tests.faults import defences, seams, short_clocks

    if os.environ[CLOCKS] == SHORT:
        short_clocks.install()
    seams.Seams(Path(os.environ[FOLDER]), f"{service}.{kind}").install()
    defences.switch_off(os.environ.get(SABOTAGE, ""), service)


def run(service: str) -> None:
    """Runs the service as it is delivered."""
    from services.chassis.main import main as delivered

    delivered(f"services.{service}")


if __name__ == "__main__":
    main()
