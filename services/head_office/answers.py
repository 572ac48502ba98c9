"""How an HTTP answer of head office is read: problems by their type, never by status alone."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from services.head_office.port import (
    Absent,
    Accepted,
    Booked,
    Busy,
    Failed,
    Head,
    Heads,
    InProgress,
    KeyReused,
    NoAnswer,
    Opened,
    Reason,
    Refused,
    Superseded,
    Trouble,
    Unauthorised,
    Unfit,
    Unreachable,
)

LEAST_RETRY_S, MOST_RETRY_S = 1.0, 900.0
MAX_REASONS, MAX_REASON_TEXT, MAX_CODE = 20, 500, 64
MAX_WORD = 200
# what a column of whole numbers holds, and what a page can count
MAX_NUMBER = 2**31 - 1
MAX_WHOLE = 2**53 - 1
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
CAPTIVE_PORTAL = "captive_portal"

Problem = Mapping[str, Any]


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, between 1 and 900; None where the header is missing or says nothing that can be meant."""
    if value is None:
        return None
    seconds = _seconds(value.strip(), now)
    return None if seconds is None else min(MOST_RETRY_S, max(LEAST_RETRY_S, seconds))


def skew(date_header: str | None, now: datetime) -> float | None:
    """Our clock less theirs in seconds, by their Date header."""
    theirs = _date(date_header or "")
    return (now - theirs).total_seconds() if theirs else None


def problem_type(problem: Problem | None) -> str:
    """The last part of a problem's type, such as `refused` or `in-progress`."""
    return str((problem or {}).get("type", "")).rstrip("/").rpartition("/")[2].rpartition(":")[2]


def trouble(status: int, content_type: str, problem: Problem | None, after: float | None) -> Trouble | None:
    """What is wrong in a way that has nothing to do with the request itself."""
    kind = problem_type(problem)
    if kind == "superseded":
        return Superseded()
    if is_portal(status, content_type):
        return Unreachable(CAPTIVE_PORTAL)
    if status in BUSY:
        return Busy(after, in_doubt=status == HTTPStatus.SERVICE_UNAVAILABLE and problem is None)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Unauthorised()
    return Failed(status) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None


def refusal(problem: Problem | None) -> Refused | Absent | InProgress | KeyReused | Unfit:
    """What a problem says of the request."""
    kind = problem_type(problem)
    if kind == "refused":
        return Refused(_reasons((problem or {}).get("reasons")))
    simple: dict[str, Absent | InProgress | KeyReused] = {
        "not-found": Absent(),
        "in-progress": InProgress(),
        "key-reused": KeyReused(),
    }
    return simple.get(kind) or Unfit(kind or "unknown_problem")


def accepted(body: Any, *, replay: bool = False) -> Accepted | Unfit:
    """An order as head office has it."""
    try:
        return Accepted(
            order_id=_word(body["order_id"]),
            oms_id=_word(body["oms_id"]),
            invoice_number=_word(body["invoice_number"]),
            total_minor=whole(body["total_minor"]),
            accepted_at=_moment(body["accepted_at"]),
            revision=_revision(body.get("revision")),
            replay=replay,
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return Unfit("answer_unreadable")


def fitting(answer: Accepted | Unfit, document: Problem) -> Accepted | Unfit:
    """Only an answer about this order, with this amount and this number, is one."""
    if isinstance(answer, Unfit):
        return answer
    sent = (document["order_id"], document["totals"]["total_minor"], document["invoice"]["number"])
    if (answer.order_id, answer.total_minor, answer.invoice_number) != sent:
        return Unfit("answer_does_not_match")
    return answer


def single(body: Any, order_id: str) -> Accepted | Absent | Unfit:
    """The one order under an id that is not cancelled."""
    orders = body.get("orders") if isinstance(body, dict) else None
    if not isinstance(orders, list):
        return Unfit("answer_unreadable")
    live = [o for o in orders if isinstance(o, dict) and not o.get("cancelled")]
    if not live:
        return Absent()
    if len(live) > 1:
        return Unfit("more_than_one_order")
    found = accepted(live[0], replay=True)
    if isinstance(found, Accepted) and found.order_id != order_id:
        return Unfit("answer_does_not_match")
    return found


def booked(body: Mapping[str, Any]) -> list[Booked]:
    """Orders as head office lists them. Raises NoAnswer."""
    try:
        return [_booked(order) for order in body["orders"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise NoAnswer("answer_unreadable") from error


def heads(body: Mapping[str, Any]) -> Heads:
    """Heads of chains as head office lists them. Raises NoAnswer."""
    try:
        return Heads(whole(body["epoch"], MAX_NUMBER), tuple(_head(head) for head in body["heads"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise NoAnswer("answer_unreadable") from error


def opened(body: Mapping[str, Any]) -> list[Opened]:
    """Files of tills as head office opened them. Raises NoAnswer."""
    try:
        return [_opened(one) for one in body["files"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise NoAnswer("answer_unreadable") from error


def documents(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Orders as they were sent. Raises NoAnswer."""
    try:
        found = [dict(order) | {"order_id": _word(order["order_id"])} for order in body["orders"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer("answer_unreadable") from error
    return found


def is_portal(status: int, content_type: str) -> bool:
    """Whether somebody on the way answered: head office speaks JSON; its gateway may not when it fails."""
    if status in (HTTPStatus.NO_CONTENT, *BUSY):
        return False
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED or 300 <= status < 400:  # noqa: PLR2004  a redirect
        return True
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and "json" not in content_type


def _head(head: Mapping[str, Any]) -> Head:
    numbers = whole(head["epoch"], MAX_NUMBER), whole(head["sequence"], MAX_NUMBER)
    return Head(_word(head["chain"]), _word(head["name"]), *numbers, _word(head["hash"]))


def _opened(one: Mapping[str, Any]) -> Opened:
    problem = one["problem"]
    return Opened(_word(one["name"]), one.get("content"), None if problem is None else _word(problem))


def _booked(order: Mapping[str, Any]) -> Booked:
    cancelled = bool(order.get("cancelled"))
    return Booked(
        order_id=_word(order["order_id"]),
        # one that was cancelled before it came has no name of theirs
        oms_id=_word(order["oms_id"] or "-") if cancelled else _word(order["oms_id"]),
        invoice_number=_word(order["invoice_number"]),
        total_minor=whole(order["total_minor"]),
        cancelled=cancelled,
    )


def _reasons(value: Any) -> tuple[Reason, ...]:
    items = value if isinstance(value, list) else []
    return tuple(_reason(item) for item in items[:MAX_REASONS] if isinstance(item, dict))


def _reason(item: Mapping[str, Any]) -> Reason:
    line = item.get("line_no")
    code, text = _printable(item.get("code", "unknown"))[:MAX_CODE], _printable(item.get("text", ""))[:MAX_REASON_TEXT]
    return Reason(code, text, line if isinstance(line, int) else None)


def _printable(value: Any) -> str:
    """Text without what no table keeps and no page shows."""
    return "".join(c for c in str(value) if c.isprintable())


def _seconds(value: str, now: datetime) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        moment = _date(value)
        return (moment - now).total_seconds() if moment else None
    return seconds if math.isfinite(seconds) else None


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def whole(value: Any, most: int = MAX_WHOLE) -> int:
    """A whole number that can be kept. Raises TypeError for anything else, for money is never a float."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > most:
        raise TypeError("no whole number")
    return value


def _revision(value: Any) -> int | None:
    if value is not None and not 1 <= whole(value) <= MAX_NUMBER:
        raise ValueError("no revision of ours")
    return None if value is None else whole(value)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_WORD or not value.isprintable():
        raise TypeError("no word")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.astimezone(UTC)
