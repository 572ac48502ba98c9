"""The adapter for head offices that honour docs/head-office-api.yaml."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from services.head_office import answers
from services.head_office.asking import (
    CONNECT_S,
    READ_S,
    Asking,
    Said,
    Told,
    broken_off,
    kind,
    problem_of,
    segment,
    somebody_answered,
    word,
)
from services.head_office.clients import Clients
from services.head_office.feeds import HttpFeed
from services.head_office.inflating import unpacked
from services.head_office.port import (
    Absent,
    AskAnswer,
    Booked,
    Done,
    Feed,
    FeedFailed,
    Heads,
    Health,
    NoAnswer,
    Opened,
    Refused,
    SendAnswer,
    StartAgain,
    TellAnswer,
    Unfit,
)

PROBE_S = 4.0
FEED_READ_S, FEED_S = 60.0, 3600.0
PAGES = 10_000


class HttpHeadOffice:
    """Head office over HTTP; one instance serves a whole process."""

    def __init__(self, url: str, token: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._client = Clients(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Encoding": "gzip"},
            follow_redirects=False,
        )
        self._line = Asking(self._client, now)

    def close(self) -> None:
        """Lets go of its connections."""
        self._client.close()

    def probe(self) -> Health:
        sent = self._now()
        try:
            answer, body, until = self._line.exchange("GET", "/health", timeout=PROBE_S)
        except httpx2.TransportError as error:
            return Health(good=False, met=somebody_answered(error), reason=word(error))
        except httpx2.HTTPError:
            return Health(good=False, met=True, reason=answers.CAPTIVE_PORTAL)
        problem = problem_of(answer, body)
        if answers.problem_type(problem) == "superseded":
            return Health(good=False, met=True, reason="superseded", superseded=True)
        if answer.status_code == httpx2.codes.OK and isinstance(body, dict) and body.get("status") == "ok":
            skew = answers.skew(answer.headers.get("Date"), sent)
            return Health(good=True, met=True, skew_seconds=skew, certificate_until=until)
        portal = "json" not in kind(answer)
        return Health(good=False, met=True, reason=answers.CAPTIVE_PORTAL if portal else f"http_{answer.status_code}")

    def send_order(
        self, document: Mapping[str, Any], revision: int, correction: Mapping[str, Any] | None
    ) -> SendAnswer:
        body = dict(document) | {"revision": revision, "correction": correction}
        key = f"{document['order_id']}:{revision}"
        found = self._line.ask("POST", "/v1/orders", json=body, headers={"Idempotency-Key": key})
        if isinstance(found, Said):
            return answers.fitting(answers.accepted(found.body, replay=found.status == httpx2.codes.OK), document)
        if isinstance(found, Told):
            if answers.problem_type(found.problem) == "already-accepted":
                return answers.fitting(answers.accepted(found.problem.get("order"), replay=True), document)
            refused = answers.refusal(found.problem)
            return Unfit("not_found") if isinstance(refused, Absent) else refused
        return found

    def order(self, order_id: str) -> AskAnswer:
        found = self._line.ask("GET", f"/v1/orders/{segment(order_id)}")
        if isinstance(found, Said):
            return answers.single(found.body, order_id)
        if isinstance(found, Told):
            refused = answers.refusal(found.problem)
            return refused if isinstance(refused, Absent) else Unfit(type(refused).__name__)
        return found

    def lookup(self, order_ids: Sequence[str]) -> list[Booked]:
        found = answers.booked(self._need("POST", "/v1/orders/lookup", json={"order_ids": list(order_ids)}))
        if {order.order_id for order in found} - set(order_ids):
            raise NoAnswer("answer_does_not_match")
        return found

    def orders_of_day(self, business_date: date) -> Iterator[Booked]:
        query = {"business_date": business_date.isoformat()}
        seen: set[str] = set()
        while True:
            page = self._need("GET", "/v1/orders", params=query)
            yield from answers.booked(page)
            cursor = page.get("next")
            if not cursor:
                return
            if str(cursor) in seen or len(seen) == PAGES:
                raise NoAnswer("endless")
            seen.add(str(cursor))
            query["cursor"] = str(cursor)

    def cancel(self, order_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("POST", f"/v1/orders/{segment(order_id)}/cancel", body)

    def put_customer(self, customer_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("PUT", f"/v1/customers/{segment(customer_id)}", body)

    def put_session(self, session_id: str, body: Mapping[str, Any]) -> TellAnswer:
        return self._tell("PUT", f"/v1/sessions/{segment(session_id)}", body)

    def install(self, store_id: str, code: str) -> TellAnswer:
        return self._tell("POST", "/v1/store/installations", {"store_id": store_id, "code": code})

    def store(self) -> dict[str, Any]:
        return dict(self._need("GET", "/v1/store"))

    def heads(self) -> Heads:
        return answers.heads(self._need("GET", "/v1/store/heads"))

    def open_kept(self, files: Sequence[tuple[str, str]]) -> list[Opened]:
        body = {"files": [{"name": name, "text": text} for name, text in files]}
        found = answers.opened(self._need("POST", "/v1/store/kept", json=body))
        if [one.name for one in found] != [name for name, _ in files]:
            raise NoAnswer("answer_does_not_match")
        return found

    def documents(self, order_ids: Sequence[str]) -> list[dict[str, Any]]:
        found = answers.documents(self._need("POST", "/v1/orders/documents", json={"order_ids": list(order_ids)}))
        if {order["order_id"] for order in found} - set(order_ids):
            raise NoAnswer("answer_does_not_match")
        return found

    @contextmanager
    def feed(self, name: str, since: str | None) -> Iterator[Feed]:
        query = {"since": since} if since else {}
        timeout = httpx2.Timeout(FEED_READ_S, connect=CONNECT_S)
        request = {"params": query, "timeout": timeout}
        try:
            with self._client.stream("GET", f"/v1/feeds/{name}", **request) as answer:
                yield HttpFeed(name, _content(answer))
        except httpx2.HTTPError as error:
            raise FeedFailed("broke_off", broken_off(error)) from error

    def quote(self, order_id: str, cart: Mapping[str, Any], *, timeout: float) -> TellAnswer:
        return self._tell("POST", "/v1/quotes", {"order_id": order_id} | dict(cart), timeout=timeout)

    def commit_quote(self, order_id: str, *, timeout: float) -> TellAnswer:
        return self._tell("POST", f"/v1/quotes/{segment(order_id)}/commit", {}, timeout=timeout)

    def create_payment(self, key: str, amount_minor: int, payment_mode: str, *, timeout: float) -> TellAnswer:
        body = {"key": key, "amount_minor": amount_minor, "payment_mode": payment_mode}
        return self._tell("POST", "/v1/payment-intents", body, timeout=timeout)

    def payment(self, key: str, *, timeout: float) -> TellAnswer:
        return self._tell("GET", f"/v1/payment-intents/{segment(key)}", None, timeout=timeout)

    def cancel_payment(self, key: str, *, timeout: float) -> TellAnswer:
        return self._tell("POST", f"/v1/payment-intents/{segment(key)}/cancel", {}, timeout=timeout)

    def stock(self, skus: Sequence[str], *, timeout: float) -> TellAnswer:
        asked = urlencode([("sku", sku) for sku in skus])
        return self._tell("GET", f"/v1/stock?{asked}", None, timeout=timeout)

    def customer_by_code(self, code: str, *, timeout: float) -> TellAnswer:
        return self._tell("GET", f"/v1/customers/by-code/{segment(code)}", None, timeout=timeout)

    def update_product(self, product_id: str, changes: Mapping[str, Any], *, timeout: float) -> TellAnswer:
        return self._tell("PATCH", f"/v1/products/{segment(product_id)}", changes, timeout=timeout)

    def _tell(self, method: str, path: str, body: Mapping[str, Any] | None, timeout: float = READ_S) -> TellAnswer:
        content = {} if body is None else {"json": dict(body)}
        found = self._line.ask(method, path, timeout=timeout, **content)
        if isinstance(found, Said):
            return Done(found.body)
        if isinstance(found, Told):
            refused = answers.refusal(found.problem)
            return refused if isinstance(refused, Refused | Absent | Unfit) else Unfit(type(refused).__name__)
        return found

    def _need(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        found = self._line.ask(method, path, **request)
        if isinstance(found, Said) and isinstance(found.body, dict):
            return found.body
        reason = getattr(found, "reason", None) or type(found).__name__.lower().strip("_")
        raise NoAnswer(str(reason))


def _content(answer: httpx2.Response) -> Iterator[bytes]:
    """The bytes of a feed. Raises FeedFailed or StartAgain where the answer is none."""
    _must_be_feed(answer)
    return unpacked(answer.headers.get("Content-Encoding", ""), _within(FEED_S, answer.iter_raw()))


def _within(seconds: float, chunks: Iterable[bytes]) -> Iterator[bytes]:
    until = time.monotonic() + seconds
    for chunk in chunks:
        if time.monotonic() > until:
            raise FeedFailed("too_slow", f"It was not there after {seconds:.0f} s.")
        yield chunk


def _must_be_feed(answer: httpx2.Response) -> None:
    status, content_type = answer.status_code, kind(answer)
    if status == httpx2.codes.OK and content_type == "application/x-ndjson":
        return
    if status == httpx2.codes.OK or answers.is_portal(status, content_type):
        raise FeedFailed(answers.CAPTIVE_PORTAL, "Something else than head office answered.")
    if status == httpx2.codes.GONE:
        raise StartAgain
    raise FeedFailed(f"http_{status}", f"Head office answered with {status}.")
