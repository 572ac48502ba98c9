"""The OpenAPI 3.1 document of a service, read off its routes."""

import json
import re
import sys
from importlib import import_module
from typing import Any, get_origin

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from services.chassis.errors import Forbidden, InvalidInput, NotFound, ServiceError, Unauthorized, Unavailable
from services.chassis.http import specs
from services.chassis.replies import JSON, PROBLEM, InternalError, Raw, Reply
from services.chassis.routes import PayloadTooLarge, RouteSpec, UnsupportedMediaType
from services.chassis.tokens import SERVICE

VERSION = "3.1.0"
REF = "#/components/schemas/{model}"

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "details": {"type": "object"},
        "instance": {"type": "string"},
    },
}


def document(service: str, door: type) -> dict[str, Any]:
    """The OpenAPI document of the routes that tills may use."""
    components: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    paths: dict[str, Any] = {}
    for spec in specs(door):
        if SERVICE not in spec.roles:
            paths.setdefault(spec.path, {})[spec.method.lower()] = _operation(service, spec, components)
    return {
        "openapi": VERSION,
        "info": {"title": f"Store edge: {service}", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"shift": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(service: str, spec: RouteSpec, components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{service}_{spec.function.__name__}",
        "tags": [service],
        "summary": spec.summary,
        "parameters": [*_path_parameters(spec, components), *_query_parameters(spec, components)],
        "responses": _responses(spec, components),
    }
    if spec.roles:
        operation["security"] = [{"shift": []}]
    if "body" in spec.parameters:
        schema = _schema(TypeAdapter(spec.hints["body"]), components, "validation")
        operation["requestBody"] = {"required": spec.needs_body, "content": {JSON: {"schema": schema}}}
    return operation


def _path_parameters(spec: RouteSpec, components: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _schema(adapter, components, "validation")}
        for name, adapter in spec.path_types.items()
    ]


def _query_parameters(spec: RouteSpec, components: dict[str, Any]) -> list[dict[str, Any]]:
    if "query" not in spec.parameters:
        return []
    schema = TypeAdapter(spec.hints["query"]).json_schema(ref_template=REF)
    components.update(schema.pop("$defs", {}))
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema["properties"].items()
    ]


def _responses(spec: RouteSpec, components: dict[str, Any]) -> dict[str, Any]:
    hint = spec.answer
    responses: dict[str, Any] = {}
    if spec.media_type:
        content: Any = {spec.media_type: {"schema": {"type": "string"}}}
        responses[str(spec.status)] = {"description": spec.summary, "content": content}
    elif hint is type(None):
        responses["204"] = {"description": spec.summary}
    else:
        schema = {} if hint in (Reply, Raw) else _schema(spec.result, components, "serialization")
        for status in (spec.status, *spec.also):
            responses[str(status)] = {"description": spec.summary, "content": {JSON: {"schema": schema}}}
    for status, errors in _by_status(_errors(spec)).items():
        codes = ", ".join(sorted({e.code for e in errors}))
        content = {PROBLEM: {"schema": {"$ref": REF.format(model="Problem")}}}
        responses[str(status)] = {"description": codes, "content": content}
    return responses


def _errors(spec: RouteSpec) -> list[type[ServiceError]]:
    general: list[type[ServiceError]] = [*spec.errors, Unavailable, InternalError]
    if spec.roles:
        general += [Unauthorized, Forbidden]
    if "body" in spec.parameters:
        general += [InvalidInput, PayloadTooLarge, UnsupportedMediaType]
    if "query" in spec.parameters:
        general += [InvalidInput]
    if re.search("{", spec.path):
        general += [InvalidInput, NotFound]
    return general


def _by_status(errors: list[type[ServiceError]]) -> dict[int, list[type[ServiceError]]]:
    grouped: dict[int, list[type[ServiceError]]] = {}
    for error in errors:
        grouped.setdefault(error.status, []).append(error)
    return grouped


def _schema(adapter: TypeAdapter[Any], components: dict[str, Any], mode: JsonSchemaMode) -> dict[str, Any]:
    schema = adapter.json_schema(ref_template=REF, mode=mode)
    components.update(schema.pop("$defs", {}))
    name = schema.get("title")
    if name and schema.get("type") == "object" and get_origin(adapter) is None:
        components[name] = schema
        return {"$ref": REF.format(model=name)}
    return schema


def main(services: list[str]) -> None:
    """`python -m services.chassis.openapi SERVICE ...`: the documents by service."""
    doors = {service: import_module(f"services.{service}.routes").Door for service in services}
    sys.stdout.write(json.dumps({service: document(service, door) for service, door in doors.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
