"""A broker for the references alone: what is measured and its reference do not stand in each other's way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.runner.broker_admin import EVERYTHING
from deploy.runner.ports import Ports
from deploy.runner.rabbitmq import BrokerPorts, RabbitMQ

ACCOUNT, PASSWORD, VHOST = "bench", "for-benchmarks-only-0123", "bench"
PORTS = ("amqp", "management", "prometheus", "distribution", "epmd")


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, float]]:
    """Its AMQP address, and the seconds that it took to start."""
    ports = Ports(folder / "ports.json")
    server = RabbitMQ(folder / "rabbitmq", BrokerPorts(*map(ports.take, PORTS)), PASSWORD, disk_free_limit="50MB")
    began = time.monotonic()
    try:
        server.start()
        took = time.monotonic() - began
        with server.admin as admin:
            admin.create_vhost(VHOST)
            admin.create_user(ACCOUNT, PASSWORD)
            admin.permit(VHOST, ACCOUNT, EVERYTHING)
        yield server.url(ACCOUNT, PASSWORD, VHOST), took
    finally:
        server.stop()
