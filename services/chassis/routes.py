"""Typed routes: a method's annotations say what it takes and gives, and are its OpenAPI."""

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from services.chassis.errors import Forbidden, InvalidInput, ServiceError
from services.chassis.replies import Raw, Reply, invalid
from services.chassis.tokens import SERVICE as SERVICE_ROLE
from services.chassis.tokens import Authenticator, Principal

PUBLIC: tuple[str, ...] = ()
SERVICE: tuple[str, ...] = (SERVICE_ROLE,)
MAX_BODY = 1024 * 1024
TIMEOUT_S = 10

_PLACEHOLDER = re.compile(r"{(\w+)}")


class PayloadTooLarge(ServiceError):
    """The request is larger than {limit} bytes."""

    code = "payload_too_large"
    status = 413


class UnsupportedMediaType(ServiceError):
    """Send application/json."""

    code = "unsupported_media_type"
    status = 415


@dataclass(frozen=True)
class RouteSpec:
    """One route: where it is, who may use it, what it takes and gives."""

    method: str
    path: str
    roles: tuple[str, ...]
    function: Callable[..., Any]
    status: int = 200
    errors: tuple[type[ServiceError], ...] = ()
    summary: str = ""
    media_type: str | None = None
    timeout: float = TIMEOUT_S
    also: tuple[int, ...] = ()

    @cached_property
    def hints(self) -> dict[str, Any]:
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def parameters(self) -> set[str]:
        return set(inspect.signature(self.function).parameters) - {"self"}

    @cached_property
    def needs_body(self) -> bool:
        """Whether something has to be sent: a method's `body` may have a default."""
        return inspect.signature(self.function).parameters["body"].default is inspect.Parameter.empty

    @cached_property
    def path_types(self) -> dict[str, TypeAdapter[Any]]:
        """An adapter a path parameter."""
        return {name: TypeAdapter(self.hints[name]) for name in _PLACEHOLDER.findall(self.path)}

    @cached_property
    def result(self) -> TypeAdapter[Any]:
        hint = self.answer
        return TypeAdapter(Any if hint in (Reply, Raw, type(None)) else hint)

    @cached_property
    def answer(self) -> Any:
        """What the method gives; what a Reply holds, where that is said."""
        hint = self.hints.get("return", type(None))
        return get_args(hint)[0] if get_origin(hint) is Reply else hint

    @property
    def rule(self) -> str:
        """The path in werkzeug's spelling."""
        return _PLACEHOLDER.sub(r"<\1>", self.path)

    def authorise(self, principal: Principal | None) -> None:
        """Raises Forbidden for a principal whose role is not among the route's."""
        if self.roles and not (principal and any(principal.has(role) for role in self.roles)):
            raise Forbidden

    def arguments(self, request: Request, path_values: dict[str, str], principal: Principal | None) -> dict[str, Any]:
        """The method's arguments. Raises InvalidInput, PayloadTooLarge or UnsupportedMediaType."""
        given: dict[str, Any] = {}
        try:
            for name, adapter in self.path_types.items():
                given[name] = adapter.validate_strings(_canonical(path_values[name], self.hints[name]))
            if "query" in self.parameters:
                given["query"] = _model(self.hints["query"]).model_validate(_query(request))
            if "body" in self.parameters and (self.needs_body or _sends_something(request)):
                given["body"] = TypeAdapter(self.hints["body"]).validate_python(read_json(request))
        except ValidationError as error:
            raise invalid(error) from error
        return given | {k: v for k, v in (("who", principal), ("request", request)) if k in self.parameters}


def principal_of(spec: RouteSpec, request: Request, authenticator: Authenticator) -> Principal | None:
    """Who asks; None on a public route. Raises Unauthorized or Forbidden."""
    if not spec.roles:
        return None
    principal = authenticator.authenticate(request.headers.get("Authorization", ""))
    spec.authorise(principal)
    return principal


def _sends_something(request: Request) -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def read_json(request: Request) -> Any:
    """The request's body. Raises for anything but one JSON document without duplicate keys or NaN."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    raw = _body(request)
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("the body is no valid JSON document") from error


def _body(request: Request) -> bytes:
    request.max_content_length = MAX_BODY
    try:
        return request.get_data(cache=False)
    except HTTPException as error:
        raise PayloadTooLarge(limit=MAX_BODY) from error
    except OSError as error:
        raise InvalidInput("the body broke off") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _query(request: Request) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in request.args:
        given = request.args.getlist(name)
        values[name] = given[0] if len(given) == 1 else given
    return values


def _model(hint: Any) -> type[BaseModel]:
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        raise TypeError(f"{hint} is no model")
    return hint


def _canonical(value: str, hint: Any) -> str:
    """Ids have one spelling: braces, urn: and the like, which Python would take, are refused."""
    if hint is UUID and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        raise InvalidInput("an id is 32 lower-case hexadecimal digits with four dashes")
    return value
