"""One description of the whole API."""

from typing import Any

from deploy.runner.openapi import merge


def document(path: str, schemas: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
    return {
        "paths": {path: {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": schemas, "securitySchemes": {"shift": {"type": "http"}}},
    }


PAGE = {"type": "object", "properties": {"items": {"$ref": "#/components/schemas/Item"}}}


def test_what_services_describe_alike_is_there_once() -> None:
    schemas = {"Page": PAGE, "Item": {"type": "string"}}
    merged = merge({"catalog": document("/api/catalog/x", schemas), "orders": document("/api/orders/x", schemas)})
    assert merged["components"]["schemas"] == schemas
    assert list(merged["paths"]) == ["/api/catalog/x", "/api/orders/x"]
    assert merged["openapi"] == "3.1.0"


def test_what_services_describe_differently_is_kept_apart_with_all_that_refers_to_it() -> None:
    merged = merge(
        {
            "catalog": document("/api/catalog/x", {"Page": PAGE, "Item": {"type": "string"}, "Only": {"type": "null"}}),
            "orders": document("/api/orders/x", {"Page": PAGE, "Item": {"type": "integer"}}),
        }
    )
    schemas = merged["components"]["schemas"]
    assert sorted(schemas) == ["Only", "catalog.Item", "catalog.Page", "orders.Item", "orders.Page"]
    assert schemas["orders.Page"]["properties"]["items"] == {"$ref": "#/components/schemas/orders.Item"}
    answer = merged["paths"]["/api/orders/x"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/orders.Page"}
