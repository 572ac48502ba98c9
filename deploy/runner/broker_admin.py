"""RabbitMQ's management API: virtual hosts, users and what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Permissions:
    """Regular expressions over names of queues and exchanges, and over routing keys of topic exchanges."""

    configure: str
    write: str
    read: str
    # exchange -> (routing keys that may be published, routing keys that a queue may be bound by)
    topics: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """How many connections an account may have at once, and how many channels on all of them together."""

    connections: int
    channels: int


EVERYTHING = Permissions(".*", ".*", ".*")


class BrokerAdmin:
    """A client of the management API; a context manager."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._client = httpx2.Client(base_url=url, auth=(user, password), timeout=TIMEOUT_S, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def answers(self) -> bool:
        """Whether the API answers us now."""
        try:
            return bool(self._client.get("/api/whoami").status_code == HTTPStatus.OK)
        except httpx2.HTTPError:
            return False

    def version(self) -> str | None:
        """As `4.0.5`; None while it does not answer."""
        try:
            return str(self._send("GET", "overview").json()["rabbitmq_version"])
        except httpx2.HTTPError:
            return None

    def create_vhost(self, vhost: str) -> None:
        self._send("PUT", "vhosts", vhost, body={"default_queue_type": "classic"})

    def delete_vhost(self, vhost: str) -> None:
        """Deletes a virtual host and all that is in it."""
        self._send("DELETE", "vhosts", vhost)

    def create_user(self, user: str, password: str, *, tags: str = "") -> None:
        """Creates a user, or gives it this password."""
        self._send("PUT", "users", user, body={"password": password, "tags": tags})

    def permit(self, vhost: str, user: str, permissions: Permissions) -> None:
        """Lets a user do this in a virtual host, and nothing else."""
        patterns = {"configure": permissions.configure, "write": permissions.write, "read": permissions.read}
        self._send("PUT", "permissions", vhost, user, body=patterns)
        self._send("DELETE", "topic-permissions", vhost, user, or_absent=True)
        for exchange, (write, read) in permissions.topics.items():
            rule = {"exchange": exchange, "write": write, "read": read}
            self._send("PUT", "topic-permissions", vhost, user, body=rule)

    def limit(self, user: str, limits: Limits) -> None:
        """Lets a user have so many connections and channels, and no more."""
        for name, value in (("max-connections", limits.connections), ("max-channels", limits.channels)):
            self._send("PUT", "user-limits", user, name, body={"value": value})

    def limits(self, user: str) -> Limits:
        """How much a user may have at once; raises ValueError for one without."""
        [found] = [limits["value"] for limits in self._send("GET", "user-limits", user).json()]
        return Limits(found["max-connections"], found["max-channels"])

    def declare_exchange(self, vhost: str, exchange: str) -> None:
        """Declares a durable topic exchange."""
        self._send("PUT", "exchanges", vhost, exchange, body={"type": "topic", "durable": True})

    def pass_on(self, vhost: str, source: str, destination: str, key: str) -> None:
        """Has an exchange pass on to another what is published under a routing key."""
        body = {"routing_key": key}
        self._send("POST", "bindings", vhost, "e", source, "e", destination, body=body)

    def bound_queues(self, vhost: str, name: str, pattern: str, bounds: Mapping[str, int]) -> None:
        """Bounds the queues whose names match, whatever they were declared with; `name` is the policy's."""
        body = {"pattern": pattern, "apply-to": "queues", "definition": dict(bounds)}
        self._send("PUT", "operator-policies", vhost, name, body=body)

    def users(self) -> list[str]:
        return [user["name"] for user in self._send("GET", "users").json()]

    def queues(self, vhost: str) -> dict[str, dict[str, Any]]:
        """The queues of a virtual host by name, as the API describes them."""
        return {queue["name"]: queue for queue in self._send("GET", "queues", vhost).json()}

    def _send(self, method: str, *path: str, body: Any = None, or_absent: bool = False) -> httpx2.Response:
        address = "/api/" + "/".join(quote(part, safe="") for part in path)
        response = self._client.request(method, address, json=body)
        if not (or_absent and response.status_code == HTTPStatus.NOT_FOUND):
            response.raise_for_status()
        return response
