"""The gateway: what it lets through and how, and what it keeps out (B18)."""

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from deploy.runner.certificates import Certificates, Names, this_machine
from deploy.runner.containers import serve
from deploy.runner.nginx import HSTS_SECONDS, REQUESTS_PER_SECOND, Gateway, Nginx
from deploy.runner.ports import Ports
from deploy.runner.services import SERVICES
from tests.support import PATIENCE_S, eventually

PROBLEM = "application/problem+json"


class Echo(BaseHTTPRequestHandler):
    """A door that tells what reached it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}
        self._send(json.dumps(told).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(b"{}")

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def gateway(server_folder: Path, ports: Ports) -> Iterator[Nginx]:
    place = server_folder / "gateway"
    place.mkdir()
    page = place / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>till</title>")
    (page / "app.mjs").write_text("export const answer = 42")
    (page / "README.md").write_text("not for tills")
    (place / "openapi.json").write_text('{"openapi": "3.1.0"}')
    certificates = Certificates(place / "ca", this_machine())
    certificates.renew(datetime.now(UTC))
    door = ThreadingHTTPServer(("127.0.0.1", ports.take("echo")), Echo)
    threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
    doors = {name: [f"127.0.0.1:{door.server_port}"] for name in SERVICES} | {"catalog": ["127.0.0.1:9"]}
    plain, tls = ports.take("plain"), ports.take("tls")
    served = Gateway(
        plain=[f"127.0.0.1:{plain}"],
        tls=[f"0.0.0.0:{tls}"],
        doors=doors,
        openapi=place / "openapi.json",
        certificate=certificates.certificate,
        key=certificates.key,
        authority=certificates.authority,
        page=page,
    )
    server = Nginx(place / "nginx", served, plain)
    server.start()
    yield server
    server.stop()
    door.shutdown()
    door.server_close()


@pytest.fixture
def http(gateway: Nginx) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"http://127.0.0.1:{gateway.port}", trust_env=False) as client:
        yield client


def https(gateway: Nginx, host: str, port: int | None = None) -> httpx2.Client:
    """A till that trusts this store's authority, on its way to this store unless it is led to another port."""
    authority = (gateway.folder / "ca.crt").read_text()
    context = ssl.create_default_context(cadata=authority)
    # the strict flag of newer Pythons wants what cheap authorities leave out; ours must pass it
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    address = f"https://{host}:{port or gateway.gateway.tls[0].rpartition(':')[2]}"
    return httpx2.Client(base_url=address, verify=context, trust_env=False)


def test_the_page_and_its_scripts_are_served(http: httpx2.Client) -> None:
    page, script = http.get("/"), http.get("/app.mjs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert script.headers["content-type"].startswith("text/javascript")
    assert {page.headers["cache-control"], script.headers["cache-control"]} == {"no-cache"}
    assert http.get("/api/openapi.json").json() == {"openapi": "3.1.0"}


@pytest.mark.parametrize("path", ["/", "/api/orders/x", "/api/catalog/x", "/api/openapi.json", "/nothing", "/ca.crt"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_t12_no_answer_lets_a_foreign_page_read_it(http: httpx2.Client, path: str, method: str) -> None:
    asked = {"Origin": "https://foreign.example", "Access-Control-Request-Method": "POST"}
    answer = http.request(method, path, headers=asked)
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/api/orders/a%2Fb",
        "/api/orders/a?q=1%2B1&r=a%20b",
        "/api/sync/x/",
        "/api/sessions/.hidden.py",
        "/api/orders/%c0%ae%c0%ae/%c0%ae%c0%ae/state/mode",
        "/api/orders/%e0%80%af",
        "/api/orders/%ff%fe",
    ],
)
def test_an_address_reaches_its_door_unchanged(http: httpx2.Client, path: str) -> None:
    assert http.get(path).json()["path"] == path


def test_a_door_is_told_who_asks_under_an_id_of_the_gateway(http: httpx2.Client) -> None:
    headers = http.get("/api/orders/x", headers={"X-Forwarded-For": "1.2.3.4", "X-Request-Id": "mine"}).json()[
        "headers"
    ]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert len(headers["x-request-id"]) == 32
    assert headers["x-forwarded-proto"] == "http"


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (("GET", "/state/mode", 0), 404, "not_found"),
        (("GET", "/api/../state/mode", 0), 404, "not_found"),
        (("GET", "/api/orders/..%2f..%2fstate/mode", 0), 404, "not_found"),
        (("GET", "/api/orders/..%2f..%2f..%2fstate/mode", 0), 400, "bad_request"),
        (("GET", "/metrics", 0), 404, "not_found"),
        (("GET", "/health", 0), 404, "not_found"),
        (("GET", "/api/", 0), 404, "not_found"),
        (("GET", "/api/other/x", 0), 404, "not_found"),
        (("GET", "/nothing.html", 0), 404, "not_found"),
        (("GET", "/README.md", 0), 404, "not_found"),
        (("GET", "/.git/config", 0), 404, "not_found"),
        (("POST", "/", 2), 405, "method_not_allowed"),
        (("POST", "/api/orders/x", 1_048_577), 413, "payload_too_large"),
        (("GET", "/api/orders/" + "x" * 9000, 0), 400, "bad_request"),
        (("GET", "/api/catalog/x", 0), 503, "service_unavailable"),
    ],
)
def test_b18_what_the_gateway_refuses_is_a_problem_with_a_code(
    http: httpx2.Client, request_: tuple[str, str, int], status: int, code: str
) -> None:
    method, path, size = request_
    response = http.request(method, path, content=b"x" * size if size else None)
    assert (response.headers["content-type"], response.json()["code"]) == (PROBLEM, code)
    assert response.json()["status"] == status
    assert response.json()["type"] == f"urn:store-edge:problem:{code}"


POST = b"POST /api/orders/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /api/orders/x HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /state/mode HTTP/1.1\r\nHost: localhost\r\n\r\n"

RAW = {
    "length and chunks": CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 50\r\n\r\n{}",
    "a length that is none": POST + b"Content-Length: two\r\n\r\n{}",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length beyond the limit": POST + b"Content-Length: 99999999999\r\n\r\n{}",
    "a chunk below nothing": CHUNKED + b"\r\n-1\r\n{}\r\n0\r\n\r\n",
    "a chunk beyond all": CHUNKED + b"\r\nFFFFFFFFFFFFFFFF\r\n{}\r\n",
    "a chunk of 2 MB": CHUNKED + b"\r\n200000\r\n" + b"x" * 0x200000,
    "a coding that is unknown": POST + b"Transfer-Encoding: gzip\r\n\r\nxx",
    "a header of 64 kB": GET + b"X-Long: " + b"x" * 65_536 + b"\r\n\r\n",
    "10,000 headers": GET + b"X-Many: 1\r\n" * 10_000 + b"\r\n",
    "no host": b"GET /api/orders/x HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: other\r\n\r\n",
    "a NUL in the path": b"GET /api/orders/\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an encoded NUL": b"GET /api/orders/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "out of the tree": b"GET /api/orders/%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another version": b"GET /api/orders/x HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /state/mode\r\n\r\n",
    "TLS on the plain port": bytes.fromhex("16030100a5010000a10303") + b"\x00" * 160,
    "a method nobody knows": b"BREW /api/orders/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
    "no words at all": b"\xff\xfe\x00\x00\r\n\r\n",
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW)
def test_d_what_is_no_request_of_ours_is_refused_once_and_others_go_on(
    gateway: Nginx, http: httpx2.Client, sent: bytes
) -> None:
    told = answer_to(gateway, sent)
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3})", told)]
    assert len(statuses) <= 1
    assert all(400 <= status < 500 for status in statuses) or b'"path": "/api/orders/' in told
    assert b"/etc/passwd" not in told
    assert b"/state/mode" not in told
    assert http.get("/api/orders/x").status_code == HTTPStatus.OK


@pytest.mark.parametrize("host", ["other.example", "localhost:1", "127.0.0.1.example", "[::1]"])
def test_d_a_foreign_host_learns_nothing_and_decides_nothing(http: httpx2.Client, host: str) -> None:
    answer = http.get("/api/orders/x", headers={"Host": host, "X-HTTP-Method-Override": "DELETE"})
    assert answer.json()["path"] == "/api/orders/x"
    assert "location" not in answer.headers


def test_d_slow_clients_keep_no_other_waiting(gateway: Nginx, http: httpx2.Client) -> None:
    slow = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(300)]
    try:
        for one in slow:
            one.sendall(POST[:-20])
        assert http.get("/api/orders/x").status_code == HTTPStatus.OK
    finally:
        for one in slow:
            one.close()


def test_d_a_client_that_never_ends_its_words_is_let_go(gateway: Nginx) -> None:
    """As the configuration says: nothing here waits for its ten seconds; what they do is tried with one, below."""
    configuration = (gateway.folder / "nginx.conf").read_text()
    for directive in ("client_header_timeout 10s;", "client_body_timeout 10s;", "reset_timedout_connection on;"):
        assert directive in configuration


class Hasty(Nginx):
    """A gateway that waits a second where the other waits for ten."""

    def configure(self) -> list[str]:
        words = super().configure()
        file = self.folder / "nginx.conf"
        file.write_text(file.read_text().replace("_timeout 10s;", "_timeout 1s;"))
        return words


@pytest.fixture(scope="module")
def hasty(gateway: Nginx, ports: Ports) -> Iterator[Nginx]:
    plain = ports.take("hasty")
    served = replace(gateway.gateway, plain=[f"127.0.0.1:{plain}"], tls=[f"127.0.0.1:{ports.take('hasty-tls')}"])
    server = Hasty(gateway.folder.parent / "hasty", served, plain)
    server.start()
    yield server
    server.stop()


NEVER_ENDING = {
    "nothing": b"",
    "half a line": POST[:20],
    "headers without end": POST,
    "a body that does not come": POST + b"Content-Length: 100\r\n\r\n",
    "half a body": POST + b"Content-Length: 100\r\n\r\n{",
    "a body that waits to be asked for": POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
    "chunks without end": CHUNKED + b"\r\n1\r\n{\r\n",
}


@pytest.mark.parametrize("sent", NEVER_ENDING.values(), ids=NEVER_ENDING)
def test_d_t40_a_client_that_goes_silent_is_let_go_and_nothing_of_it_reached_a_door(hasty: Nginx, sent: bytes) -> None:
    began = time.monotonic()
    told = answer_to(hasty, sent, still_for=60)
    assert time.monotonic() - began < 40
    assert b"HTTP/1.1 200" not in told


def test_d_t40_headers_that_drip_are_waited_for_no_longer_than_those_that_do_not_come(hasty: Nginx) -> None:
    """Each byte in time, the whole of them never."""
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=0.2) as line:
        line.sendall(POST + b"X-Slow: ")
        assert takes_another(line)
        eventually(lambda: not takes_another(line), within=40)


def takes_another(line: socket.socket) -> bool:
    """Whether the other side, given one more byte, still listens a moment later."""
    try:
        line.sendall(b"x")
        return line.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


@pytest.mark.parametrize(
    ("expected", "statuses"),
    [("100-continue", [b"100", b"200"]), ("200-maybe", [b"200"]), ("", [b"200"])],
)
def test_d_a_body_that_waits_to_be_asked_for_is_asked_for(gateway: Nginx, expected: str, statuses: list[bytes]) -> None:
    sent = POST + b"Connection: close\r\nContent-Length: 2\r\nExpect: " + expected.encode() + b"\r\n\r\n{}"
    told = answer_to(gateway, sent, still_for=30)
    assert re.findall(rb"HTTP/1\.1 ([0-9]{3})", told) == statuses


def answer_to(gateway: Nginx, sent: bytes, still_for: float = 1) -> bytes:
    """All that the gateway answers to some bytes, until it closes or is still for so many seconds."""
    told = b""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=still_for) as line, contextlib.suppress(OSError):
        line.sendall(sent)
        while part := line.recv(65_536):
            told += part
    return told


def test_a_body_of_a_megabyte_passes(http: httpx2.Client) -> None:
    assert http.post("/api/orders/x", content=b"x" * 1_048_576).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/orders/x", "/api/catalog/x", "/nothing"])
def test_b18_every_answer_says_what_it_may_not_be_used_for(http: httpx2.Client, path: str) -> None:
    headers = http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["server"] == "nginx"
    assert len(headers.get_list("content-security-policy")) == 1
    policy = headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy if path.startswith("/api/") else "script-src" not in policy


def test_b18_tills_on_the_lan_are_served_over_tls_by_a_certificate_of_the_stores_own(
    gateway: Nginx, ports: Ports
) -> None:
    for host in ("localhost", "127.0.0.1"):
        with https(gateway, host) as till:
            assert till.get("/").status_code == 200
            assert till.get("/api/orders/x").json()["headers"]["x-forwarded-proto"] == "https"
            assert till.get("/ca.crt").text == (gateway.folder / "ca.crt").read_text()


def test_t3_a_till_refuses_a_gateway_that_another_authority_vouches_for(gateway: Nginx, tmp_path: Path) -> None:
    """As where somebody on the LAN answers in the store's name: the till says nothing to it."""
    other = Certificates(tmp_path, this_machine())
    other.renew(datetime.now(UTC))
    impostor = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    impostor.load_cert_chain(other.certificate, other.key)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=impersonate, args=(listening, impostor, heard), daemon=True)
        answering.start()
        till = https(gateway, "localhost", port=listening.getsockname()[1])
        with till, pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            till.post("/api/sessions/sign-in", json={"staff_code": "M1", "pin": "274918"})
        answering.join(30)
    assert heard == []
    assert not answering.is_alive()


def impersonate(listening: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    """Takes one connection in the name of a gateway, and keeps what is said on it."""
    line, _ = listening.accept()
    with line, contextlib.suppress(OSError), context.wrap_socket(line, server_side=True) as secured:
        while part := secured.recv(65_536):
            heard.append(part)


@pytest.mark.parametrize("path", ["/", "/api/orders/x", "/api/catalog/x", "/nothing"])
def test_t2_who_came_over_tls_comes_over_tls_again(gateway: Nginx, path: str) -> None:
    with https(gateway, "127.0.0.1") as till:
        told = till.get(path, headers={"Host": "edge.lan"}).headers.get_list("strict-transport-security")
    assert told == [f"max-age={HSTS_SECONDS}"]


def test_t2_nobody_is_locked_out_of_plain_http_on_this_machine(gateway: Nginx, http: httpx2.Client) -> None:
    """It would hold for every port of localhost, that of plain http too."""
    with https(gateway, "localhost") as till:
        answers = [till.get("/"), http.get("/"), http.get("/", headers={"Host": "edge.lan"})]
    assert [answer.status_code for answer in answers] == [HTTPStatus.OK] * 3
    assert not any("strict-transport-security" in answer.headers for answer in answers)


def test_t2_an_old_tls_is_refused(gateway: Nginx) -> None:
    assert shaken_hands(gateway, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        assert shaken_hands(gateway, version) == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_t3_a_certificate_that_was_renewed_is_shown_by_the_gateway_of_a_container(gateway: Nginx) -> None:
    place = gateway.gateway.certificate
    assert place is not None
    gateway.stop()
    closing = threading.Event()
    served = threading.Thread(target=serve, args=(gateway, closing, 0.05), daemon=True)
    served.start()
    eventually(lambda: gateway.process and gateway.ready())
    before = shown_to_tills(gateway)
    for names in (Names(("localhost",), ()), this_machine()):
        Certificates(place.parent, names).renew(datetime.now(UTC))
        eventually(lambda: shown_to_tills(gateway) == ssl.PEM_cert_to_DER_cert(place.read_text()))
    assert shown_to_tills(gateway) != before
    closing.set()
    served.join(30)
    assert not gateway.alive()
    gateway.start()


def shown_to_tills(gateway: Nginx) -> bytes | None:
    context = ssl.create_default_context(cadata=(gateway.folder / "ca.crt").read_text())
    port = int(gateway.gateway.tls[0].rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line,
        context.wrap_socket(line, server_hostname="localhost") as secured,
    ):
        return secured.getpeercert(binary_form=True)


def shaken_hands(gateway: Nginx, version: ssl.TLSVersion) -> str | None:
    """The version that is agreed upon, or why the gateway agreed upon none."""
    context = ssl.create_default_context(cadata=(gateway.folder / "ca.crt").read_text())
    # otherwise this side would not offer it
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    port = int(gateway.gateway.tls[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        try:
            with context.wrap_socket(line, server_hostname="localhost") as secured:
                return secured.version()
        except ssl.SSLError as error:
            return error.reason


def test_b18_plain_http_is_for_this_machine_only(gateway: Nginx) -> None:
    configuration = (gateway.folder / "nginx.conf").read_text()
    listens = [line.split()[1:] for line in configuration.splitlines() if line.split()[:1] == ["listen"]]
    assert [words for words in listens if "ssl" not in words] == [[f"127.0.0.1:{gateway.port};"]]


def test_b18_who_floods_the_gateway_is_told_to_wait(gateway: Nginx, ports: Ports) -> None:
    address = next((str(a) for a in this_machine().addresses if not a.is_loopback), None)
    assert address, "this machine has no address beside its own"
    with https(gateway, address) as till:
        answers = [till.get("/api/sessions/sign-in") for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS]
    assert len(refused) > 5
    assert {(a.json()["code"], a.headers["retry-after"]) for a in refused} == {("too_many_requests", "1")}
    assert len(answers) < REQUESTS_PER_SECOND


def test_b18_logs_hold_no_query(gateway: Nginx, http: httpx2.Client) -> None:
    http.get("/api/orders/customers?phone=9876543210")
    http.get("/api/catalog/customers?phone=9876543210")
    # a line is written a moment after its answer was sent
    eventually(lambda: '"/api/orders/customers"' in logged(gateway))
    eventually(lambda: '"/api/catalog/customers"' in logged(gateway))
    assert "9876543210" not in logged(gateway)


def test_b18_t8_logs_hold_no_code_of_a_customers_card(gateway: Nginx, http: httpx2.Client) -> None:
    http.get("/api/orders/customers/by-code/C-7F3A91D2?x=C-7F3A91D2")
    eventually(lambda: '"/api/orders/customers/by-code/-"' in logged(gateway))
    assert "7F3A91D2" not in logged(gateway)


def logged(gateway: Nginx) -> str:
    return "".join((gateway.folder / name).read_text() for name in ("access.log", "error.log"))


def test_a_gateway_that_was_killed_leaves_nothing_that_holds_its_ports(gateway: Nginx, http: httpx2.Client) -> None:
    assert gateway.process is not None
    assert gateway.process.pid is not None
    os.kill(gateway.process.pid, signal.SIGKILL)
    eventually(lambda: not gateway.alive())
    gateway.stop()
    gateway.start()
    assert http.get("/").status_code == 200


def test_a_gateway_whose_port_another_program_has_is_not_taken_for_it(gateway: Nginx, tmp_path: Path) -> None:
    """As where two stores start in one moment: tills of one would be sent to the other."""
    tmp_path.chmod(0o755)
    late = Nginx(tmp_path / "nginx", gateway.gateway, gateway.port)
    late.launch()
    try:
        eventually(lambda: "Address already in use" in (tmp_path / "nginx" / "error.log").read_text())
        assert gateway.ready()
        assert not late.ready()
    finally:
        late.stop()
