"""The adapter for head offices that honour docs/head-office-api.yaml."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote as escaped

import httpx2

from services.head_office import answers
from services.head_office.clients import Clients
from services.head_office.feeds import HttpFeed
from services.head_office.port import (
    Absent,
    Accepted,
    AskAnswer,
    Booked,
    Done,
    Feed,
    FeedFailed,
    Health,
    Lost,
    NoAnswer,
    Refused,
    SendAnswer,
    StartAgain,
    TellAnswer,
    Trouble,
    Unfit,
    Unreachable,
)

CONNECT_S, READ_S = 5.0, 30.0
PROBE_S = 4.0
FEED_READ_S = 60.0
MAX_ANSWER = 4 * 1024 * 1024
PAGES = 10_000

# the request cannot have arrived when there was no connection to send it on
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class HttpHeadOffice:
    """Head office over HTTP; one instance serves a whole process."""

    def __init__(self, url: str, token: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._client = Clients(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Lets go of its connections."""
        self._client.close()

    def probe(self) -> Health:
        sent = self._now()
        try:
            answer, body = self._exchange("GET", "/health", {"timeout": PROBE_S})
        except httpx2.TransportError as error:
            return Health(good=False, met=False, reason=_word(error))
        except (httpx2.HTTPError, _TooLarge):
            return Health(good=False, met=True, reason=answers.CAPTIVE_PORTAL)
        problem = _problem(answer, body)
        if answers.problem_type(problem) == "superseded":
            return Health(good=False, met=True, reason="superseded", superseded=True)
        if answer.status_code == httpx2.codes.OK and isinstance(body, dict) and body.get("status") == "ok":
            return Health(good=True, met=True, skew_seconds=answers.skew(answer.headers.get("Date"), sent))
        portal = "json" not in _type(answer)
        return Health(good=False, met=True, reason=answers.CAPTIVE_PORTAL if portal else f"http_{answer.status_code}")

    def send_order(
        self, document: Mapping[str, Any], revision: int, correction: Mapping[str, Any] | None
    ) -> SendAnswer:
        body = dict(document) | {"revision": revision, "correction": correction}
        key = f"{document['order_id']}:{revision}"
        found = self._ask("POST", "/v1/orders", json=body, headers={"Idempotency-Key": key})
        if isinstance(found, _Ok):
            return _fitting(answers.accepted(found.body, replay=found.status == httpx2.codes.OK), document)
        if isinstance(found, _Problem):
            if answers.problem_type(found.problem) == "already-accepted":
                return _fitting(answers.accepted(found.problem.get("order"), replay=True), document)
            refused = answers.refusal(found.problem)
            return Unfit("not_found") if isinstance(refused, Absent) else refused
        return found

    def order(self, order_id: str) -> AskAnswer:
        found = self._ask("GET", f"/v1/orders/{escaped(order_id)}")
        if isinstance(found, _Ok):
            return _single(found.body, order_id)
        if isinstance(found, _Problem):
            refused = answers.refusal(found.problem)
            return refused if isinstance(refused, Absent) else Unfit(type(refused).__name__)
        return found

    def lookup(self, order_ids: Sequence[str]) -> list[Booked]:
        return _booked(self._need("POST", "/v1/orders/lookup", json={"order_ids": list(order_ids)}))

    def orders_of_day(self, business_date: date) -> Iterator[Booked]:
        cursor = None
        for _ in range(PAGES):
            query = {"business_date": business_date.isoformat()} | ({"cursor": cursor} if cursor else {})
            page = self._need("GET", "/v1/orders", params=query)
            yield from _booked(page)
            cursor = page.get("next")
            if not cursor:
                return

    def cancel(self, order_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("POST", f"/v1/orders/{escaped(order_id)}/cancel", body)

    def put_customer(self, customer_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("PUT", f"/v1/customers/{escaped(customer_id)}", body)

    def put_session(self, session_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("PUT", f"/v1/sessions/{escaped(session_id)}", body)

    def store(self) -> dict[str, Any]:
        return dict(self._need("GET", "/v1/store"))

    @contextmanager
    def feed(self, name: str, since: str | None) -> Iterator[Feed]:
        query = {"since": since} if since else {}
        timeout = httpx2.Timeout(FEED_READ_S, connect=CONNECT_S)
        request = {"params": query, "headers": {"Accept-Encoding": "gzip"}, "timeout": timeout}
        try:
            with self._client.stream("GET", f"/v1/feeds/{name}", **request) as answer:
                _must_be_feed(answer)
                yield HttpFeed(name, answer.iter_bytes())
        except httpx2.HTTPError as error:
            raise FeedFailed("broke_off", f"The line to head office broke off ({_word(error)}).") from error

    def quote(self, order_id: str, cart: Mapping[str, Any], *, timeout: float) -> TellAnswer:
        return self._tell("POST", "/v1/quotes", {"order_id": order_id} | dict(cart), timeout=timeout)

    def commit_quote(self, order_id: str, *, timeout: float) -> TellAnswer:
        return self._tell("POST", f"/v1/quotes/{escaped(order_id)}/commit", {}, timeout=timeout)

    def create_payment(self, key: str, amount_minor: int, payment_mode: str, *, timeout: float) -> TellAnswer:
        body = {"key": key, "amount_minor": amount_minor, "payment_mode": payment_mode}
        return self._tell("POST", "/v1/payment-intents", body, timeout=timeout)

    def payment(self, key: str, *, timeout: float) -> TellAnswer:
        return self._tell("GET", f"/v1/payment-intents/{escaped(key)}", None, timeout=timeout)

    def cancel_payment(self, key: str, *, timeout: float) -> TellAnswer:
        return self._tell("POST", f"/v1/payment-intents/{escaped(key)}/cancel", {}, timeout=timeout)

    def customer_by_code(self, code: str, *, timeout: float) -> TellAnswer:
        return self._tell("GET", f"/v1/customers/by-code/{escaped(code)}", None, timeout=timeout)

    def update_product(self, product_id: str, changes: Mapping[str, Any], *, timeout: float) -> TellAnswer:
        return self._tell("PATCH", f"/v1/products/{escaped(product_id)}", changes, timeout=timeout)

    def _tell(self, method: str, path: str, body: Mapping[str, Any] | None, timeout: float = READ_S) -> TellAnswer:
        content = {} if body is None else {"json": dict(body)}
        found = self._ask(method, path, timeout=timeout, **content)
        if isinstance(found, _Ok):
            return Done(found.body)
        if isinstance(found, _Problem):
            refused = answers.refusal(found.problem)
            return refused if isinstance(refused, Refused | Absent | Unfit) else Unfit(type(refused).__name__)
        return found

    def _need(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        found = self._ask(method, path, **request)
        if isinstance(found, _Ok) and isinstance(found.body, dict):
            return found.body
        reason = getattr(found, "reason", None) or type(found).__name__.lower().strip("_")
        raise NoAnswer(str(reason))

    def _ask(self, method: str, path: str, **request: Any) -> "_Ok | _Problem | Trouble":
        try:
            answer, body = self._exchange(method, path, request)
        except NOT_SENT as error:
            return Unreachable(_word(error))
        except (httpx2.HTTPError, _TooLarge) as error:
            return Lost(_word(error))
        problem = _problem(answer, body)
        after = answers.retry_after(answer.headers.get("Retry-After"), self._now())
        if wrong := answers.trouble(answer.status_code, _type(answer), problem, after):
            return wrong
        if answer.is_success:
            return _Ok(answer.status_code, body)
        return _Problem(problem or {})

    def _exchange(self, method: str, path: str, request: dict[str, Any]) -> tuple[httpx2.Response, Any]:
        with self._client.stream(method, path, **request) as answer:
            content = bytearray()
            for part in answer.iter_bytes():
                content += part
                if len(content) > MAX_ANSWER:
                    raise _TooLarge
        return answer, _json(bytes(content))


class _Ok:
    def __init__(self, status: int, body: Any) -> None:
        self.status = status
        self.body = body


class _Problem:
    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem


class _TooLarge(Exception):
    """An answer beyond any that could be meant."""


def _fitting(answer: Accepted | Unfit, document: Mapping[str, Any]) -> Accepted | Unfit:
    """Only an answer about this order, with this amount and this number, is one."""
    if isinstance(answer, Unfit):
        return answer
    sent = (document["order_id"], document["totals"]["total_minor"], document["invoice"]["number"])
    if (answer.order_id, answer.total_minor, answer.invoice_number) != sent:
        return Unfit("answer_does_not_match")
    return answer


def _single(body: Any, order_id: str) -> AskAnswer:
    orders = body.get("orders") if isinstance(body, dict) else None
    if not isinstance(orders, list):
        return Unfit("answer_unreadable")
    live = [o for o in orders if isinstance(o, dict) and not o.get("cancelled")]
    if not live:
        return Absent()
    if len(live) > 1:
        return Unfit("more_than_one_order")
    found = answers.accepted(live[0], replay=True)
    if isinstance(found, Accepted) and found.order_id != order_id:
        return Unfit("answer_does_not_match")
    return found


def _booked(body: Mapping[str, Any]) -> list[Booked]:
    try:
        return [
            Booked(
                order_id=str(o["order_id"]),
                oms_id=str(o["oms_id"]),
                invoice_number=str(o["invoice_number"]),
                total_minor=answers.whole(o["total_minor"]),
                cancelled=bool(o.get("cancelled")),
            )
            for o in body["orders"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswer("answer_unreadable") from error


def _must_be_feed(answer: httpx2.Response) -> None:
    status, kind = answer.status_code, _type(answer)
    if status == httpx2.codes.OK and kind == "application/x-ndjson":
        return
    if status == httpx2.codes.OK or answers.is_portal(status, kind):
        raise FeedFailed(answers.CAPTIVE_PORTAL, "Something else than head office answered.")
    if status == httpx2.codes.GONE:
        raise StartAgain
    raise FeedFailed(f"http_{status}", f"Head office answered with {status}.")


def _type(answer: httpx2.Response) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _problem(answer: httpx2.Response, body: Any) -> Mapping[str, Any] | None:
    return body if isinstance(body, dict) and _type(answer) == "application/problem+json" else None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None


def _word(error: Exception) -> str:
    """What went wrong, in a word for logs and lights."""
    return type(error).__name__.lstrip("_")
