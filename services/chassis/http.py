"""Typed routes as nameko serves them."""

import contextlib
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import eventlet
import structlog
from eventlet import wsgi
from eventlet.event import Event as Done
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import HttpOnlyProtocol, WebServer, parse_address
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from services.chassis import metrics
from services.chassis.errors import NotFound, ServiceError, TimedOut
from services.chassis.ids import new_id
from services.chassis.replies import known, problem, respond
from services.chassis.routes import RouteSpec, principal_of
from services.chassis.tokens import Authenticator

REQUEST_ID = "X-Request-Id"
IDLE_CONNECTION_S = 75
SPEC_ATTRIBUTE = "route_spec"


class MethodNotAllowedHere(ServiceError):
    """Only {allowed} is possible at this address."""

    code = "method_not_allowed"
    status = 405


class Application:
    """The WSGI application over a service's typed routes; errors are problems, always."""

    def __init__(self, routes: Iterable[tuple[RouteSpec, Callable[[Request], Response]]]) -> None:
        rules = [Rule(s.rule, methods=[s.method], endpoint=handle) for s, handle in routes]
        self._map = Map(rules, redirect_defaults=False, merge_slashes=False, strict_slashes=True)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        environ["eventlet.minimum_write_chunk_size"] = 0
        instance = request_id(request)
        response = self._answer(request, environ, instance)
        response.headers[REQUEST_ID] = instance
        response.headers.setdefault("Cache-Control", "no-store")
        return response(environ, start_response)

    def _answer(self, request: Request, environ: dict[str, Any], instance: str) -> Response:
        try:
            handle, values = self._map.bind_to_environ(environ).match()
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            refused = problem(MethodNotAllowedHere(allowed=allowed), instance)
            refused.headers["Allow"] = allowed
            return refused
        except (NoRoute, HTTPException):
            return problem(NotFound(what="address"), instance)
        request.path_values = values  # type: ignore[attr-defined]
        answer: Response = handle(request)
        return answer


def request_id(request: Request) -> str:
    """The id under which this request is logged: the gateway's, or a new one."""
    if "store.request_id" not in request.environ:
        given = request.headers.get(REQUEST_ID, "")
        request.environ["store.request_id"] = given if given.isalnum() and len(given) <= 64 else new_id().hex  # noqa: PLR2004
    return str(request.environ["store.request_id"])


class QuietProtocol(HttpOnlyProtocol):
    """Says nothing of server and version, and logs no request: the gateway does."""

    server_version = "store"
    sys_version = ""

    def log_message(self, *_: Any) -> None:
        """Keeps what a client sent out of the logs."""


class DoorServer(WebServer):
    """nameko's web server on a port of its own, with our application."""

    _starting: bool

    @property
    def bind_addr(self) -> Any:
        return parse_address(self.container.config["WEB_SERVER_ADDRESS"])

    def start(self) -> None:
        if self._starting:
            return
        self._starting = True
        self._sock = eventlet.listen(self.bind_addr, backlog=512, reuse_port=False)
        self._sock.settimeout(None)
        self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app(), protocol=QuietProtocol)
        self._gt = self.container.spawn_managed_thread(self.run)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, protocol: Any = QuietProtocol, debug: bool = False) -> Any:
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=_Silence(),
            socket_timeout=IDLE_CONNECTION_S,
        )

    def get_wsgi_app(self) -> Application:
        return Application((provider.spec, provider.handle_request) for provider in self._providers)

    def process_request(self, sock: Any, address: Any) -> None:
        """One connection; whatever a client does to it ends this connection only."""
        with contextlib.suppress(OSError, EOFError, ValueError):
            super().process_request(sock, address)


class _Silence:
    def write(self, _text: str) -> None:
        """Drops what eventlet says of single requests."""


class Route(HttpRequestHandler):
    """A nameko entrypoint for a typed route."""

    server = DoorServer()

    def __init__(self, spec: RouteSpec, **kwargs: Any) -> None:
        self.spec = spec
        super().__init__(spec.method, spec.rule, **kwargs)

    def handle_request(self, request: Request) -> Response:
        instance = request_id(request)
        app = self.container.config["app"]
        structlog.contextvars.bind_contextvars(request_id=instance)

        def call(arguments: dict[str, Any]) -> Any:
            done = Done()
            self.container.spawn_worker(self, (), arguments, handle_result=partial(self.handle_result, done))
            with eventlet.Timeout(self.spec.timeout, TimedOut()):
                return done.wait()

        return answer(self.container.service_name, self.spec, request, app.authenticator, call)


def answer(
    service: str,
    spec: RouteSpec,
    request: Request,
    authenticator: Authenticator,
    call: Callable[[dict[str, Any]], Any],
) -> Response:
    """Decodes, checks who asks, calls the method, encodes."""
    started, outcome = time.monotonic(), "ok"
    try:
        principal = principal_of(spec, request, authenticator)
        result = call(spec.arguments(request, request.path_values, principal))  # type: ignore[attr-defined]
        return respond(result, spec.result, spec.status)
    except Exception as error:  # noqa: BLE001
        shown = known(error)
        outcome = shown.code
        return problem(shown, request_id(request))
    finally:
        name = spec.function.__name__
        metrics.REQUESTS.labels(service, name, outcome).observe(time.monotonic() - started)


def route(
    method: str,
    path: str,
    *,
    roles: tuple[str, ...],
    status: int = 200,
    errors: tuple[type[ServiceError], ...] = (),
    summary: str = "",
    media_type: str | None = None,
    timeout: float = 10,
    also: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a method a route; see RouteSpec.

    `media_type` is what a method that returns Raw gives; `also` are other statuses that a Reply may have.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        text = summary or (function.__doc__ or "").strip().split("\n")[0]
        spec = RouteSpec(method, path, roles, function, status, errors, text, media_type, timeout, also)
        expected = (ServiceError,)
        entry = Route.decorator(spec, expected_exceptions=expected)(function)
        setattr(entry, SPEC_ATTRIBUTE, spec)
        return entry

    return decorate


def specs(door: type) -> list[RouteSpec]:
    """The routes of a door class, in the order of their paths."""
    methods = (method for part in door.__mro__ for method in vars(part).values())
    found = [getattr(method, SPEC_ATTRIBUTE) for method in methods if hasattr(method, SPEC_ATTRIBUTE)]
    return sorted(found, key=lambda s: (s.path, s.method))
