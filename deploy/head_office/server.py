"""The server: routes of the head-office API, the dials in front of them, and a side door for checkers."""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.head_office import features, feeds, orders
from deploy.head_office.cutting import Cut, Cuttable
from deploy.head_office.demo_data import STORE
from deploy.head_office.dials import KINDS, Dials, UnknownDial
from deploy.head_office.kept import MOST_FILES, RecoveryKey
from deploy.head_office.prefixes import spare
from deploy.head_office.problems import Malformed, problem
from deploy.head_office.records import KEYS, Records

NDJSON = "application/x-ndjson"
SMALL = 4096
OPEN = ("/health", "/v1/store/installations")
PORTAL = "<!doctype html><title>Free Wi-Fi</title><p>Accept the terms to go online."

Handler = Callable[[Request], Awaitable[Response]]


class HeadOffice:
    """The stand-in for one store."""

    def __init__(
        self,
        records: Records,
        *,
        store_id: str,
        install_code: str,
        admin_token: str,
        recovery_key: RecoveryKey | None = None,
        next_code: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        """Without a `recovery_key` it has one for as long as it runs."""
        self.records = records
        self.dials = Dials()
        self._store_id = store_id
        self._install_code = install_code
        self._admin_token = admin_token
        self._recovery_key = recovery_key or RecoveryKey(ec.generate_private_key(ec.SECP256R1()), store_id)
        self._next_code = next_code

    def app(self) -> Cuttable:
        routes = [
            ("GET", "/health", self._health),
            ("POST", "/v1/store/installations", self._install),
            ("GET", "/v1/store", self._store),
            ("GET", "/v1/store/heads", self._heads),
            ("POST", "/v1/store/kept", self._open_kept),
            ("GET", "/v1/feeds/{name}", self._feed),
            ("POST", "/v1/orders", self._take),
            ("GET", "/v1/orders", self._of_day),
            ("POST", "/v1/orders/lookup", self._lookup),
            ("POST", "/v1/orders/documents", self._documents),
            ("GET", "/v1/orders/{order_id}", self._order),
            ("POST", "/v1/orders/{order_id}/cancel", self._cancel),
            ("PUT", "/v1/customers/{customer_id}", self._customer),
            ("GET", "/v1/stock", self._stock),
            ("GET", "/v1/customers/by-code/{code}", self._by_code),
            ("PUT", "/v1/sessions/{session_id}", self._session),
            ("POST", "/v1/quotes", self._quote),
            ("POST", "/v1/quotes/{order_id}/commit", self._commit),
            ("POST", "/v1/payment-intents", self._intent),
            ("GET", "/v1/payment-intents/{key}", self._intent_state),
            ("POST", "/v1/payment-intents/{key}/cancel", self._intent_cancel),
            ("PATCH", "/v1/products/{product_id}", self._patch),
            ("GET", "/dials", self._dials),
            ("PUT", "/dials", self._dial),
            ("GET", "/records", self._records),
            ("DELETE", "/records/{order_id}", self._forget),
            ("PUT", "/shop/{name}", self._change_feed),
        ]
        guarded = [Route(path, self._guarded(handler), methods=[method]) for method, path, handler in routes]
        return Cuttable(Starlette(routes=guarded, middleware=[Middleware(GZipMiddleware, minimum_size=SMALL)]))

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            path = request.url.path
            if path.startswith(("/dials", "/records", "/shop")):
                return await handler(request) if self._is_admin(request) else problem(401, "unauthorised")
            if spoilt := await self._spoilt(path):
                return spoilt
            if path not in OPEN and (refused := self._refused_token(request)):
                return refused
            try:
                answer = await handler(request)
            except (Malformed, UnicodeEncodeError, OverflowError) as error:
                answer = problem(400, "malformed", detail=str(error))
            return await self._sent(path, answer)

        return guarded

    async def _spoilt(self, path: str) -> Response | None:  # noqa: PLR0911  a line a dial
        """What a dial answers in head office's stead."""
        strike = self.dials.strike
        if delay := strike("delay_ms", path):
            await self.dials.linger(delay.value)
        if strike("down", path):
            return Cut()
        if strike("portal", path):
            return Response(PORTAL, media_type="text/html")
        if dial := strike("redirect", path):
            return RedirectResponse(str(dial.value), 302)
        if strike("unauthorised", path):
            return problem(401, "unauthorised")
        for kind, status in (("retry_after", 429), ("unavailable", 503)):
            if dial := strike(kind, path):
                return problem(status, "busy", {"Retry-After": str(dial.value)})
        if dial := strike("status", path):
            return problem(int(dial.value), "failed")
        return None

    async def _sent(self, path: str, answer: Response) -> Response:
        if late := self.dials.strike("late_ms", path):
            await asyncio.sleep(late.value / 1000)
        if self.dials.strike("lose_reply", path):
            return Cut()
        skew = self.dials.strike("skew_seconds", path)
        told = datetime.now(UTC) + timedelta(seconds=skew.value if skew else 0)
        answer.headers["Date"] = format_datetime(told, usegmt=True)
        return answer

    def _is_admin(self, request: Request) -> bool:
        return _same(request.headers.get("X-Admin-Token", ""), self._admin_token)

    def _refused_token(self, request: Request) -> Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        newest = self.records.token_is_newest(token)
        if newest is None:
            return problem(401, "unauthorised")
        return None if newest else problem(403, "superseded")

    async def _health(self, request: Request) -> Response:
        if request.headers.get("Authorization") and (refused := self._refused_token(request)):
            return refused
        return JSONResponse({"status": "ok"})

    async def _install(self, request: Request) -> Response:
        body = await _json(request)
        if not _same(str(body.get("code", "")), self._install_code):
            return problem(403, "code-refused")
        self._install_code = self._next_code()
        token = secrets.token_urlsafe(32)
        epoch = self.records.install(token)
        return JSONResponse({"store_id": self._store_id, "epoch": epoch, "token": token}, 201)

    async def _store(self, _request: Request) -> Response:
        epoch = self.records.epoch()
        told = {"store_id": self._store_id, "epoch": epoch, "prefixes": spare(epoch)}
        return JSONResponse(STORE | told | {"recovery_key": self._recovery_key.told()})

    async def _heads(self, _request: Request) -> Response:
        return JSONResponse({"epoch": self.records.epoch(), "heads": self.records.heads()})

    async def _open_kept(self, request: Request) -> Response:
        files = (await _json(request)).get("files")
        if not isinstance(files, list) or len(files) > MOST_FILES:
            raise Malformed(f"files: a list of at most {MOST_FILES}")
        if not all(isinstance(f, dict) and isinstance(f.get("name"), str) for f in files):
            raise Malformed("files: each has a name")
        opened = [self._recovery_key.opened(file["name"], str(file.get("text"))) for file in files]
        return JSONResponse({"files": opened})

    async def _feed(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in KEYS:
            return problem(404, "not-found")
        try:
            found = feeds.lines(self.records, name, request.query_params.get("since"), self.dials)
        except feeds.UnknownCursor:
            return problem(410, "unknown-cursor")
        return StreamingResponse(feeds.batched(found), media_type=NDJSON)

    async def _take(self, request: Request) -> Response:
        return orders.take(self.records, self.dials, request.headers.get("Idempotency-Key", ""), await _json(request))

    async def _of_day(self, request: Request) -> Response:
        query = request.query_params
        return orders.of_day(self.records, query.get("business_date", ""), query.get("cursor"))

    async def _lookup(self, request: Request) -> Response:
        return orders.lookup(self.records, await _json(request))

    async def _documents(self, request: Request) -> Response:
        return orders.documents(self.records, await _json(request))

    async def _order(self, request: Request) -> Response:
        found = orders.under(self.records, request.path_params["order_id"])
        return JSONResponse({"orders": found}) if found else problem(404, "not-found")

    async def _cancel(self, request: Request) -> Response:
        return orders.cancel(self.records, request.path_params["order_id"], await _json(request))

    async def _customer(self, request: Request) -> Response:
        customer_id = request.path_params["customer_id"]
        code = self.records.keep_customer(customer_id, await _json(request))
        return JSONResponse({"customer_id": customer_id, "code": code})

    async def _by_code(self, request: Request) -> Response:
        row = self.records.one("select body from customers where code = ?", request.path_params["code"])
        return JSONResponse(json.loads(row["body"])) if row else problem(404, "not-found")

    async def _session(self, request: Request) -> Response:
        session_id = request.path_params["session_id"]
        self.records.keep_session(session_id, await _json(request))
        return JSONResponse({"session_id": session_id})

    async def _stock(self, request: Request) -> Response:
        return JSONResponse({"items": features.stock(self.records, request.query_params.getlist("sku"))})

    async def _quote(self, request: Request) -> Response:
        return features.quote(self.records, await _json(request))

    async def _commit(self, request: Request) -> Response:
        return features.commit_quote(self.records, request.path_params["order_id"])

    async def _intent(self, request: Request) -> Response:
        return features.create_intent(self.records, self.dials, await _json(request))

    async def _intent_state(self, request: Request) -> Response:
        found = features.intent(self.records, self.dials, request.path_params["key"])
        return JSONResponse(found) if found else problem(404, "not-found")

    async def _intent_cancel(self, request: Request) -> Response:
        return features.cancel_intent(self.records, request.path_params["key"])

    async def _patch(self, request: Request) -> Response:
        return features.patch_product(self.records, request.path_params["product_id"], await _json(request))

    async def _dials(self, _request: Request) -> Response:
        return JSONResponse({"on": self.dials.shown(), "kinds": KINDS})

    async def _dial(self, request: Request) -> Response:
        try:
            self.dials.put(await _json(request, list))
        except (UnknownDial, Malformed) as error:
            return problem(400, "malformed", detail=f"{type(error).__name__}: {error}")
        return JSONResponse({"on": self.dials.shown()})

    async def _records(self, _request: Request) -> Response:
        """All orders, cancellations, customers and sessions, for those who check."""
        every = self.records.all
        return JSONResponse(
            {
                "orders": [orders.told(row) for row in every("select * from orders order by id")],
                "cancellations": [dict(r) for r in every("select order_id, invoice_number from cancellations")],
                "customers": [r["customer_id"] for r in every("select customer_id from customers")],
                "sessions": [json.loads(r["body"]) | {"puts": r["puts"]} for r in every("select * from sessions")],
            }
        )

    async def _forget(self, request: Request) -> Response:
        """Forgets an order, as a head office does that was set back to yesterday."""
        forgotten = self.records.forget(request.path_params["order_id"])
        return PlainTextResponse("", 204) if forgotten else problem(404, "not-found")

    async def _change_feed(self, request: Request) -> Response:
        """Changes records of a feed, or deletes them where they say so."""
        name = request.path_params["name"]
        for record in await _json(request, list):
            self.records.put_record(name, record, deleted=bool(record.get("deleted")))
        return PlainTextResponse("", 204)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


async def _json(request: Request, expected: type = dict) -> Any:
    try:
        value = json.loads(await request.body())
    except ValueError as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(value, expected):
        raise Malformed(f"the body is no {expected.__name__}")
    return value
