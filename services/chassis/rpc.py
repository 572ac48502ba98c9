"""Questions by other services: typed procedures over nameko's RPC, and calls that end in time."""

import inspect
import json
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, get_type_hints

import nameko.rpc
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.constants import CALL_ID_STACK_CONTEXT_KEY, DEFAULT_TRANSPORT_OPTIONS, NON_PERSISTENT
from nameko.exceptions import MethodNotFound, RemoteError, RpcTimeout, UnknownService, deserialize_to_instance
from nameko.rpc import Responder, Rpc
from nameko.standalone.rpc import ServiceRpcProxy
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import to_jsonable_python

from services.chassis.amqp_connection import BROKER_ERRORS, proof, without_query
from services.chassis.errors import ServiceError
from services.chassis.logs import get_logger
from services.chassis.replies import invalid, known

log = get_logger()

TIMEOUT_S = 3

SERIALIZERS = {
    "json": {
        "encoder": "services.chassis.codec.dumps",
        "decoder": "services.chassis.codec.loads",
        "content_type": "application/json",
        "content_encoding": "utf-8",
    }
}

__all__ = ["RpcError", "RpcTimeout", "RpcUnavailable", "call", "procedure"]


class RpcUnavailable(Exception):
    """The service, or the broker, is not there."""


@deserialize_to_instance
class RpcError(Exception):
    """An error with a code, as it travels: code, message, details (JSON), status."""

    def __init__(self, code: str, message: str, details: str = "{}", status: str = "400") -> None:
        super().__init__(code, message, details, status)
        self.code = code
        self.message = message
        self.details = json.loads(details)
        self.status = int(status)


class TransientPublisher(Publisher):
    """Replies need not survive a restart of the broker: whoever asked has stopped waiting."""

    delivery_mode = NON_PERSISTENT
    # nameko changes the shared one at each publish
    transport_options: ClassVar[dict[str, Any]] = dict(DEFAULT_TRANSPORT_OPTIONS)


class SafeResponder(Responder):
    """Answers those who can be answered.

    nameko's own ends the service when a message has no reply_to, or when the reply cannot be published; the message
    then comes again, and the service ends again.
    """

    publisher_cls = TransientPublisher

    def send_response(self, result: Any, exc_info: Any) -> Any:
        if not self.message.properties.get("reply_to"):
            log.warning("rpc_without_reply_to")
            return result, exc_info
        try:
            return super().send_response(result, exc_info)
        except (*BROKER_ERRORS, UndeliverableMessage, KeyError) as error:
            log.warning("rpc_reply_lost", error=type(error).__name__)
            return result, exc_info


nameko.rpc.Responder = SafeResponder


def arguments_of(function: Callable[..., Any]) -> type[BaseModel]:
    """What a procedure may be called with, as it is annotated; read from JSON, in which a word is never a number."""
    hints = get_type_hints(function, include_extras=True)
    fields = {
        name: (hints[name], ... if p.default is inspect.Parameter.empty else p.default)
        for name, p in inspect.signature(function).parameters.items()
        if name != "self"
    }
    strict = ConfigDict(extra="forbid", strict=True)
    return create_model(function.__name__, __config__=strict, **fields)  # type: ignore[call-overload]


class Procedure(Rpc):
    """An RPC method whose arguments are checked against its annotations, and whose result is plain JSON."""

    @cached_property
    def arguments(self) -> Any:
        return arguments_of(getattr(self.container.service_cls, self.method_name))

    def unpack_message_headers(self, message: Any) -> dict[str, Any]:
        """The calls that led here; nameko takes whatever a header says, and ends where that makes no sense."""
        calls = super().unpack_message_headers(message).get(CALL_ID_STACK_CONTEXT_KEY)
        known = isinstance(calls, list) and all(isinstance(call_id, str) for call_id in calls)
        return {CALL_ID_STACK_CONTEXT_KEY: calls} if known else {}

    def handle_message(self, body: Any, message: Any) -> None:
        if not isinstance(body, dict) or body.get("args") or not isinstance(body.get("kwargs"), dict):
            raise RpcError("invalid_input", "Send keyword arguments only.", status="422")
        try:
            checked = self.arguments.model_validate_json(json.dumps(body["kwargs"]))
        except ValidationError as error:
            raise _travelling(invalid(error)) from None
        kwargs = {name: getattr(checked, name) for name in type(checked).model_fields}
        super().handle_message({"args": [], "kwargs": kwargs}, message)

    def handle_result(self, message: Any, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        if exc_info is not None:
            error = _travelling(known(exc_info[1]))
            exc_info = (type(error), error, None)
        else:
            try:
                result = to_jsonable_python(result)
            except ValueError:
                error = _travelling(known(sys.exc_info()[1]))  # type: ignore[arg-type]
                result, exc_info = None, (type(error), error, None)
        return super().handle_result(message, worker_ctx, result, exc_info)


procedure = Procedure.decorator


def _travelling(error: ServiceError) -> RpcError:
    return RpcError(error.code, error.message, json.dumps(error.details, default=str), str(error.status))


def reached_at(amqp_uri: str) -> dict[str, Any]:
    """How nameko reaches a broker, and what passes through it."""
    passing = {"SERIALIZERS": SERIALIZERS, "serializer": "json", "ACCEPT": ["json"]}
    return {"AMQP_URI": without_query(amqp_uri), "AMQP_SSL": proof(amqp_uri)} | passing


def call(amqp_uri: str, service: str, method: str, *, timeout: float = TIMEOUT_S, **arguments: Any) -> Any:
    """Calls a method of a service.

    Raises RpcTimeout after `timeout` seconds (the request expires as well, so that it is not carried out later),
    RpcUnavailable without such a method, service or broker, and RpcError for what the service itself refuses.
    """
    try:
        with ServiceRpcProxy(service, reached_at(amqp_uri), timeout=timeout) as proxy:
            options = {"delivery_mode": NON_PERSISTENT, "expiration": timeout}
            return _method(proxy, method, options)(**arguments)
    except RpcError:
        raise
    except RpcTimeout:
        raise
    except (UnknownService, MethodNotFound, RemoteError, *BROKER_ERRORS) as error:
        raise RpcUnavailable(f"{service}.{method}: {type(error).__name__}") from error


def _method(proxy: Any, method: str, options: dict[str, Any]) -> Any:
    proxy.options = options
    return getattr(proxy, method)
