"""Answers of head office: JSON, and problems that are told apart by their type."""

from typing import Any

from starlette.responses import JSONResponse

TYPE = "https://store-edge.example/problems/"


def problem(status: int, kind: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """An RFC 9457 problem."""
    body = {"type": TYPE + kind, "title": kind.replace("-", " ").capitalize(), "status": status} | more
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class Malformed(Exception):
    """A request without what it needs; the text says what."""
