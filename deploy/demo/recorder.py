"""A real Prometheus that watches the system for as long as the demo lasts."""

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2

from deploy.runner.process import Process

START_TIMEOUT_S = 30.0
STEP_S = 1


class Recorder:
    """Scrapes every process once a second into a folder of its own, which is made anew."""

    def __init__(self, folder: Path, port: int, targets: Mapping[str, str]) -> None:
        """`targets`: address of the metrics port by process name."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder = folder
        self._address = f"http://127.0.0.1:{port}"
        self._targets = targets
        self._began = 0.0
        command = [
            shutil.which("prometheus") or "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ]
        log = folder / "prometheus.log"
        self._process = Process("prometheus", command, folder=folder, log=log, environment=dict(os.environ))

    def start(self) -> None:
        (self._folder / "prometheus.yml").write_text(json.dumps(self._configuration()))
        self._process.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Prometheus does not start: see {self._folder / 'prometheus.log'}")
            time.sleep(0.1)
        self._began = time.time()

    def stop(self) -> None:
        self._process.stop()

    def series(self, query: str) -> list[float]:
        """A value a second since the start, 0 where nothing was recorded."""
        now = time.time()
        answer = httpx2.get(
            f"{self._address}/api/v1/query_range",
            params={"query": query, "start": self._began, "end": now, "step": STEP_S},
            timeout=10,
        )
        answer.raise_for_status()
        result = answer.json()["data"]["result"]
        seen = {round(float(at)): float(value) for row in result for at, value in row["values"]}
        return [seen.get(second, 0.0) for second in range(round(self._began), round(now) + 1)]

    def _ready(self) -> bool:
        try:
            return httpx2.get(f"{self._address}/-/ready", timeout=2).is_success
        except httpx2.HTTPError:
            return False

    def _configuration(self) -> dict[str, object]:
        """JSON is YAML, too."""
        jobs = [
            {"targets": [address], "labels": {"process": name, "service": name.partition(".")[0]}}
            for name, address in self._targets.items()
        ]
        return {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [{"job_name": "store", "static_configs": jobs}],
        }
