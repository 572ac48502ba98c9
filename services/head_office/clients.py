"""Connections to head office: one client a request that is under way.

The pool of a single client looks at every connection that it has for each request: with 32 of them that is half of the
time that a request costs here.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx2

# whoever answers on the way would be told them again
NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


@cache
def _authorities() -> ssl.SSLContext:
    """Whom this machine trusts; reading that takes as long as ten requests."""
    return httpx2.create_ssl_context(trust_env=False)


class Clients:
    """Clients that are all alike; as many as requests were ever under way at once, each with one connection."""

    def __init__(self, **settings: Any) -> None:
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
        self._settings = settings | {"limits": limits, "verify": _authorities(), "trust_env": False}
        self._free: list[httpx2.Client] = []
        self._all: list[httpx2.Client] = []

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx2.Response]:
        """A request on a client that nobody else uses meanwhile; the one last used is used first."""
        client = self._free.pop() if self._free else self._new()
        try:
            with client.stream(method, path, **request) as answer:
                yield answer
        finally:
            self._free.append(client)

    def close(self) -> None:
        """Lets go of all connections."""
        for client in self._all:
            client.close()

    def _new(self) -> httpx2.Client:
        client = httpx2.Client(**self._settings)
        client.cookies.jar.set_policy(NO_COOKIES)
        self._all.append(client)
        return client
