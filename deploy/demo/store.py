"""The store that the demo plays in: what runs in a folder, and how it is hurt."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from deploy.runner.environment import PROJECT, command, environment_of
from deploy.runner.settings import RunSettings
from deploy.runner.state import AlreadyRunning
from deploy.runner.system import System

LOOK_S = 0.25
# a store that is only slow is waited for: how fast it has to be is said elsewhere
PATIENCE_S = 300.0
CODE = re.compile(r"^(\S+) (\S+)$")


class DemoError(Exception):
    """The demo cannot go on; the text says what to do."""


class Store:
    """A store that runs, in this process or in another."""

    def __init__(self, settings: RunSettings) -> None:
        self.folder = settings.folder.resolve()
        self.zone = settings.time_zone

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    @property
    def address(self) -> str:
        return str(self.state["addresses"]["till"])

    def kill(self, *names: str) -> None:
        """SIGKILL, to all that a process started; the runner starts it again."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.state["processes"][name]["pid"], signal.SIGKILL)

    def starts(self) -> int:
        """How often the store's processes were started, all together."""
        return sum(process["starts"] for process in self.state["processes"].values())

    def first_manager(self) -> tuple[str, str]:
        """A manager and the one-time code with which a PIN is set. Raises DemoError when one is set already."""
        done = subprocess.run(
            command("sessions", "first-manager", "--wait", str(PATIENCE_S)),
            cwd=PROJECT,
            env=environment_of(self.state["processes"]["sessions.door"]["pid"]),
            capture_output=True,
            text=True,
            check=False,
        )
        found = CODE.match(done.stdout.strip())
        if not found:
            raise DemoError("A manager has a PIN already: say DEMO_MANAGER=CODE:PIN before `make demo`.")
        return found[1], found[2]


class HeadOfficeDials:
    """The dials and the records of the stand-in."""

    def __init__(self, store: Store) -> None:
        token = (store.folder / "head_office" / "admin-token").read_text()
        address = store.state["addresses"]["head_office"]
        # a connection that rests between two calls may be closed in the moment of the second
        headers = {"X-Admin-Token": token, "Connection": "close"}
        self._client = httpx2.Client(base_url=address, headers=headers, timeout=30)

    def close(self) -> None:
        self._client.close()

    def set(self, *dials: dict[str, Any]) -> None:
        """Turns these dials on and all others off."""
        self._client.put("/dials", json=list(dials)).raise_for_status()

    def struck(self) -> list[int]:
        """How often each dial that is on has struck."""
        answer = self._client.get("/dials")
        answer.raise_for_status()
        return [dial["struck"] for dial in answer.json()["on"]]

    def forget(self, order_id: str) -> None:
        """Has head office forget an order, as one that was set back to yesterday."""
        self._client.delete(f"/records/{order_id}").raise_for_status()

    def records(self) -> dict[str, Any]:
        """Head office's own records: orders, cancellations, customers, sessions."""
        answer = self._client.get("/records")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def opened(settings: RunSettings, say: Callable[[str], None]) -> Iterator[Store]:
    """The store of the folder: the one that runs, or one that is started, and stopped at the end."""
    try:
        system = System(settings)
    except AlreadyRunning:
        yield Store(settings)
        return
    say("No store runs here: starting one …")
    with system:
        yield Store(settings)


def wait(what: str, condition: Callable[[], Any]) -> Any:
    """The condition's first true value. Raises DemoError when it does not come in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise DemoError(f"Waited {PATIENCE_S:.0f} s in vain: {what}.")
        time.sleep(LOOK_S)
    return value


def keep(file: Path, value: Any) -> None:
    """Keeps something for the next demo, for nobody else to read."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(value))
