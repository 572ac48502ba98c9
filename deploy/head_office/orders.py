"""Taking orders, once each."""

import hashlib
import json
import sqlite3
from typing import Any

from starlette.responses import JSONResponse, Response

from deploy.head_office.dials import Dials
from deploy.head_office.problems import Malformed, problem
from deploy.head_office.records import Records

MOST_IDS, MOST_DOCUMENTS = 500, 50
PAGE = 500


def take(records: Records, dials: Dials, key: str, document: dict[str, Any]) -> Response:
    """201 for a new order, 200 for a replay, or the problem that says why not. Raises Malformed."""
    order_id = _order_id(document, key)
    answer = _taken(records, dials, key, document)
    records.note_post(order_id, key, fingerprint(document), answer.status_code)
    return answer


def _taken(records: Records, dials: Dials, key: str, document: dict[str, Any]) -> Response:
    order_id, print_ = document["order_id"], fingerprint(document)
    if records.cancellation(order_id):
        return _refused({"code": "cancelled", "text": "This order was cancelled."})
    stored = records.order(order_id)
    if stored is not None:
        return _known(stored, key, print_)
    if dials.strike("in_progress", "/v1/orders"):
        return problem(409, "in-progress")
    if reason := dials.refusal(order_id):
        return _refused(reason)
    stored = records.accept(document, key, print_)
    if dials.strike("forget", "/v1/orders"):
        records.forget(order_id)
    return JSONResponse(_told(stored, dials), 201, {"Location": f"/v1/orders/{order_id}"})


def fingerprint(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def told(row: sqlite3.Row) -> dict[str, Any]:
    """An order as head office tells of it."""
    names = ("order_id", "oms_id", "invoice_number", "total_minor", "accepted_at", "revision")
    return {name: row[name] for name in names} | {"cancelled": False}


def under(records: Records, order_id: str) -> list[dict[str, Any]]:
    """All that there is under an id: the order, or its cancellation."""
    order, gone = records.order(order_id), records.cancellation(order_id)
    found = [told(order)] if order else []
    if gone:
        found.append(
            {
                "order_id": order_id,
                "oms_id": "",
                "invoice_number": gone["invoice_number"] or "",
                "total_minor": 0,
                "accepted_at": gone["at"],
                "revision": 0,
                "cancelled": True,
            }
        )
    return found


def lookup(records: Records, body: dict[str, Any]) -> Response:
    return JSONResponse({"orders": [o for i in _ids(body, MOST_IDS) for o in under(records, i)]})


def documents(records: Records, body: dict[str, Any]) -> Response:
    """Accepted orders as they were sent."""
    found = [records.order(order_id) for order_id in _ids(body, MOST_DOCUMENTS)]
    return JSONResponse({"orders": [json.loads(row["document"]) for row in found if row]})


def of_day(records: Records, day: str, cursor: str | None) -> Response:
    after = int(cursor) if cursor and cursor.isdigit() else 0
    rows = records.all("select * from orders where business_date = ? and id > ? order by id limit ?", day, after, PAGE)
    following = str(rows[-1]["id"]) if len(rows) == PAGE else None
    return JSONResponse({"orders": [told(row) for row in rows], "next": following})


def cancel(records: Records, order_id: str, body: dict[str, Any]) -> Response:
    """Taken also for an id that was never seen; an order that was accepted is not cancelled this way."""
    if records.order(order_id):
        return _refused({"code": "already_accepted", "text": "The order was accepted: return it instead."})
    number = body.get("invoice_number")
    if not isinstance(number, str) or not number:
        raise Malformed("invoice_number is missing")
    records.cancel(order_id, number, body)
    return JSONResponse({"order_id": order_id, "cancelled": True})


def _ids(body: dict[str, Any], most: int) -> list[str]:
    ids = body.get("order_ids")
    if not isinstance(ids, list) or len(ids) > most:
        raise Malformed(f"order_ids: a list of at most {most}")
    return [str(one) for one in ids]


def _known(stored: sqlite3.Row, key: str, print_: str) -> Response:
    if stored["key"] != key:
        return problem(409, "already-accepted", order=told(stored))
    if stored["fingerprint"] != print_:
        return problem(422, "key-reused")
    return JSONResponse(told(stored), 200)


def _refused(reason: dict[str, Any]) -> Response:
    return problem(422, "refused", reasons=[reason])


def _told(stored: sqlite3.Row, dials: Dials) -> dict[str, Any]:
    answer = told(stored)
    if dials.strike("other_order", "/v1/orders"):
        answer["order_id"] = "00000000-0000-7000-8000-000000000000"
    if dials.strike("wrong_amount", "/v1/orders"):
        answer["total_minor"] += 1
    return answer


def _order_id(document: dict[str, Any], key: str) -> str:
    """The id of an order that has all that is kept of it."""
    try:
        order_id, revision, lines = document["order_id"], document["revision"], document["lines"]
        words = order_id, document["invoice"]["number"], document["business_date"], *(line["sku"] for line in lines)
        numbers = revision, document["totals"]["total_minor"], *(line["quantity"] for line in lines)
    except (KeyError, TypeError) as error:
        raise Malformed(f"{error} is missing") from error
    if not all(isinstance(word, str) and word for word in words):
        raise Malformed("order_id, invoice.number, business_date and lines.sku are words")
    if not all(type(number) is int for number in numbers):
        raise Malformed("revision, totals.total_minor and lines.quantity are whole numbers")
    if key != f"{order_id}:{revision}":
        raise Malformed("Idempotency-Key is order_id:revision")
    return str(order_id)
