"""What each account may do on the store's broker.

A service owns the queues that are called after it, answers RPC under its own name, asks others only what of its facts
they miss, and publishes events only under its own name. The broker cannot tell queues apart that are reached through
the default exchange: who may publish facts there may publish to any queue by name, but read only its own.
"""

import re
from collections.abc import Iterable

from deploy.runner.broker_admin import BrokerAdmin, Permissions
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
    rpc, events = re.escape(RPC_EXCHANGE), re.escape(EVENTS_EXCHANGE)
    return Permissions(
        configure=_one_of(*own, rpc),
        write=_one_of(*own, rpc),
        read=_one_of(*own, rpc, events),
        topics={
            RPC_EXCHANGE: (rf"^{ANY_SERVICE}\.[a-z_]+$", f"^{UUID}$"),
            EVENTS_EXCHANGE: ("^$", ".*"),
        },
    )


def install(admin: BrokerAdmin, passwords: dict[str, str], *, vhost: str = VHOST) -> None:
    """Makes the virtual host and the accounts, or mends their rights; `passwords` names the accounts."""
    admin.create_vhost(vhost)
    for account, password in passwords.items():
        admin.create_user(account, password)
        admin.permit(vhost, account, permissions(account))


def permissions(account: str) -> Permissions:
    """What an account may do."""
    return service_permissions(account) if account in SERVICES else client_permissions(account)


def accounts() -> Iterable[str]:
    """All accounts of a store."""
    return (*SERVICES, CLIENT)


def _one_of(*patterns: str) -> str:
    return f"^({'|'.join(patterns)})$"
