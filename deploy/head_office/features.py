"""What only head office can give while the store is online: offers, delivery, extensions, payments, customers."""

import hashlib
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from deploy.head_office.problems import Malformed, problem
from deploy.head_office.records import Records

COUPONS_BP = {"FEST10": 1000, "WELCOME5": 500}
DELIVERY_MINOR = 99_00
EXTENSIONS = {"HEM": ("Alteration: hem", 150_00), "CARE": ("Care plan, one year", 299_00)}


def quote(records: Records, body: dict[str, Any]) -> Response:
    """Discounts a line, delivery charge and extensions of a cart, and the live stock of its SKUs."""
    order_id, lines = body.get("order_id"), body.get("lines")
    if not isinstance(order_id, str) or not isinstance(lines, list):
        raise Malformed("order_id and lines are needed")
    coupon = body.get("coupon")
    if coupon is not None and coupon not in COUPONS_BP:
        return _refused("coupon_unknown", "This coupon is unknown.")
    unknown = [e for e in body.get("extensions", []) if e not in EXTENSIONS]
    if unknown:
        return _refused("extension_unknown", f"There is no extension {unknown[0]}.")
    basis = COUPONS_BP.get(str(coupon), 0)
    answer = {
        "quote_id": f"Q-{order_id}",
        "promotions": [{"code": coupon, "name": f"{basis / 100:g} % off"}] if basis else [],
        "lines": [_line(records, line, basis) for line in lines],
        "delivery_minor": DELIVERY_MINOR if body.get("fulfilment") == "delivery" else 0,
        "extensions": [_extension(code) for code in body.get("extensions", [])],
    }
    with records.change() as db:
        values = (order_id, json.dumps(answer))
        db.execute("insert or replace into quotes (order_id, body) values (?, ?)", values)
    return JSONResponse(answer)


def commit_quote(records: Records, order_id: str) -> Response:
    with records.change() as db:
        done = db.execute("update quotes set committed = 1 where order_id = ?", (order_id,)).rowcount
    if not done:
        return problem(404, "not-found")
    return JSONResponse({"order_id": order_id, "committed": True})


def create_intent(records: Records, body: dict[str, Any]) -> Response:
    """A payment that the customer confirms on a device; the stand-in captures it at once."""
    key, amount = body.get("key"), body.get("amount_minor")
    if not isinstance(key, str) or not isinstance(amount, int):
        raise Malformed("key and amount_minor are needed")
    if known := intent(records, key):
        return JSONResponse(known, 200)
    reference = f"PAY-{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}"
    value = {"key": key, "amount_minor": amount, "status": "captured", "reference": reference}
    with records.change() as db:
        db.execute("insert into intents values (?, ?)", (key, json.dumps(value)))
    return JSONResponse(value, 201)


def intent(records: Records, key: str) -> dict[str, Any] | None:
    row = records.one("select body from intents where key = ?", key)
    found: dict[str, Any] | None = json.loads(row["body"]) if row else None
    return found


def cancel_intent(records: Records, key: str) -> Response:
    known = intent(records, key)
    if known is None:
        return problem(404, "not-found")
    value = known | {"status": "cancelled"}
    with records.change() as db:
        db.execute("update intents set body = ? where key = ?", (json.dumps(value), key))
    return JSONResponse(value)


def patch_product(records: Records, product_id: str, changes: dict[str, Any]) -> Response:
    """Corrects a product's name or category; the next delta of products holds it."""
    row = records.one("select record from feed where name = 'products' and key = ? and deleted = 0", product_id)
    if row is None:
        return problem(404, "not-found")
    allowed = {k: v for k, v in changes.items() if k in ("name", "category") and isinstance(v, str) and v.strip()}
    if allowed != changes or not changes:
        return _refused("field_not_allowed", "Only name and category can be corrected.")
    record = json.loads(row["record"]) | allowed
    records.put_record("products", record)
    return JSONResponse(record)


def _line(records: Records, line: dict[str, Any], basis: int) -> dict[str, Any]:
    row = records.one("select record from feed where name = 'inventory' and key = ?", line.get("sku"))
    stock = json.loads(row["record"])["quantity"] if row else 0
    amount = int(line.get("amount_minor", 0))
    return {"sku": line.get("sku"), "discount_minor": amount * basis // 10_000, "stock": stock}


def _extension(code: str) -> dict[str, Any]:
    name, amount = EXTENSIONS[code]
    return {"code": code, "name": name, "amount_minor": amount}


def _refused(code: str, text: str) -> Response:
    return problem(422, "refused", reasons=[{"code": code, "text": text}])
