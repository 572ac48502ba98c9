"""One OpenAPI document for tills, out of those of the services."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deploy.runner.environment import PROJECT, base
from deploy.runner.errors import RunnerError
from deploy.runner.files import write
from deploy.runner.services import SERVICES

TITLE = "Store edge"
SCHEMA_REF = "#/components/schemas/"


def merge(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One document of several services' documents.

    A schema that two services describe differently is kept twice, under the services' names.
    """
    # one whose parts were renamed differs by that too: hence again
    while clashing := _clashing(documents):
        documents = {service: _renamed(document, service, clashing) for service, document in documents.items()}
    components: dict[str, Any] = {}
    for document in documents.values():
        for kind, named in document.get("components", {}).items():
            components.setdefault(kind, {}).update(named)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1"},
        "tags": [{"name": service} for service in documents],
        "paths": {path: item for document in documents.values() for path, item in document["paths"].items()},
        "components": components,
    }


def write_merged(file: Path) -> None:
    """Asks the services for their documents and writes the merged one, unless that is newer than their code.

    Raises RunnerError.
    """
    if file.exists() and file.stat().st_mtime > max(p.stat().st_mtime for p in (PROJECT / "services").rglob("*.py")):
        return
    write(file, json.dumps(merge(_documents()), indent=1) + "\n")


def _documents() -> dict[str, dict[str, Any]]:
    """What the services say of themselves, in one process: most of the time goes into loading what they share."""
    words = [sys.executable, "-m", "services.chassis.openapi", *SERVICES]
    done = subprocess.run(words, cwd=PROJECT, env=base(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RunnerError(f"The services cannot describe their routes: {done.stderr.strip()}")
    documents: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return documents


def _clashing(documents: Mapping[str, Mapping[str, Any]]) -> set[str]:
    variants: dict[str, list[Any]] = {}
    for document in documents.values():
        for name, schema in _schemas(document):
            known = variants.setdefault(name, [])
            if schema not in known:
                known.append(schema)
    return {name for name, known in variants.items() if len(known) > 1}


def _schemas(document: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return found.items()


def _renamed(document: Mapping[str, Any], service: str, clashing: set[str]) -> dict[str, Any]:
    names = {name: f"{service}.{name}" for name in clashing}
    changed: dict[str, Any] = _with_refs(document, {SCHEMA_REF + old: SCHEMA_REF + new for old, new in names.items()})
    components = changed.get("components", {})
    if "schemas" in components:
        components["schemas"] = {names.get(name, name): schema for name, schema in components["schemas"].items()}
    return changed


def _with_refs(value: Any, refs: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: refs.get(part, part) if key == "$ref" and isinstance(part, str) else _with_refs(part, refs)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_with_refs(part, refs) for part in value]
    return value
