"""Typed routes: decoding, roles, problems, OpenAPI; over a door without a socket."""

import gzip
import json
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openapi_spec_validator import validate

from services.chassis.errors import Conflict, Unavailable
from services.chassis.fields import JsonInt, Line, Note, Since, Strict
from services.chassis.http import route
from services.chassis.openapi import document
from services.chassis.replies import Reply, state_reply
from services.chassis.routes import MAX_BODY, PUBLIC, SERVICE
from services.chassis.testing import client
from services.chassis.tokens import Authenticator, Principal, Remembered, Revocations

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
SERVICE_TOKEN = "the-token-that-doors-share"
NOW = 1_900_000_000


class Thing(Strict):
    name: Line
    count: JsonInt
    note: Note = ""


A_THING = Thing(name="one", count=1)


@dataclass
class Told:
    name: str
    count: int


class Taken(Conflict):
    """The name {name} is taken."""

    code = "name_taken"


class Door:
    name = "sample"

    @route("POST", "/api/sample/things", roles=PUBLIC, status=201, errors=(Taken,), summary="Add a thing")
    def add(self, body: Thing) -> Told:
        if body.name == "taken":
            raise Taken(name=body.name)
        if body.name == "broken":
            raise RuntimeError("secret words")
        if body.name == "away":
            raise Unavailable(retry_after=7)
        return Told(body.name, body.count)

    @route("GET", "/api/sample/things/{thing_id}", roles=("associate",), summary="One thing")
    def one(self, who: Principal, thing_id: UUID) -> Told:
        return Told(f"{who.staff_code} {thing_id}", 1)

    @route("POST", "/api/sample/things/{thing_id}/count", roles=PUBLIC, summary="Count a thing")
    def count(self, thing_id: UUID, body: Thing = A_THING) -> Told:
        return Told(str(thing_id)[:4], body.count)

    @route("DELETE", "/api/sample/things/{thing_id}", roles=("manager",), summary="Remove a thing")
    def remove(self, thing_id: UUID) -> None:
        del thing_id

    @route("GET", "/state/things", roles=SERVICE)
    def state(self, query: Since) -> Reply:
        return state_reply(query.since, 5, {"n": 5})


def pem(key: Any, *, public: bool) -> str:
    if public:
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def token(key=KEY, *, algorithm="EdDSA", **changes: Any) -> str:
    claims = {
        "iss": "sessions",
        "sub": "A1",
        "name": "Asha",
        "role": "associate",
        "permissions": [],
        "till": None,
        "store": "S001",
        "jti": "t1",
        "iat": NOW - 10,
        "exp": NOW + 1000,
    } | changes
    secret = pem(key, public=False) if algorithm == "EdDSA" else ("" if algorithm == "none" else "x" * 64)
    return jwt.encode(claims, secret, algorithm=algorithm)


class Calls:
    def __init__(self) -> None:
        self.revoked: dict[str, Any] = {}
        self.silent = False
        self.now = NOW
        loaded = Revocations(Remembered(lambda: self.revoked, monotonic=iter(range(10_000)).__next__))
        authenticator = Authenticator(
            pem(KEY, public=True),
            "S001",
            SERVICE_TOKEN,
            revoked=loaded,
            silent=lambda: self.silent,
            clock=SimpleNamespace(now=lambda: datetime.fromtimestamp(self.now, UTC)),
        )
        self.http = client(Door, SimpleNamespace(authenticator=authenticator))

    def get(self, path: str, bearer: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self.http.get(path, headers=headers)

    def post(self, body: Any, content_type: str = "application/json", **more: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post("/api/sample/things", data=data, content_type=content_type, **more)


@pytest.fixture
def door() -> Calls:
    return Calls()


ONE = "/api/sample/things/0197cc00-0000-7000-8000-000000000000"


def test_a_good_request_gets_what_the_method_gives(door):
    answer = door.post({"name": "Blue", "count": 2})
    assert (answer.status_code, answer.json) == (201, {"name": "Blue", "count": 2})


BAD_BODIES = {
    "duplicate key": b'{"name": "a", "name": "b", "count": 1}',
    "NaN": b'{"name": "a", "count": NaN}',
    "infinity": b'{"name": "a", "count": Infinity}',
    "1e400": b'{"name": "a", "count": 1e400}',
    "5000 digits": b'{"name": "a", "count": ' + b"9" * 5000 + b"}",
    "depth": b"[" * 100_000,
    "truth for a number": b'{"name": "a", "count": true}',
    "text for a number": b'{"name": "a", "count": "1"}',
    "null": b'{"name": null, "count": 1}',
    "unknown field": b'{"name": "a", "count": 1, "admin": true}',
    "list": b"[]",
    "text": b'"a"',
    "empty": b"",
    "byte order mark": b'\xef\xbb\xbf{"name": "a", "count": 1}',
    "UTF-16": '{"name": "a", "count": 1}'.encode("utf-16"),
    "two documents": b'{"name": "a", "count": 1}{}',
    "NUL": b'{"name": "a\\u0000b", "count": 1}',
    "lone surrogate": b'{"name": "\\ud800", "count": 1}',
    "bidi override": '{"name": "a\u202eb", "count": 1}'.encode(),
    "escape": b'{"name": "a\\u001bp", "count": 1}',
    "too long": json.dumps({"name": "a" * 201, "count": 1}).encode(),
    "type tag": b'{"name": {"__type__": "decimal", "__value__": "1E+999999999"}, "count": 1}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_body_is_a_problem_with_a_code(door, body):
    answer = door.post(body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "invalid_input"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_anything_but_json_is_refused(door, content_type):
    assert door.post({"name": "a", "count": 1}, content_type).status_code == 415


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "utf-16le", "latin-1", "no-such-charset", ""])
def test_d_json_is_utf_8_whatever_charset_is_declared(door, charset):
    """Read otherwise, +ADw- would become a <, and what was checked would not be what is stored."""
    kind = f"application/json; charset={charset}"
    assert door.post({"name": "+ADw-b+AD4-", "count": 1}, kind).json["name"] == "+ADw-b+AD4-"
    for codec in ("utf-16", "utf-16le", "latin-1"):
        assert door.post('{"name": "ä", "count": 1}'.encode(codec), kind).json["code"] == "invalid_input"


def test_d_a_packed_body_is_not_unpacked(door):
    """Most of a gigabyte in a megabyte: it is as large here as it came."""
    bomb = gzip.compress(bytes(2**20)) * 900
    assert len(bomb) <= MAX_BODY
    tracemalloc.start()
    try:
        answer = door.post(bomb, headers={"Content-Encoding": "gzip"})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert most < 10 * MAX_BODY


WRITTEN = {"2.0": 2, "2e0": 2, "20E-1": 2, "-0": 0, "-0.0": 0, "1E2": 100}


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_d_a_whole_number_is_one_however_json_writes_it(door, written, meant):
    answer = door.post(b'{"name": "a", "count": %s}' % written.encode())
    assert (answer.status_code, answer.json["count"]) == (201, meant)
    assert type(answer.json["count"]) is int


@pytest.mark.parametrize(
    "written", ["2.5", "1E-1", "1e400", "-1e400", "+1", "01", "0x1", ".5", "1.", "1_0", "--1", "1e"]
)
def test_d_a_number_that_is_not_whole_or_no_json_is_refused(door, written):
    answer = door.post(b'{"name": "a", "count": %s}' % written.encode())
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


ARRAYS = {
    "a million elements": (b"[" + b"0," * 999_999 + b"0]", 413),
    "as many as a body holds": (b"[" + b"0," * 524_000 + b"0]", 422),
    "in a field": (b'{"name": "a", "count": [' + b"0," * 524_000 + b"0]}", 422),
    "as fields": (b"{" + b",".join(b'"%x":0' % n for n in range(90_000)) + b"}", 422),
    "in a field's name": (b'{"' + b"x" * 1_000_000 + b'": 0}', 422),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_d_an_array_of_a_million_elements_is_refused_in_a_short_answer(door, case):
    body, status = ARRAYS[case]
    answer = door.post(body)
    assert answer.status_code == status
    assert len(answer.data) < 100_000


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_t12_no_foreign_page_is_let_in(door, method):
    """No answer has a word of CORS, not to a preflight either: a browser then shows a foreign page nothing of it."""
    asked = {"Origin": "https://foreign.example", "Access-Control-Request-Method": "POST"}
    answer = door.http.open("/api/sample/things", method=method, headers=asked)
    assert answer.status_code in {405, 415}
    assert [name for name in dict(answer.headers) if name.lower().startswith("access-control-")] == []


def test_a_body_that_is_too_large_is_refused(door):
    assert door.post(b" " * (MAX_BODY + 1)).status_code == 413


def test_a_body_that_need_not_be_sent_is_read_where_it_is(door):
    address = "/api/sample/things/0197cc00-0000-7000-8000-000000000000/count"
    assert door.http.post(address).json["count"] == 1
    assert door.http.post(address, content_type="application/json").json["count"] == 1
    assert door.http.post(address, json={"name": "two", "count": 2}).json["count"] == 2
    assert door.http.post(address, json={"name": "two"}).json["code"] == "invalid_input"
    assert door.http.post(address, data=b"{}", content_type="text/plain").status_code == 415


def test_errors_carry_code_sentence_and_details(door):
    answer = door.post({"name": "taken", "count": 1})
    assert answer.status_code == 409
    assert (answer.json["code"], answer.json["detail"]) == ("name_taken", "The name taken is taken.")
    assert answer.json["details"] == {"name": "taken"}


def test_a_defect_tells_nothing_of_itself(door):
    answer = door.post({"name": "broken", "count": 1})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text


def test_what_is_away_says_when_to_try_again(door):
    answer = door.post({"name": "away", "count": 1})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


def test_unknown_addresses_and_methods_are_problems_too(door):
    assert door.get("/nothing").json["code"] == "not_found"
    refused = door.http.put("/api/sample/things")
    assert (refused.status_code, refused.json["code"]) == (405, "method_not_allowed")
    assert "POST" in refused.headers["Allow"]


@pytest.mark.parametrize(
    "path_id",
    [
        "x",
        "0197CC00-0000-7000-8000-000000000000",
        "{0197cc00-0000-7000-8000-000000000000}",
        "0197cc0000007000800000000000000",
        "%c0%b0197cc00-0000-7000-8000-000000000000",
        "%ff",
        "%c0%ae%c0%ae%c0%af",
        "%00",
    ],
)
def test_an_id_has_one_spelling(door, path_id):
    assert door.get(f"/api/sample/things/{path_id}", token()).status_code == 422


def test_b18_a_shift_token_opens_the_door(door):
    assert door.get(ONE, token()).json["name"].startswith("A1 ")


REFUSED = {
    "no token": None,
    "nonsense": "nonsense",
    "another key": token(OTHER_KEY),
    "no signature": token(algorithm="none"),
    "a shared secret": token(algorithm="HS256"),
    "another issuer": token(iss="someone"),
    "another store": token(store="S002"),
    "expired": token(exp=NOW - 1),
}


@pytest.mark.parametrize("bearer", REFUSED.values(), ids=REFUSED)
def test_b18_any_other_token_does_not(door, bearer):
    answer = door.get(ONE, bearer)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "revoked",
    [
        {"tokens": [{"jti": "t1", "until": NOW}]},
        {"staff": [{"staff_code": "A1", "before": NOW}]},
        {"tills": [{"till_id": "T1", "before": NOW}]},
    ],
)
def test_b18_a_revoked_token_does_not(door, revoked):
    assert door.get(ONE, token(till="T1")).status_code == 200
    door.revoked = revoked
    assert door.get(ONE, token(till="T1")).status_code == 401


@pytest.mark.parametrize(("late", "status"), [(4 * 3600 - 60, 200), (4 * 3600 + 60, 401)])
def test_b18_a_token_lives_four_hours_longer_while_sign_in_is_silent(door, late, status):
    door.silent = True
    assert door.get(ONE, token(exp=NOW - late)).status_code == status


def test_b18_a_token_that_was_taken_before_still_ends(door):
    taken = token(exp=NOW + 10)
    assert door.get(ONE, taken).status_code == 200
    door.now = NOW + 10
    assert door.get(ONE, taken).status_code == 401


def test_b18_roles_are_checked_and_a_manager_may_what_an_associate_may(door):
    assert door.http.delete(ONE, headers={"Authorization": f"Bearer {token()}"}).json["code"] == "forbidden"
    manager = token(role="manager")
    assert door.http.delete(ONE, headers={"Authorization": f"Bearer {manager}"}).status_code == 204
    assert door.get(ONE, manager).status_code == 200


def test_states_are_for_services_only_and_give_only_what_is_newer(door):
    assert door.get("/state/things", token(role="manager")).status_code == 403
    assert door.get("/state/things?since=4", SERVICE_TOKEN).json == {"number": 5, "value": {"n": 5}}
    assert door.get("/state/things?since=5", SERVICE_TOKEN).status_code == 204
    assert door.get("/state/things?since=-1", SERVICE_TOKEN).status_code == 422


def test_routes_are_their_own_openapi():
    described = document("sample", Door)
    validate(described)
    things, thing = "/api/sample/things", "/api/sample/things/{thing_id}"
    assert set(described["paths"]) == {things, thing, f"{thing}/count"}
    needed = {path: described["paths"][path]["post"]["requestBody"]["required"] for path in (things, f"{thing}/count")}
    assert needed == {things: True, f"{thing}/count": False}
    assert "409" in described["paths"]["/api/sample/things"]["post"]["responses"]
