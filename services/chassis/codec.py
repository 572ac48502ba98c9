"""JSON for RPC without kombu's private type tags, which would build objects from what came over the wire."""

import json
from typing import Any


def dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def loads(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
