"""A head office over HTTP that says whatever a test wants it to say, byte by byte."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"
PROBLEM = "application/problem+json"
ACCEPTED_AT = "2026-04-15T06:31:00Z"

Answer = Callable[["_Handler", str], bool]


class OmsServer(ThreadingHTTPServer):
    """Keeps what it accepts, by order id.

    `before` and `after` may answer a POST themselves, before the order is stored or after, and then return True;
    `health` and `found` answer in the stead of its own word.
    """

    request_queue_size = 128
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.orders: dict[str, dict[str, Any]] = {}
        self.posts: Counter[str] = Counter()
        self.keys: dict[str, set[str]] = {}
        self.gets: Counter[str] = Counter()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.healthy = True
        self.latency = 0.0
        self.health: Callable[[_Handler], bool] | None = None
        self.found: Callable[[str], Any] | None = None
        self.before: Answer = lambda *_: False
        self.after: Answer = lambda *_: False
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Clients break off on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    server: OmsServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        if self.path == "/health" and self.server.health:
            self.server.health(self)
        elif self.path == "/health":
            self.reply(200 if self.server.healthy else 500, {"status": "ok" if self.server.healthy else "ill"})
        elif self.path == "/v1/store":
            self.reply(200, {"store_id": "S1"})
        else:
            self._get_order(self.path.rpartition("/")[2])

    def do_POST(self) -> None:
        body = self._body()
        if self.path != "/v1/orders":
            self._tell(body)
            return
        order_id = body["order_id"]
        time.sleep(self.server.latency)
        with self.server.lock:
            self.server.posts[order_id] += 1
            self.server.keys.setdefault(order_id, set()).add(self.headers["Idempotency-Key"])
        if self.server.before(self, order_id):
            return
        with self.server.lock:
            known = order_id in self.server.orders
            order = self.server.orders.setdefault(order_id, booked(body))
        if not self.server.after(self, order_id):
            self.reply(200 if known else 201, order)

    def do_PUT(self) -> None:
        self._tell(self._body())

    def _tell(self, body: dict[str, Any]) -> None:
        self.server.told.append((self.path, body))
        self.reply(200, {})

    def _get_order(self, order_id: str) -> None:
        self.server.gets[order_id] += 1
        order = self.server.orders.get(order_id)
        if self.server.found:
            self.reply(200, self.server.found(order_id))
        elif order is None:
            self.problem(404, "not-found")
        else:
            self.reply(200, {"orders": [order]})

    def reply(self, status: int, body: Any, content_type: str = JSON, **headers: str) -> bool:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        return True

    def problem(self, status: int, kind: str, **fields: Any) -> bool:
        return self.reply(status, {"type": f"urn:head-office:problem:{kind}", "status": status} | fields, PROBLEM)

    def raw(self, content: bytes) -> bool:
        """Bytes as they are, and the end of the connection."""
        self.wfile.write(content)
        self.wfile.flush()
        return self.cut()

    def cut(self) -> bool:
        """Ends the connection without an answer."""
        self.close_connection = True
        self.connection.close()
        return True

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def booked(body: dict[str, Any]) -> dict[str, Any]:
    """An order as head office has it."""
    return {
        "order_id": body["order_id"],
        "oms_id": f"OMS-{body['order_id'][-6:]}",
        "invoice_number": body["invoice"]["number"],
        "total_minor": body["totals"]["total_minor"],
        "accepted_at": ACCEPTED_AT,
        "revision": body["revision"],
    }
