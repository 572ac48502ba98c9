"""Which account may do what with which queue, exchange and routing key: what is not listed is forbidden."""

import json
from collections.abc import Iterator
from pathlib import Path

from deploy.runner.broker_accounts import CLIENT
from deploy.runner.services import SERVICES

CONTRACTS = Path(__file__).parents[1] / "services"
RIGHTS = ("configure", "write", "read")
ACCOUNTS = (*SERVICES, CLIENT)
ID = "0197cc00-0000-7000-8000-000000000000"
COPIES = f"{CLIENT}.copies"
OWN_RPC = f"{CLIENT}.rpc"
DEFAULT = "amq.default"

OWN_QUEUES = {s: (f"{s}.facts", f"{s}.facts.dead", f"rpc-{s}") for s in SERVICES} | {CLIENT: (COPIES,)}
QUEUES = (*(queue for queues in OWN_QUEUES.values() for queue in queues), "others", "rpc-others", "ordersx.facts")
SHARED = ("nameko-rpc", "store.events")
EXCHANGES = (*SHARED, OWN_RPC, DEFAULT, "amq.topic", "amq.fanout", "amq.direct", "amq.headers", "amq.match", "others")


def offered() -> list[str]:
    """The questions that the contracts offer."""
    files = {service: CONTRACTS / service / "contracts/rpc.v1.json" for service in SERVICES}
    return [f"{service}.{name}" for service, file in files.items() for name in json.loads(file.read_text())]


def may_use(account: str, right: str, name: str) -> bool:
    """Whether an account has a right on a queue or an exchange."""
    if name in OWN_QUEUES[account]:
        return True
    if account == CLIENT:
        return name == OWN_RPC or (name, right) == ("store.events", "read")
    return name in SHARED or (name, right) == (DEFAULT, "write")


CHANGES = ("sync.set_auto_sync", "sync.sync_now", "sync.retry", "sync.retry_all", "sync.reconcile")
MISSES = tuple(f"{service}.inbox_missing" for service in SERVICES)
EVENTS = tuple(f"{service}.something_happened" for service in (*SERVICES, CLIENT, "others"))
PUBLISHED = (*offered(), *MISSES, *CHANGES, *EVENTS, ID, "catalog", "orders.*", "#", "")
BOUND = (*(f"{service}.*" for service in SERVICES), *EVENTS, ID, "*", "*.*", "#", "")
TOPICS = (*SHARED, OWN_RPC)


def may_publish(account: str, exchange: str, key: str) -> bool:
    """Whether an account may publish under a routing key."""
    if account == CLIENT:
        return exchange == OWN_RPC and key in offered()
    own = key.startswith(f"{account}.")
    return {"nameko-rpc": key in (*MISSES, ID), "store.events": own, OWN_RPC: False}[exchange]


def may_bind(account: str, exchange: str, key: str) -> bool:
    """Whether an account may have what is published under a key copied to a queue of its own."""
    if account == CLIENT:
        return exchange == "store.events" or (exchange, key) == (OWN_RPC, ID)
    return {"nameko-rpc": key in (f"{account}.*", ID), "store.events": True, OWN_RPC: False}[exchange]


def names() -> Iterator[tuple[str, str]]:
    """Every right on every queue and exchange."""
    return ((right, name) for name in (*QUEUES, *EXCHANGES) for right in RIGHTS)


def keys() -> Iterator[tuple[str, str, str]]:
    """Every publication and every binding: "publish" or "bind", exchange, routing key."""
    for exchange in TOPICS:
        yield from (("publish", exchange, key) for key in PUBLISHED)
        yield from (("bind", exchange, key) for key in BOUND)


def may(account: str, act: str, exchange: str, key: str) -> bool:
    """Whether an account may publish, or bind."""
    return (may_publish if act == "publish" else may_bind)(account, exchange, key)
