"""B15: each account may do what it must and no more, as the patterns say; integration asks the broker itself."""

import re

import pytest

from deploy.runner.broker_accounts import CLIENT, permissions

REPLY = "rpc.reply-standalone_rpc_proxy_call-0197cc00-0000-7000-8000-000000000000"
UUID = "0197cc00-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("account", "right", "name", "allowed"),
    [
        ("orders", "configure", "orders.outcomes", True),
        ("orders", "configure", "orders.outcomes.dead", True),
        ("orders", "configure", "rpc-orders", True),
        ("orders", "configure", "nameko-rpc", True),
        ("orders", "configure", "store.events", True),
        ("orders", "configure", REPLY, True),
        ("orders", "configure", "sync.orders", False),
        ("orders", "configure", "rpc-sync", False),
        ("orders", "configure", "ordersx", False),
        ("orders", "configure", "amq.default", False),
        ("orders", "configure", "amq.topic", False),
        ("orders", "write", "amq.default", True),
        ("orders", "write", "nameko-rpc", True),
        ("orders", "write", "store.events", True),
        ("orders", "write", "sync.orders", False),
        ("orders", "read", "orders.outcomes", True),
        ("orders", "read", "sync.orders", False),
        ("orders", "read", "sync.orders.dead", False),
        ("orders", "read", "rpc-sync", False),
        ("sync", "read", "sync.orders", True),
        (CLIENT, "configure", REPLY, True),
        (CLIENT, "configure", "rpc-client.copies", True),
        (CLIENT, "configure", "orders.outcomes", False),
        (CLIENT, "configure", "rpc-orders", False),
        (CLIENT, "write", "nameko-rpc", True),
        (CLIENT, "write", "amq.default", False),
        (CLIENT, "write", "store.events", False),
        (CLIENT, "read", "store.events", True),
        (CLIENT, "read", "sync.orders", False),
    ],
)
def test_b15_names_that_an_account_may_use(account: str, right: str, name: str, allowed: bool) -> None:
    assert bool(re.search(getattr(permissions(account), right), name)) is allowed


@pytest.mark.parametrize(
    ("account", "exchange", "publish", "key", "allowed"),
    [
        ("orders", "nameko-rpc", True, "sync.inbox_missing", True),
        ("orders", "nameko-rpc", True, UUID, True),
        ("orders", "nameko-rpc", True, "sync.retry_all", False),
        ("orders", "nameko-rpc", False, "orders.*", True),
        ("orders", "nameko-rpc", False, UUID, True),
        ("orders", "nameko-rpc", False, "sync.*", False),
        ("orders", "nameko-rpc", False, "#", False),
        ("orders", "store.events", True, "orders.order_placed", True),
        ("orders", "store.events", True, "sync.orders_settled", False),
        (CLIENT, "nameko-rpc", True, "orders.order", True),
        (CLIENT, "nameko-rpc", True, UUID, False),
        (CLIENT, "nameko-rpc", False, UUID, True),
        (CLIENT, "nameko-rpc", False, "orders.*", False),
        (CLIENT, "store.events", True, "orders.order_placed", False),
        (CLIENT, "store.events", False, "orders.#", True),
    ],
)
def test_b15_routing_keys_that_an_account_may_use(
    account: str, exchange: str, publish: bool, key: str, allowed: bool
) -> None:
    write, read = permissions(account).topics[exchange]
    assert bool(re.search(write if publish else read, key)) is allowed
