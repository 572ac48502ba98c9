"""One request and its whole answer, bounded in bytes and seconds: what was said, or what is wrong on the way."""

import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2

from services.head_office import answers
from services.head_office.clients import Clients
from services.head_office.inflating import unpacked
from services.head_office.port import FeedFailed, Lost, Trouble, Unreachable

CONNECT_S, READ_S = 5.0, 30.0
MAX_ANSWER = 4 * 1024 * 1024

# the request cannot have arrived when there was no connection to send it on
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


@dataclass(frozen=True)
class Said:
    """A good answer."""

    status: int
    body: Any


@dataclass(frozen=True)
class Told:
    """A problem that is about the request itself."""

    problem: Mapping[str, Any]


class Exchanged(NamedTuple):
    """An answer, its JSON (None where that is none), and when the certificate of whoever gave it runs out (Unix s)."""

    answer: httpx2.Response
    body: Any
    certificate_until: float | None


class Unfinished(httpx2.TransportError):
    """An answer that is larger, or slower, than any that could be meant."""


class Asking:
    """Asks over HTTP, and reads what comes back."""

    def __init__(self, clients: Clients, now: Callable[[], datetime]) -> None:
        self._clients = clients
        self._now = now

    def ask(self, method: str, path: str, **request: Any) -> Said | Told | Trouble:
        """What was said to a request; `timeout` in seconds, of connecting, of each wait, and of the whole."""
        try:
            answer, body, _ = self.exchange(method, path, **request)
        except NOT_SENT as error:
            return Unreachable(word(error))
        except httpx2.HTTPError as error:
            return Lost(word(error))
        problem = problem_of(answer, body)
        after = answers.retry_after(answer.headers.get("Retry-After"), self._now())
        if wrong := answers.trouble(answer.status_code, kind(answer), problem, after):
            return wrong
        return Said(answer.status_code, body) if answer.is_success else Told(problem or {})

    def exchange(self, method: str, path: str, *, timeout: float = READ_S, **request: Any) -> Exchanged:
        """What came back. Raises httpx2.HTTPError."""
        until = time.monotonic() + timeout
        patience = httpx2.Timeout(timeout, connect=min(timeout, CONNECT_S))
        with self._clients.stream(method, path, timeout=patience, **request) as answer:
            # with the last byte the connection may be gone
            certificate_until = _certificate_until(answer)
            content = _content(answer, until)
        return Exchanged(answer, _json(content), certificate_until)


def segment(value: str) -> str:
    """A value as one segment of a path: whatever was scanned or typed, it leads nowhere else."""
    return quote(value, safe="").replace(".", "%2E")


def problem_of(answer: httpx2.Response, body: Any) -> Mapping[str, Any] | None:
    """The RFC 9457 problem that an answer is, if it is one."""
    return body if isinstance(body, dict) and kind(answer) == "application/problem+json" else None


def kind(answer: httpx2.Response) -> str:
    """Its content type without parameters."""
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def word(error: Exception) -> str:
    """What went wrong, in a word for logs and lights."""
    return type(error).__name__


def broken_off(error: httpx2.HTTPError) -> str:
    """What went wrong, for people who have to do something about it."""
    if somebody_answered(error):
        return "Head office was met, and let nobody in: look whether the store's clock is right, then ask head office."
    if isinstance(error, NOT_SENT):
        return "Head office cannot be reached. Look whether the store's internet works."
    if isinstance(error, httpx2.TimeoutException):
        return "Head office did not answer in time. Try again."
    return "The line to head office broke off. Try again."


def somebody_answered(error: BaseException | None) -> bool:
    """Whether a failure shows that a machine was met: it refused, or its certificate would not do."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError | ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _certificate_until(answer: httpx2.Response) -> float | None:
    connection = answer.extensions.get("network_stream")
    tls = connection.get_extra_info("ssl_object") if connection else None
    return ssl.cert_time_to_seconds(tls.getpeercert()["notAfter"]) if tls else None


def _content(answer: httpx2.Response, until: float) -> bytes:
    """The bytes of an answer, unpacked. Raises Unfinished, and DecodingError for what cannot be unpacked."""
    # bytes that give no content are counted as well: they may come for ever
    received = list(_bounded(answer.iter_raw(), until))
    if not received:
        return b""
    try:
        return b"".join(_bounded(unpacked(answer.headers.get("Content-Encoding", ""), received), until))
    except FeedFailed as error:
        raise httpx2.DecodingError(error.reason) from error


def _bounded(pieces: Iterable[bytes], until: float) -> Iterator[bytes]:
    """The pieces, as long as they are neither more nor later than any answer that could be meant."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_ANSWER or time.monotonic() > until:
            raise Unfinished("too large or too slow")
        yield piece


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
