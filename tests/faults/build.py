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
    """Patches, installs the seams, shortens what waits for minutes, and runs the service."""
    service, kind = sys.argv.pop(1), sys.argv[1]
    if kind in ("door", "worker"):
        boot.patch()
        from tests.faults import defences, seams, short_clocks

        if os.environ[CLOCKS] == SHORT:
            short_clocks.install()
        seams.Seams(Path(os.environ[FOLDER]), f"{service}.{kind}").install()
        defences.switch_off(os.environ.get(SABOTAGE, ""), service)
    from services.chassis.main import main as run

    run(f"services.{service}")


if __name__ == "__main__":
    main()
