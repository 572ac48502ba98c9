"""B15: what each account may do on the broker and what it is refused, asked of the real one."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import amqp
import pytest
from nameko.standalone.rpc import ServiceRpcProxy

from deploy.runner import broker_accounts
from deploy.runner.broker_accounts import CLIENT
from deploy.runner.broker_admin import Limits
from deploy.runner.rabbitmq import RabbitMQ
from deploy.runner.services import SERVICES
from services.chassis.rpc import reached_at
from tests.broker_rights import (
    ACCOUNTS,
    COPIES,
    DEFAULT,
    ID,
    OWN_QUEUES,
    OWN_RPC,
    QUEUES,
    keys,
    may,
    may_use,
    names,
)
from tests.support import PATIENCE_S, eventually

PASSWORD = "of-these-tests-only-0123456789"
VHOST = "accounts"


@pytest.fixture(scope="module")
def store(broker: RabbitMQ) -> Iterator[Callable[[str], amqp.Channel]]:
    """A store's broker as it is when all services have run; `store(account)` is a channel for an account."""
    passwords = dict.fromkeys(broker_accounts.accounts(), PASSWORD)
    opened: dict[str, amqp.Connection] = {}

    def channel(account: str) -> amqp.Channel:
        if account not in opened:
            opened[account] = connected(broker, account)
        return opened[account].channel()

    with broker.admin as admin:
        for _ in range(2):  # a second time changes nothing
            broker_accounts.install(admin, passwords, vhost=VHOST)
        for service in SERVICES:
            as_worker(channel(service), service)
        channel(CLIENT).queue_declare(COPIES, auto_delete=False)
        yield channel
        for connection in opened.values():
            connection.collect()
        admin.delete_vhost(VHOST)


def connected(broker: RabbitMQ, account: str) -> amqp.Connection:
    """A connection as an account."""
    connection = amqp.Connection(
        f"127.0.0.1:{broker.ports.amqp}", userid=account, password=PASSWORD, virtual_host=VHOST, connect_timeout=30
    )
    connection.connect()
    return connection


def as_worker(channel: amqp.Channel, service: str) -> None:
    """What a service's worker does when it starts."""
    channel.exchange_declare("nameko-rpc", "topic", durable=True, auto_delete=False)
    channel.exchange_declare("store.events", "topic", durable=True, auto_delete=False)
    for queue in OWN_QUEUES[service]:
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments(queue))
        channel.basic_cancel(channel.basic_consume(queue, callback=lambda _: None))
    channel.queue_bind(f"rpc-{service}", "nameko-rpc", f"{service}.*")


def arguments(queue: str) -> dict[str, str]:
    """What a queue was declared with."""
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{queue}.dead"}
    return dead if queue.endswith(".facts") else {}


def publish(channel: amqp.Channel, exchange: str, key: str) -> None:
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}"), exchange, key, timeout=PATIENCE_S)


def use_queue(channel: amqp.Channel, right: str, name: str) -> None:
    """Does something with a queue that needs the right on it."""
    if right == "configure":
        channel.queue_declare(name, durable=name != COPIES, auto_delete=False, arguments=arguments(name))
    elif right == "write":
        channel.queue_bind(name, "store.events", "nobody.tells_this")
    else:
        channel.basic_get(name)


def use_exchange(channel: amqp.Channel, right: str, name: str, own: str) -> None:
    """Does something with an exchange that needs the right on it; `own` is a queue of the account's."""
    if name == DEFAULT and right == "write":
        publish(channel, "", own)
    elif right == "configure":
        channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
    elif right == "write":
        channel.exchange_bind(name, "store.events", "nobody.tells_this")
    else:
        channel.queue_bind(own, name, ID)


def is_let(channel: amqp.Channel, act: Callable[[amqp.Channel], object]) -> bool:
    """Whether the broker lets an account do something."""
    try:
        act(channel)
    except amqp.AccessRefused:
        return False
    channel.close()
    return True


@pytest.mark.parametrize("account", ACCOUNTS)
def test_b15_t29_the_broker_lets_an_account_use_what_it_must_and_nothing_else(
    store: Callable[[str], amqp.Channel], account: str
) -> None:
    own = OWN_QUEUES[account][0]

    def let(right: str, name: str) -> bool:
        if name in QUEUES:
            return is_let(store(account), lambda c: use_queue(c, right, name))
        return is_let(store(account), lambda c: use_exchange(c, right, name, own))

    expected = {(right, name) for right, name in names() if may_use(account, right, name)}
    assert {(right, name) for right, name in names() if let(right, name)} == expected


@pytest.mark.parametrize("account", ACCOUNTS)
def test_b15_t29_the_broker_lets_an_account_use_its_routing_keys_and_no_other(
    store: Callable[[str], amqp.Channel], account: str
) -> None:
    own = OWN_QUEUES[account][0]

    def let(act: str, exchange: str, key: str) -> bool:
        if act == "publish":
            return is_let(store(account), lambda c: publish(c, exchange, key))
        return is_let(store(account), lambda c: c.queue_bind(own, exchange, key))

    expected = {of for of in keys() if may(account, *of)}
    assert {of for of in keys() if let(*of)} == expected


def dead_lettering_to(exchange: str, key: str) -> dict[str, str]:
    return {"x-dead-letter-exchange": exchange, "x-dead-letter-routing-key": key}


REFUSED: dict[str, tuple[str, Callable[[amqp.Channel], object]]] = {
    "empties another's queue": ("orders", lambda c: c.queue_purge("sync.facts")),
    "deletes another's queue": ("orders", lambda c: c.queue_delete("sync.facts")),
    "consumes another's questions": ("orders", lambda c: c.basic_consume("rpc-sync", callback=lambda _: None)),
    "declares an exchange": ("orders", lambda c: c.exchange_declare("orders", "topic")),
    "a client deletes what ours publish to": (CLIENT, lambda c: c.exchange_delete("store.events")),
    "a client deletes what ours ask by": (CLIENT, lambda c: c.exchange_delete("nameko-rpc")),
    "a client passes on more than questions": (CLIENT, lambda c: c.exchange_bind("nameko-rpc", OWN_RPC, "#")),
    "a client hears all answers": (CLIENT, lambda c: c.exchange_bind(OWN_RPC, "nameko-rpc", "#")),
    "a client has a queue ask in its stead": (
        CLIENT,
        lambda c: c.queue_declare(f"{CLIENT}.x", arguments=dead_lettering_to("nameko-rpc", "sync.inbox_missing")),
    ),
    "a client has a queue tell in its stead": (
        CLIENT,
        lambda c: c.queue_declare(f"{CLIENT}.x", arguments=dead_lettering_to("", "sync.facts")),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_b15_an_account_is_refused_everything_else(store: Callable[[str], amqp.Channel], what: str) -> None:
    account, act = REFUSED[what]
    with pytest.raises(amqp.AccessRefused):
        act(store(account))


def test_t29_what_a_client_dead_letters_to_its_own_exchange_is_no_question(
    store: Callable[[str], amqp.Channel],
) -> None:
    """Routing keys are not checked there: what is passed on has to be."""
    client, sync = store(CLIENT), store("sync")
    sync.queue_purge("rpc-sync")
    for key in ("sync.inbox_missing", "sync.retry_all", "sync.status"):
        queue = f"{CLIENT}.{key}"
        late = dead_lettering_to(OWN_RPC, key) | {"x-message-ttl": 0}
        client.queue_declare(queue, auto_delete=False, arguments=late)
        client.queue_bind(queue, "store.events", f"orders.{key}")
        publish(store("orders"), "store.events", f"orders.{key}")
    asked = eventually(lambda: sync.basic_get("rpc-sync", no_ack=True))
    assert asked.delivery_info["routing_key"] == "sync.status"
    assert sync.basic_get("rpc-sync", no_ack=True) is None


def test_b15_another_service_asks_with_a_nameko_as_it_is(
    store: Callable[[str], amqp.Channel], broker: RabbitMQ
) -> None:
    told = reached_at(broker.url(CLIENT, PASSWORD, VHOST)) | {"rpc_exchange": OWN_RPC}
    orders = store("orders")
    orders.queue_purge("rpc-orders")
    with ThreadPoolExecutor(1) as pool, ServiceRpcProxy("orders", told, timeout=PATIENCE_S) as proxy:
        answer = pool.submit(proxy.mode)
        asked = eventually(lambda: orders.basic_get("rpc-orders", no_ack=True))
        reply = amqp.Message(
            json.dumps({"result": "online", "error": None}),
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=asked.properties["correlation_id"],
        )
        orders.basic_publish(reply, "nameko-rpc", asked.properties["reply_to"])
        assert answer.result(20) == "online"


def test_t29_other_services_have_only_so_many_connections_and_channels(
    store: Callable[[str], amqp.Channel], broker: RabbitMQ
) -> None:
    assert store(CLIENT)
    with broker.admin as admin:
        limits = broker_accounts.CLIENT_LIMITS
        assert admin.limits(CLIENT) == limits
        try:
            admin.limit(CLIENT, Limits(connections=1, channels=1))
            with pytest.raises(amqp.AMQPError):
                connected(broker, CLIENT)
        finally:
            admin.limit(CLIENT, limits)
        assert admin.limits("orders") == broker_accounts.SERVICE_LIMITS


def test_t29_copies_that_nobody_fetches_are_bounded(store: Callable[[str], amqp.Channel], broker: RabbitMQ) -> None:
    store(CLIENT).queue_declare(f"{CLIENT}.long", durable=True, auto_delete=False, arguments={"x-max-length": 10**9})
    with broker.admin as admin:
        bounds = eventually(lambda: admin.queues(VHOST)[f"{CLIENT}.long"].get("effective_policy_definition"))
        assert bounds == broker_accounts.CLIENT_BOUNDS
        assert not admin.queues(VHOST)["orders.facts"].get("effective_policy_definition")


def test_b15_no_account_gets_into_another_virtual_host_or_the_management(
    store: Callable[[str], amqp.Channel], broker: RabbitMQ
) -> None:
    assert store("orders")
    connection = amqp.Connection(
        f"127.0.0.1:{broker.ports.amqp}", userid="orders", password=PASSWORD, virtual_host="/", connect_timeout=5
    )
    with pytest.raises(amqp.NotAllowed):
        connection.connect()
    connection.collect()
    with broker.admin_as("orders", PASSWORD) as admin:
        assert not admin.answers()


def test_b15_t30_nobody_sends_in_anothers_name(store: Callable[[str], amqp.Channel]) -> None:
    channel = store("catalog")
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}", user_id="catalog"), "", "sync.facts", timeout=PATIENCE_S)
    with pytest.raises(amqp.PreconditionFailed):
        channel.basic_publish_confirm(amqp.Message("{}", user_id="orders"), "", "sync.facts", timeout=PATIENCE_S)
