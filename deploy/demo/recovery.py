"""The recovery desk: some refused orders are cured, the others made void."""

from typing import Any

from deploy.demo.people import People
from services.chassis.ids import new_id


def cure(people: People, order_id: str) -> None:
    """Names head office's SKU for each line, as a correction beside the order as printed."""
    order = people.manager.get(f"/api/orders/orders/{order_id}")
    lines = [{"line_no": line["line_no"], "oms_sku": line["sku"]} for line in order["document"]["lines"]]
    body = {"wish_id": str(new_id()), "reason": "Head office renamed the article", "lines": lines}
    people.manager.post(f"/api/orders/orders/{order_id}/corrections", body)


def void(people: People, order_id: str) -> None:
    """An associate asks, a manager approves."""
    order = people.manager.get(f"/api/orders/orders/{order_id}")
    seller, number = order["document"]["seller"]["code"], order["document"]["invoice"]["number"]
    approval_id = str(new_id())
    approval: dict[str, Any] = {"action": "void_after_print", "subject": number, "asked_by": seller}
    reason = {"reason": "The customer brought it back"}
    people.manager.post("/api/orders/approvals", approval | reason | {"approval_id": approval_id, "order_id": order_id})
    wish = {"wish_id": str(new_id()), "goods_back": True, "approval_id": approval_id}
    people.tills[0].api.post(f"/api/orders/orders/{order_id}/void", wish | reason)
