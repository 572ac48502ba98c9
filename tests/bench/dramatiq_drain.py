"""The reference for the drain: Dramatiq posts the same orders to the same OMS with the same number in flight.

Served by `dramatiq tests.bench.dramatiq_drain --processes 1 --threads 32`; AMQP_URL, OMS_URL and OMS_TOKEN say where.
"""

import os

import dramatiq
import httpx2
from dramatiq.brokers.rabbitmq import RabbitmqBroker

dramatiq.set_broker(RabbitmqBroker(url=os.environ["AMQP_URL"]))

_client = httpx2.Client(
    base_url=os.environ["OMS_URL"],
    headers={"Authorization": f"Bearer {os.environ['OMS_TOKEN']}"},
    limits=httpx2.Limits(max_connections=32, max_keepalive_connections=32),
    timeout=30,
)


@dramatiq.actor(max_retries=5)
def send_order(order):
    key = f"{order['order_id']}:1"
    answer = _client.post("/v1/orders", json=order, headers={"Idempotency-Key": key})
    answer.raise_for_status()
