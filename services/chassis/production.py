"""What may do on a developer's machine and never in a store: well-known secrets, words that anybody can read."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

# whole, or with digits and signs behind: "Secret-123!" is "secret"
WELL_KNOWN = {
    "admin",
    "changeme",
    "change-me",
    "default",
    "demo",
    "development",
    "example",
    "guest",
    "password",
    "postgres",
}
WELL_KNOWN |= {"rabbitmq", "secret", "test", "testing", "token"}
MIN_PASSWORD = 12
READABLE = ("http", "amqp")
DATABASES = ("postgresql", "postgresql+psycopg")
ENCRYPTED = ("require", "verify-ca", "verify-full")


def unsafe(settings: Any) -> Iterator[tuple[str, str]]:
    """The names of settings that no store may run with, and why; no value is quoted."""
    private = {host for host in settings.private_hosts.split(",") if host}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
        if isinstance(value, SecretStr) and "://" not in text and _well_known(text):
            yield name, "is well known"
        if "://" in text:
            yield from ((name, why) for why in _wrong_with_address(text, private))
    if not settings.check_senders:
        yield "check_senders", "must be on: a service could tell facts in another's name"


def _wrong_with_address(text: str, private: set[str]) -> Iterator[str]:
    parts = urlsplit(text)
    if parts.password is not None and _weak(unquote(parts.password), parts.username):
        yield "holds a password that is well known or too short"
    if stays_here(parts.hostname, private):
        return
    if parts.scheme in READABLE:
        yield f"leaves this machine in clear: use {parts.scheme}s"
    if parts.scheme in DATABASES and parse_qs(parts.query).get("sslmode", [""])[0] not in ENCRYPTED:
        yield "leaves this machine in clear: add ?sslmode=verify-full"


def _weak(password: str, user: str | None) -> bool:
    return len(password) < MIN_PASSWORD or password == user or _well_known(password)


def _well_known(secret: str) -> bool:
    plain = secret.strip().lower()
    return plain in WELL_KNOWN or plain.rstrip("0123456789!#$%.-_ ") in WELL_KNOWN


def stays_here(host: str | None, private: set[str]) -> bool:
    """Whether what is sent to a host leaves neither this machine nor a network of the store's own."""
    if host is None or host == "localhost" or host in private:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
