"""How answers over HTTP are read."""

from datetime import UTC, datetime

import pytest

from services.head_office import answers
from services.head_office.port import (
    Absent,
    Accepted,
    Busy,
    Failed,
    InProgress,
    KeyReused,
    Reason,
    Refused,
    Superseded,
    Unauthorised,
    Unfit,
    Unreachable,
)

NOW = datetime(2026, 4, 15, 6, 31, tzinfo=UTC)
JSON, PROBLEM, HTML = "application/json", "application/problem+json", "text/html"
STORED = {
    "order_id": "0199d0a0-7c1e-7a10-8b4e-5f2d9c0a1b2c",
    "oms_id": "OMS-1",
    "invoice_number": "1A0001",
    "total_minor": 99_900,
    "accepted_at": "2026-04-15T12:01:00+05:30",
    "revision": 2,
}
PORTAL = Unreachable("captive_portal")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("-5", 1.0),
        ("0", 1.0),
        ("0.2", 1.0),
        (" 30 ", 30.0),
        ("901", 900.0),
        ("1e300", 900.0),
        ("Wed, 15 Apr 2026 06:32:00 GMT", 60.0),
        ("Wed, 15 Apr 2020 06:32:00 GMT", 1.0),
        ("Wed, 99 Apr 2026 06:32:00 GMT", None),
    ],
)
def test_b11_retry_after_is_seconds_or_a_date_and_never_beyond_reason(header, seconds):
    assert answers.retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Wed, 15 Apr 2026 06:30:00 GMT", 60.0), ("Wed, 15 Apr 2026 06:41:00 GMT", -600.0), ("today", None), (None, None)],
)
def test_b20_the_skew_is_our_clock_less_theirs(header, seconds):
    assert answers.skew(header, NOW) == seconds


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("https://head-office.example/problems/refused", "refused"),
        ("https://head-office.example/problems/refused/", "refused"),
        ("urn:problem:in-progress", "in-progress"),
        ("refused", "refused"),
        (None, "None"),
    ],
)
def test_b9_a_problem_is_told_by_the_last_part_of_its_type(told, kind):
    assert answers.problem_type({"type": told}) == kind


@pytest.mark.parametrize(
    ("status", "kind", "problem", "answer"),
    [
        (200, JSON, None, None),
        (204, "", None, None),
        (409, PROBLEM, {"type": "in-progress"}, None),
        (422, PROBLEM, {"type": "refused"}, None),
        (403, PROBLEM, {"type": "x/superseded"}, Superseded()),
        (409, PROBLEM, {"type": "x/superseded"}, Superseded()),
        (403, PROBLEM, {"type": "x/forbidden"}, Unauthorised()),
        (401, JSON, None, Unauthorised()),
        (403, HTML, None, PORTAL),
        (401, HTML, None, PORTAL),
        (200, HTML, None, PORTAL),
        (404, HTML, None, PORTAL),
        (302, JSON, None, PORTAL),
        (511, HTML, None, PORTAL),
        (511, JSON, None, PORTAL),
        (429, HTML, None, Busy(7.0)),
        (503, HTML, None, Busy(7.0, in_doubt=True)),
        (503, JSON, None, Busy(7.0, in_doubt=True)),
        (503, PROBLEM, {"type": "busy"}, Busy(7.0)),
        (500, PROBLEM, None, Failed(500)),
        (502, HTML, None, Failed(502)),
    ],
)
def test_b9_b11_trouble_is_told_apart_from_what_is_said_of_the_request(status, kind, problem, answer):
    assert answers.trouble(status, kind, problem, 7.0) == answer


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        ({"type": "not-found"}, Absent()),
        ({"type": "in-progress"}, InProgress()),
        ({"type": "key-reused"}, KeyReused()),
        ({"type": "malformed"}, Unfit("malformed")),
        ({}, Unfit("unknown_problem")),
        (None, Unfit("unknown_problem")),
        ({"type": "refused"}, Refused()),
        ({"type": "refused", "reasons": "none"}, Refused()),
        ({"type": "refused", "reasons": ["x", {}]}, Refused((Reason("unknown", ""),))),
        (
            {"type": "refused", "reasons": [{"code": "sku", "text": "No\x1b such\n SKU", "line_no": 2}]},
            Refused((Reason("sku", "No such SKU", 2),)),
        ),
        (
            {"type": "refused", "reasons": [{"code": "c" * 99, "text": "t" * 999, "line_no": "2"}]},
            Refused((Reason("c" * 64, "t" * 500),)),
        ),
    ],
)
def test_s23_what_a_problem_says_is_bounded_and_can_be_shown(problem, answer):
    assert answers.refusal(problem) == answer


def test_s23_at_most_twenty_reasons_are_kept():
    told = answers.refusal({"type": "refused", "reasons": [{"code": str(n), "text": ""} for n in range(99)]})
    assert [r.code for r in told.reasons] == [str(n) for n in range(20)]


def test_b9_an_order_is_read_with_its_time_in_utc():
    read = answers.accepted(STORED, replay=True)
    assert isinstance(read, Accepted)
    assert (read.accepted_at, read.revision, read.replay) == (NOW, 2, True)
    assert answers.accepted({k: v for k, v in STORED.items() if k != "revision"}).revision is None


@pytest.mark.parametrize("field", ["order_id", "oms_id", "invoice_number", "total_minor", "accepted_at"])
@pytest.mark.parametrize("value", [None, "", 9.5, True, [], {}, "2026-04-15T12:01:00"])
def test_b9_an_order_that_cannot_be_read_is_unfit(field, value):
    told = STORED | {field: value}
    readable = field in {"order_id", "oms_id", "invoice_number"} and value == "2026-04-15T12:01:00"
    assert isinstance(answers.accepted(told), Accepted if readable else Unfit)
    assert isinstance(answers.accepted({k: v for k, v in STORED.items() if k != field}), Unfit)


@pytest.mark.parametrize("body", [None, [], "order", 7])
def test_b9_what_is_no_order_is_unfit(body):
    assert answers.accepted(body) == Unfit("answer_unreadable")
