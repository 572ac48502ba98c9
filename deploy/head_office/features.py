"""What only head office can give while the store is online: offers, delivery, extensions, payments, customers."""

import hashlib
import json
from typing import Any, TypeGuard, TypeVar

from starlette.responses import JSONResponse, Response

from deploy.head_office.dials import Dials
from deploy.head_office.problems import Malformed, problem
from deploy.head_office.records import Records

COUPONS_BP = {"FEST10": 1000, "WELCOME5": 500}
DELIVERY_MINOR = 99_00
MOST_SKUS = 100
T = TypeVar("T")
EXTENSIONS = {"HEM": ("Alteration: hem", 150_00), "CARE": ("Care plan, one year", 299_00)}


def quote(records: Records, body: dict[str, Any]) -> Response:
    """Discounts and extensions of lines, the delivery charge of a cart, and the live stock of its SKUs."""
    order_id, lines = body.get("order_id"), body.get("lines")
    if not isinstance(order_id, str) or not _are(lines, dict):
        raise Malformed("order_id and lines are needed")
    coupon = body.get("coupon")
    if coupon is not None and str(coupon) not in COUPONS_BP:
        return _refused("coupon_unknown", "This coupon is unknown.")
    wanted = [(line, code) for line in lines for code in _extensions(line)]
    if unknown := [code for _, code in wanted if code not in EXTENSIONS]:
        return _refused("extension_unknown", f"There is no extension {unknown[0]}.")
    basis = COUPONS_BP.get(str(coupon), 0)
    answer = {
        "quote_id": f"Q-{order_id}",
        "promotions": [{"code": coupon, "name": f"{basis / 100:g} % off"}] if basis else [],
        "lines": [_line(records, line, basis) for line in lines],
        "delivery_minor": DELIVERY_MINOR if body.get("fulfilment") == "delivery" else 0,
        "extensions": [_extension(line, code) for line, code in wanted],
    }
    with records.change() as db:
        values = (order_id, json.dumps(answer))
        db.execute("insert or replace into quotes (order_id, body) values (?, ?)", values)
    return JSONResponse(answer)


def stock(records: Records, skus: list[str]) -> list[dict[str, Any]]:
    """How many there are of each article that is known."""
    if not 0 < len(skus) <= MOST_SKUS:
        raise Malformed("from 1 to 100 skus are asked for")
    found = {sku: _left(records, sku) for sku in skus}
    return [{"sku": sku, "quantity": left} for sku, left in found.items() if left is not None]


def commit_quote(records: Records, order_id: str) -> Response:
    with records.change() as db:
        done = db.execute("update quotes set committed = 1 where order_id = ?", (order_id,)).rowcount
    if not done:
        return problem(404, "not-found")
    return JSONResponse({"order_id": order_id, "committed": True})


def create_intent(records: Records, dials: Dials, body: dict[str, Any]) -> Response:
    """A payment that the customer confirms on a device; the stand-in does so at once, unless a dial has it wait."""
    key, amount = body.get("key"), body.get("amount_minor")
    if not isinstance(key, str) or type(amount) is not int:
        raise Malformed("key and amount_minor are needed")
    if known := intent(records, dials, key):
        return JSONResponse(known, 200)
    reference = f"PAY-{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}"
    value = {"key": key, "amount_minor": amount, "status": "pending", "reference": reference}
    with records.change() as db:
        db.execute("insert into intents values (?, ?)", (key, json.dumps(value)))
    return JSONResponse(intent(records, dials, key), 201)


def intent(records: Records, dials: Dials, key: str) -> dict[str, Any] | None:
    """How a payment stands; one that waits is captured when no dial has it wait."""
    known = _stored(records, key)
    if known and known["status"] == "pending" and not dials.strike("payment_pending", "/v1/payment-intents"):
        return _put(records, known | {"status": "captured"})
    return known


def cancel_intent(records: Records, key: str) -> Response:
    known = _stored(records, key)
    if known is None:
        return problem(404, "not-found")
    return JSONResponse(_put(records, known | {"status": "cancelled"}))


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


def _stored(records: Records, key: str) -> dict[str, Any] | None:
    row = records.one("select body from intents where key = ?", key)
    found: dict[str, Any] | None = json.loads(row["body"]) if row else None
    return found


def _put(records: Records, value: dict[str, Any]) -> dict[str, Any]:
    with records.change() as db:
        db.execute("update intents set body = ? where key = ?", (json.dumps(value), value["key"]))
    return value


def _are(values: Any, kind: type[T]) -> TypeGuard[list[T]]:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _line(records: Records, line: dict[str, Any], basis: int) -> dict[str, Any]:
    sku, amount = line.get("sku"), line.get("amount_minor")
    if not isinstance(sku, str) or type(amount) is not int:
        raise Malformed("lines have a sku and an amount_minor")
    return {"sku": sku, "discount_minor": amount * basis // 10_000, "stock": _left(records, sku) or 0}


def _left(records: Records, sku: str) -> int | None:
    row = records.one("select record from feed where name = 'inventory' and key = ?", sku)
    return int(json.loads(row["record"])["quantity"]) if row else None


def _extensions(line: dict[str, Any]) -> list[str]:
    found = line.get("extensions") or []
    if not _are(found, str) or type(line.get("quantity")) is not int:
        raise Malformed("lines have a quantity, and codes as extensions")
    return found


def _extension(line: dict[str, Any], code: str) -> dict[str, Any]:
    """Each piece of a line is extended."""
    name, amount = EXTENSIONS[code]
    return {"sku": line["sku"], "code": code, "name": name, "amount_minor": amount * line["quantity"]}


def _refused(code: str, text: str) -> Response:
    return problem(422, "refused", reasons=[{"code": code, "text": text}])
