"""What rules and dashboards ask of the broker, a real broker shows."""

import re
from pathlib import Path
from urllib.request import urlopen

import yaml

from services.chassis.amqp_connection import connect
from services.chassis.topology import Queue, declare
from tests.support import PATIENCE_S, eventually

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ASKED = re.compile(r"\brabbitmq_[a-z0-9_]+")


def asked() -> set[str]:
    files = [*(DEPLOY / "prometheus/rules").glob("*.yml"), *(DEPLOY / "grafana/dashboards").glob("*.json")]
    return {name for file in files for name in ASKED.findall(file.read_text())}


def pages() -> list[str]:
    """The pages of the broker that Prometheus is told to read."""
    jobs = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    found = [
        (job.get("metrics_path", "/metrics"), job.get("params", {})) for job in jobs if "rabbitmq" in job["job_name"]
    ]
    return [path + "?" + "&".join(f"{k}={v}" for k, vs in params.items() for v in vs) for path, params in found]


def test_b14_the_broker_shows_what_is_asked_of_it(broker, vhost):
    with connect(vhost, "tests") as connection:
        declare(connection.channel(), Queue("sync.facts"))

    def shown():
        told = [
            urlopen(f"http://127.0.0.1:{broker.ports.prometheus}{page}", timeout=PATIENCE_S).read() for page in pages()
        ]
        names = {line.split("{")[0].split(" ")[0] for line in b"\n".join(told).decode().splitlines()}
        return asked() <= names

    assert asked()
    eventually(shown)
