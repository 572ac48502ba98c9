"""Least rights: two database roles and one broker account a service."""

from dataclasses import dataclass

SERVICES = ("catalog", "orders", "sync", "sessions")

# queues of facts that a service may publish to: other services' own
FACTS_TO = {
    "catalog": (),
    "orders": (r"sync\.orders", r"sync\.facts", r"catalog\.facts", r"sessions\.facts"),
    "sync": (r"orders\.outcomes", r"sessions\.facts"),
    "sessions": (r"sync\.facts",),
}

RPC_CLIENT = "rpc-client"
REPLIES = r"rpc\.reply-.*"
EXCHANGES = ("nameko-rpc", r"store\.events")


@dataclass(frozen=True)
class Permissions:
    """What an account may configure, write and read, as regular expressions."""

    configure: str
    write: str
    read: str


def role_statements(service: str, password: str, owner_password: str) -> list[str]:
    """Creates the service's role and its schema's owner in the cluster, or gives them these passwords."""
    return [
        *_role(f"{service}_owner", owner_password),
        *_role(service, password),
        f"alter role {service} set search_path to {service}",
        f"alter role {service}_owner set search_path to {service}",
    ]


def schema_statements(service: str) -> list[str]:
    """Creates the service's schema in a database; only its own two roles get in."""
    owner = f"{service}_owner"
    grant = f"alter default privileges for role {owner} in schema {service} grant"
    return [
        "revoke all on schema public from public",
        "do $$ begin execute format('revoke all on database %I from public', current_database()); end $$",
        f"do $$ begin execute format('grant connect on database %I to {service}, {owner}', current_database()); end $$",
        f"create schema if not exists {service} authorization {owner}",
        f"grant usage on schema {service} to {service}",
        f"{grant} select, insert, update, delete on tables to {service}",
        f"{grant} usage, select on sequences to {service}",
        f"{grant} execute on functions to {service}",
    ]


def broker_permissions(service: str) -> Permissions:
    """A service declares and reads its own queues, answers RPC, and writes to those of its consumers."""
    own = rf"{service}\..*"
    rpc = rf"rpc-{service}"
    exchanges = "|".join(EXCHANGES)
    outgoing = "|".join(FACTS_TO[service])
    # queues are published to by the default exchange, whose name is amq.default to the broker's permissions
    write = "|".join(part for part in (own, rpc, REPLIES, exchanges, r"amq\.default", outgoing) if part)
    return Permissions(
        configure=f"^({own}|{rpc}|{REPLIES}|{exchanges})$",
        write=f"^({write})$",
        read=f"^({own}|{rpc}|{REPLIES}|{exchanges})$",
    )


def rpc_client_permissions() -> Permissions:
    """An account for other services: it may ask, and read its own answers."""
    return Permissions(
        configure=f"^({REPLIES}|nameko-rpc)$", write=f"^({REPLIES}|nameko-rpc)$", read=f"^({REPLIES}|nameko-rpc)$"
    )


def _role(name: str, password: str) -> list[str]:
    create = f"create role {name} login nosuperuser nocreatedb nocreaterole"
    return [
        f"do $$ begin if not exists (select from pg_roles where rolname = '{name}') then {create}; end if; end $$",
        f"alter role {name} password '{password}'",
    ]
