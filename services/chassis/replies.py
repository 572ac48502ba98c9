"""What routes give back, and what they refuse with."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeVar
from werkzeug.wrappers import Response

from services.chassis.errors import InvalidInput, ServiceError, Unavailable
from services.chassis.logs import get_logger

JSON = "application/json"
PROBLEM = "application/problem+json"
# an answer to nonsense is no larger than the nonsense
MAX_FIELDS, MAX_FIELD = 100, 200

log = get_logger()


T = TypeVar("T", default=Any)


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A JSON answer with a status or headers of its own; `-> Reply[Model]` says what it holds."""

    value: T
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An answer that is not JSON; an iterable is streamed."""

    body: bytes | str | Iterable[bytes]
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def state_reply(since: int, number: int, value: Any) -> Reply:
    """A state for whoever pulls it: 204 when nothing newer than `since` is known."""
    if number <= since:
        return Reply(None, status=204)
    return Reply({"number": number, "value": value})


class InternalError(ServiceError):
    """Something went wrong here. It was noted under the id of this request."""

    code = "internal_error"
    status = 500


def respond(result: Any, adapter: TypeAdapter[Any], status: int) -> Response:
    """The HTTP response for what a route's method returned."""
    if isinstance(result, Raw):
        return Response(result.body, status=result.status, headers=dict(result.headers), content_type=result.media_type)
    headers: Mapping[str, str] = {}
    if isinstance(result, Reply):
        result, status, headers = result.value, result.status, result.headers
    if result is None:
        return Response(status=HTTPStatus.NO_CONTENT if status == HTTPStatus.OK else status, headers=dict(headers))
    return Response(adapter.dump_json(result), status=status, headers=dict(headers), content_type=JSON)


def problem(error: ServiceError, instance: str) -> Response:
    """The RFC 9457 problem for an error; `instance` is the request's id."""
    body = {
        "type": f"urn:store-edge:problem:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "code": error.code,
        "detail": error.message,
        "details": error.details,
        "instance": instance,
    }
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body, default=str), status=error.status, headers=headers, content_type=PROBLEM)


def known(error: BaseException) -> ServiceError:
    """The error as callers may see it; a defect of ours is logged and tells nothing of itself."""
    if isinstance(error, ServiceError):
        return error
    log.error("request_failed", error=type(error).__name__, exc_info=error)
    return InternalError()


def invalid(error: ValidationError) -> InvalidInput:
    """Our error for pydantic's: a row a field, without the values that were sent; not all of very many."""
    fields = [
        {"field": ".".join(str(p) for p in e["loc"])[:MAX_FIELD], "message": e["msg"]}
        for e in error.errors(include_input=False)[:MAX_FIELDS]
    ]
    return InvalidInput("; ".join(f"{f['field']}: {f['message']}" for f in fields[:5]), fields)
