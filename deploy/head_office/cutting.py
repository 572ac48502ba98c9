"""Closing a connection without a word, as a cut line does."""

from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

CYCLE = "store.cycle"


class Cuttable:
    """Lets answers reach uvicorn's own connection, for a cut that no middleware turns into a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[CYCLE] = getattr(send, "__self__", None)
        await self._app(scope, receive, send)


class Cut(Response):
    """No answer: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        cycle: Any = scope[CYCLE]
        cycle.disconnected = True
        cycle.transport.abort()
