"""The stand-in honours docs/head-office-api.yaml, field by field, and the port asks for nothing else."""

import inspect
import json
import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from head_office_process import SKU, Process, order
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from services.head_office.port import HeadOffice

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs/head-office-api.yaml").read_text())
METHODS = ("get", "post", "put", "patch")
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
NEW, CUSTOMER = str(uuid.uuid4()), str(uuid.uuid4())
LINE = {"sku": SKU, "quantity": 1, "amount_minor": 99_900}
CART = {"lines": [LINE], "fulfilment": "delivery", "coupon": "FEST10"}
VOIDED = {
    "order_id": NEW,
    "invoice_number": "1A010001",
    "business_date": "2026-04-15",
    "reason": "Wrong size",
    "goods_back": True,
    "refund": [{"payment_mode": "CASH", "amount_minor": 99_900}],
}
WISH = {"key": f"{NEW}:1", "amount_minor": 99_900, "payment_mode": "LINK"}


def conforms(schema: Any, value: Any) -> None:
    whole = schema | {"components": DOCUMENT["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def answer_schema(operation: dict[str, Any], status: int, kind: str) -> Any:
    """What the document promises for this status of an operation."""
    promised = operation["responses"].get(str(status)) or operation["responses"]["default"]
    if "$ref" in promised:
        promised = DOCUMENT["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    return promised["content"][kind]["schema"]


def whole_order() -> dict[str, Any]:
    """An order with all that the document asks for."""
    paid = {"n": 1, "payment_mode": "CASH", "kind": "cash", "amount_minor": 99_900, "status": "paid"}
    return order(revision=1, placed_at="2026-04-15T06:31:00Z", currency="INR", payments=[paid])


class Asked:
    """Requests that must be as the document says, and whose answers must be too."""

    def __init__(self, office: Process) -> None:
        self._office = office
        self._client = httpx2.Client(base_url=office.url, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def __call__(self, name: str, expected: int, body: Any = None, **more: Any) -> Any:
        method, path, operation = OPERATIONS[name]
        if body is not None:
            conforms(operation["requestBody"]["content"]["application/json"]["schema"], body)
        headers = {"Authorization": f"Bearer {self._office.token}"} | more.pop("headers", {})
        answer = self._client.request(
            method, path.format(**more), json=body, headers=headers, params=more.get("query", {})
        )
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert answer.status_code == expected
        conforms(answer_schema(operation, expected, kind), answer.json())
        return answer.json()

    def order(self, document: dict[str, Any], expected: int) -> Any:
        key = f"{document['order_id']}:{document['revision']}"
        return self("send_order", expected, document, headers={"Idempotency-Key": key})


@pytest.fixture
def ask(head_office):
    asked = Asked(head_office)
    yield asked
    asked.close()


def test_b15_the_document_is_valid_openapi():
    validate(DOCUMENT)


def test_b15_each_operation_is_a_question_of_the_port_and_the_other_way_round():
    port = {name for name, _ in inspect.getmembers(HeadOffice, inspect.isfunction) if not name.startswith("_")}
    assert set(OPERATIONS) == port


def test_b15_orders_are_answered_as_the_document_says(ask, head_office):
    document = whole_order()
    order_id = document["order_id"]
    ask.order(document, 201)
    ask.order(document, 200)
    assert ask.order(document | {"revision": 2}, 409)["order"]["order_id"] == order_id
    ask.order(document | {"note": "other"}, 422)
    ask("order", 200, order_id=order_id)
    ask("order", 404, order_id=NEW)
    ask("lookup", 200, {"order_ids": [order_id]})
    assert ask("documents", 200, {"order_ids": [order_id, NEW]})["orders"] == [document]
    ask("orders_of_day", 200, query={"business_date": "2026-04-15"})
    ask("cancel", 422, VOIDED | {"order_id": order_id}, order_id=order_id)
    ask("cancel", 200, VOIDED, order_id=NEW)
    assert ask("order", 200, order_id=NEW)["orders"][0]["cancelled"]
    head_office.wrong("in_progress")
    ask.order(whole_order(), 409)


def test_b15_everything_else_is_answered_as_the_document_says(ask):
    ask("probe", 200)
    ask("store", 200)
    ask("heads", 200)
    ask("open_kept", 200, {"files": [{"name": f"{NEW}.done", "text": "{}"}]})
    code = ask("put_customer", 200, {"customer_id": CUSTOMER, "name": "Meera"}, customer_id=CUSTOMER)["code"]
    ask("stock", 200, query={"sku": [SKU, "NOSUCH"]})
    ask("stock", 400)
    ask("customer_by_code", 200, code=code)
    ask("customer_by_code", 404, code="NOBODY")
    ask("put_session", 200, {"session_id": NEW, "status": "open", "orders": 3}, session_id=NEW)
    ask("quote", 200, CART | {"order_id": NEW, "lines": [LINE | {"extensions": ["HEM"]}]})
    ask("quote", 422, CART | {"order_id": NEW, "coupon": "NOSUCH"})
    ask("commit_quote", 200, order_id=NEW)
    ask("create_payment", 201, WISH)
    ask("create_payment", 200, WISH)
    ask("payment", 200, key=WISH["key"])
    ask("cancel_payment", 200, key=WISH["key"])
    ask("update_product", 404, {"name": "Kurta"}, product_id="P0")
    ask("update_product", 200, {"name": "Kurta"}, product_id="P00001")


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": 7},
        {"revision": "1"},
        {"lines": None},
        {"lines": [{"sku": SKU}]},
        {"lines": [{"sku": {}, "quantity": 1}]},
        {"lines": [{"sku": SKU, "quantity": 1.5}]},
        {"invoice": {}},
        {"invoice": {"number": "\ud800"}},
        {"totals": {"total_minor": 999.0}},
        {"totals": {"total_minor": True}},
        {"totals": {"total_minor": 2**63}},
        {"revision": 3},
    ],
)
def test_b15_what_is_no_order_is_malformed_and_not_kept(head_office, change):
    document = whole_order()
    headers = {"Authorization": f"Bearer {head_office.token}", "Idempotency-Key": f"{document['order_id']}:1"}
    content = json.dumps(document | change)
    answer = head_office.admin.post("/v1/orders", content=content, headers=headers)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "malformed")
    conforms(named("Problem"), answer.json())
    assert head_office.accepted(document["order_id"]) == 0


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [("unauthorised", None, 401), ("retry_after", 5, 429), ("status", 500, 500), ("status", 503, 503)],
)
def test_b15_troubles_are_problems_too(ask, head_office, kind, value, status):
    head_office.wrong(kind, value)
    ask("store", status)


@pytest.mark.parametrize(
    ("name", "record"),
    [("products", "Product"), ("inventory", "Stock"), ("payment-modes", "PaymentMode"), ("staff", "StaffMember")],
)
def test_b15_each_line_of_a_feed_is_as_the_document_says(head_office, name, record):
    headers = {"Authorization": f"Bearer {head_office.token}"}
    answer = httpx2.get(f"{head_office.url}/v1/feeds/{name}", headers=headers, trust_env=False)
    first, *records, last = [json.loads(line) for line in answer.text.splitlines()]
    conforms(named("FeedFirst"), first)
    conforms(named("FeedLast"), last)
    for line in records:
        conforms(named("Tombstone" if line.get("deleted") else record), line)
    assert first["count"] == len(records)
