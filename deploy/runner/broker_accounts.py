"""What each account may do on the store's broker.

A service owns the queues that are called after it, answers RPC under its own name, asks others only what of its facts
they miss, and publishes events only under its own name. The broker cannot tell queues apart that are reached through
the default exchange: who may publish facts there may publish to any queue by name, but read only its own.

Other services ask through an exchange of their own, from which only questions are passed on, and to which only answers
come: whoever may write to an exchange could have a queue of theirs dead-letter to it under any routing key.
"""

import re
from collections.abc import Iterable

from deploy.runner.broker_admin import BrokerAdmin, Limits, Permissions
from deploy.runner.services import SERVICES

VHOST = "store"
RPC_EXCHANGE = "nameko-rpc"
EVENTS_EXCHANGE = "store.events"
DEFAULT_EXCHANGE = "amq.default"  # what permissions call the exchange without a name
REPLY_QUEUES = r"rpc\.reply-.*"
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ANY_SERVICE = f"({'|'.join(SERVICES)})"

# other services of the store ask ours, and take copies of events into queues called after their account
CLIENT = "rpc-client"
# what they may ask: all that the contracts offer, which is to read
QUESTIONS = {
    "catalog": ("search", "lookup", "changes", "status"),
    "orders": ("order", "orders", "mode"),
    "sync": ("status", "deliveries", "delivery", "pending", "reconciliation"),
    "sessions": ("mode", "sessions", "session"),
}

# a worker has some twenty connections at most, and a large store several copies of each
SERVICE_LIMITS = Limits(connections=200, channels=2_000)
CLIENT_LIMITS = Limits(connections=50, channels=250)

# copies that nobody fetches fill no disk: the oldest go first, and a queue that nobody uses for a week goes as well
CLIENT_BOUNDS = {"max-length": 50_000, "max-length-bytes": 64 * 1024 * 1024, "expires": 7 * 24 * 3600 * 1000}


def service_permissions(service: str) -> Permissions:
    """What a service's worker needs, and no more."""
    own = [rf"{service}\..*", f"rpc-{service}", REPLY_QUEUES]
    rpc, events = re.escape(RPC_EXCHANGE), re.escape(EVENTS_EXCHANGE)
    return Permissions(
        configure=_one_of(*own, rpc, events),
        write=_one_of(*own, rpc, events, re.escape(DEFAULT_EXCHANGE)),
        read=_one_of(*own, rpc, events),
        topics={
            RPC_EXCHANGE: (_one_of(rf"{ANY_SERVICE}\.inbox_missing", UUID), _one_of(rf"{service}\.\*", UUID)),
            EVENTS_EXCHANGE: (rf"^{service}\..*$", ".*"),
        },
    )


def client_permissions(account: str) -> Permissions:
    """What another service needs that asks ours and listens to events."""
    own = [rf"{re.escape(account)}\..*", REPLY_QUEUES]
    return Permissions(
        configure=_one_of(*own),
        write=_one_of(*own),
        read=_one_of(*own, re.escape(EVENTS_EXCHANGE)),
        topics={
            client_exchange(account): (_one_of(*map(re.escape, questions())), _one_of(UUID)),
            EVENTS_EXCHANGE: ("^$", ".*"),
        },
    )


def client_exchange(account: str) -> str:
    """The exchange through which another service asks: its nameko's `rpc_exchange`."""
    return f"{account}.rpc"


def questions() -> list[str]:
    """The routing keys under which other services ask."""
    return [f"{service}.{name}" for service, names in QUESTIONS.items() for name in names]


def install(admin: BrokerAdmin, passwords: dict[str, str], *, vhost: str = VHOST) -> None:
    """Makes the virtual host and the accounts, or mends their rights; `passwords` names the accounts."""
    admin.create_vhost(vhost)
    for account, password in passwords.items():
        admin.create_user(account, password)
        admin.permit(vhost, account, permissions(account))
        admin.limit(account, SERVICE_LIMITS if account in SERVICES else CLIENT_LIMITS)
        if account not in SERVICES:
            _let_ask(admin, vhost, account)


def _let_ask(admin: BrokerAdmin, vhost: str, account: str) -> None:
    own = client_exchange(account)
    for exchange in (RPC_EXCHANGE, own):
        admin.declare_exchange(vhost, exchange)
    for question in questions():
        admin.pass_on(vhost, own, RPC_EXCHANGE, question)
    # an answer's routing key is one word, a question's are two
    admin.pass_on(vhost, RPC_EXCHANGE, own, "*")
    admin.bound_queues(vhost, account, rf"^{re.escape(account)}\.", CLIENT_BOUNDS)


def permissions(account: str) -> Permissions:
    """What an account may do."""
    return service_permissions(account) if account in SERVICES else client_permissions(account)


def accounts() -> Iterable[str]:
    """All accounts of a store."""
    return (*SERVICES, CLIENT)


def _one_of(*patterns: str) -> str:
    return f"^({'|'.join(patterns)})$"
