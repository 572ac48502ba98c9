"""What other services may ask is what the contracts say: every procedure, what it takes and what it gives."""

import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import TypeAdapter

from services.catalog.service import Worker as Catalog
from services.chassis.rpc import Procedure, arguments_of
from services.orders.service import Worker as Orders
from services.sessions.service import Worker as Sessions
from services.sync.service import Worker as Sync

SERVICES = Path(__file__).parents[2] / "services"


def offered(worker: type) -> dict[str, Any]:
    """The procedures that a service adds to what every worker offers."""
    return {name: _procedure(function) for name, function in vars(worker).items() if _is_procedure(function)}


def _is_procedure(function: Any) -> bool:
    return any(isinstance(e, Procedure) for e in getattr(function, "nameko_entrypoints", ()))


def _procedure(function: Any) -> dict[str, Any]:
    given = get_type_hints(function, include_extras=True)["return"]
    result = TypeAdapter(given).json_schema(mode="serialization")
    return {"arguments": arguments_of(function).model_json_schema(), "result": result}


@pytest.mark.parametrize("worker", [Catalog, Orders, Sync, Sessions], ids=lambda worker: worker.name)
def test_b15_the_procedures_are_what_the_contract_says(worker: Any) -> None:
    """After a change on purpose: `PYTHONPATH=. python tests/contract/test_procedures.py`."""
    assert offered(worker) == json.loads(contract(worker).read_text())


@pytest.mark.parametrize("worker", [Catalog, Orders, Sync, Sessions], ids=lambda worker: worker.name)
def test_b15_t29_no_procedure_believes_who_its_caller_says_to_be(worker: Any) -> None:
    told = {name: procedure["arguments"]["properties"] for name, procedure in offered(worker).items()}
    assert [name for name, arguments in told.items() if arguments.keys() & {"by", "who", "staff_code", "role"}] == []


def contract(worker: Any) -> Path:
    return SERVICES / worker.name / "contracts/rpc.v1.json"


if __name__ == "__main__":
    for service in (Catalog, Orders, Sync, Sessions):
        contract(service).write_text(json.dumps(offered(service), indent=1) + "\n")
