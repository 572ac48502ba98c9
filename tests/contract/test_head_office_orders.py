"""Orders over the port: each answer of head office, and each thing that may go wrong on the way."""

from datetime import UTC, date, datetime, timedelta

import pytest
from head_office_process import order

from services.head_office.http import HttpHeadOffice
from services.head_office.port import (
    Absent,
    Accepted,
    Busy,
    Done,
    Failed,
    InProgress,
    KeyReused,
    Lost,
    Reason,
    Refused,
    Superseded,
    Unauthorised,
    Unfit,
    Unreachable,
)

ORDERS = "/v1/orders"


@pytest.fixture
def client(head_office) -> HttpHeadOffice:
    return head_office.client()


def sent(client, document, revision=1, correction=None):
    return client.send_order(document | {"revision": revision}, revision, correction)


def test_b9_an_order_is_accepted_once_and_a_replay_says_the_same(client, head_office):
    document = order()
    first = sent(client, document)
    assert isinstance(first, Accepted)
    assert (first.order_id, first.total_minor, first.invoice_number, first.revision, first.replay) == (
        document["order_id"],
        99_900,
        document["invoice"]["number"],
        1,
        False,
    )
    assert abs(first.accepted_at - datetime.now(UTC)) < timedelta(minutes=1)
    again = sent(client, document)
    assert (again.oms_id, again.accepted_at, again.replay) == (first.oms_id, first.accepted_at, True)
    assert head_office.accepted(document["order_id"]) == 1


def test_b9_another_revision_of_an_accepted_order_is_told_what_is_stored(client, head_office):
    document = order()
    first = sent(client, document)
    corrected = sent(client, document, 2, {"note": "corrected"})
    assert (corrected.oms_id, corrected.revision, corrected.replay) == (first.oms_id, 1, True)
    assert head_office.accepted(document["order_id"]) == 1


def test_b9_other_content_under_a_key_is_told_apart(client):
    document = order()
    sent(client, document)
    assert sent(client, document | {"note": "changed"}) == KeyReused()


def test_b9_a_reply_that_is_lost_leaves_one_order_that_can_be_asked_for(client, head_office):
    document = order()
    head_office.wrong("lose_reply", path=ORDERS, count=1)
    assert isinstance(sent(client, document), Lost)
    found = client.order(document["order_id"])
    assert isinstance(found, Accepted)
    assert sent(client, document).oms_id == found.oms_id
    assert head_office.accepted(document["order_id"]) == 1


def test_s23_a_refusal_gives_its_reasons_and_uses_no_key_up(client, head_office):
    document = order()
    head_office.wrong("refuse", {"code": "sku_unknown", "text": "There is no such SKU."}, count=1)
    assert sent(client, document) == Refused((Reason("sku_unknown", "There is no such SKU."),))
    assert client.order(document["order_id"]) == Absent()
    assert isinstance(sent(client, document), Accepted)


def test_s23_only_the_orders_that_are_named_are_refused(client, head_office):
    bad, good = order(), order()
    head_office.wrong("refuse", {"ids": [bad["order_id"]], "code": "closed", "text": "Closed."})
    assert isinstance(sent(client, bad), Refused)
    assert isinstance(sent(client, good), Accepted)


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        ("in_progress", None, InProgress()),
        ("retry_after", 7, Busy(7.0)),
        ("retry_after", 86_400, Busy(900.0)),
        ("retry_after", 0, Busy(1.0)),
        ("retry_after", "soon", Busy(None)),
        ("unavailable", 30, Busy(30.0)),
        ("status", 503, Busy(None)),
        ("status", 500, Failed(500)),
        ("unauthorised", None, Unauthorised()),
        ("portal", None, Unreachable("captive_portal")),
        ("redirect", "http://127.0.0.1:9/elsewhere", Unreachable("captive_portal")),
        ("other_order", None, Unfit("answer_does_not_match")),
        ("wrong_amount", None, Unfit("answer_does_not_match")),
    ],
)
def test_b9_b11_each_trouble_is_told_by_its_name(client, head_office, kind, value, answer):
    head_office.wrong(kind, value, path=ORDERS)
    assert sent(client, order()) == answer


@pytest.mark.parametrize("how", ["dial", "side door"])
def test_b13_an_order_that_head_office_forgot_can_be_sent_again(client, head_office, how):
    document = order()
    if how == "dial":
        head_office.wrong("forget", count=1)
    assert isinstance(sent(client, document), Accepted)
    if how == "side door":
        assert head_office.admin.delete(f"/records/{document['order_id']}").status_code == 204
    assert client.order(document["order_id"]) == Absent()
    again = sent(client, document)
    assert (type(again), again.replay) == (Accepted, False)
    assert head_office.accepted(document["order_id"]) == 1


def test_b9_a_reply_that_is_late_is_waited_for(client, head_office):
    head_office.wrong("late_ms", 300, path=ORDERS)
    assert isinstance(sent(client, order()), Accepted)


def test_b9_a_line_that_is_cut_may_have_carried_the_order(client, head_office):
    head_office.wrong("down", path=ORDERS)
    assert isinstance(sent(client, order()), Lost)


def test_b9_nobody_who_listens_means_that_surely_nothing_arrived(head_office):
    nobody = head_office.client(url="http://127.0.0.1:9")
    assert isinstance(sent(nobody, order()), Unreachable)


def test_b19_a_token_that_is_none_of_ours_is_unauthorised(head_office):
    assert sent(head_office.client(token="wrong"), order()) == Unauthorised()


def test_b19_a_newer_installation_supersedes_the_older_everywhere(head_office):
    older = head_office.client()
    head_office.install()
    assert sent(older, order()) == Superseded()
    assert older.order(order()["order_id"]) == Superseded()
    assert older.probe().superseded
    assert isinstance(sent(head_office.client(), order()), Accepted)


def test_b21_an_order_that_was_never_seen_can_be_cancelled_and_is_refused_from_then_on(client, head_office):
    document = order()
    wish = {"invoice_number": document["invoice"]["number"], "business_date": "2026-04-15", "reason": "void"}
    assert isinstance(client.cancel(document["order_id"], wish), Done)
    assert isinstance(client.cancel(document["order_id"], wish), Done), "told twice without harm"
    refused = sent(client, document)
    assert (type(refused), [r.code for r in refused.reasons]) == (Refused, ["cancelled"])
    assert client.order(document["order_id"]) == Absent()
    [booked] = client.lookup([document["order_id"]])
    assert booked.cancelled
    assert head_office.accepted(document["order_id"]) == 0


def test_b21_an_order_that_was_accepted_is_not_cancelled(client):
    document = order()
    sent(client, document)
    refused = client.cancel(document["order_id"], {"invoice_number": document["invoice"]["number"]})
    assert (type(refused), [r.code for r in refused.reasons]) == (Refused, ["already_accepted"])


def test_b13_a_day_is_told_page_by_page_and_ids_are_looked_up(client):
    day = date(2026, 4, 1)
    placed = [order(business_date=day.isoformat()) for _ in range(501)]
    for document in placed:
        assert isinstance(sent(client, document), Accepted)
    ids = [d["order_id"] for d in placed]
    assert [b.order_id for b in client.orders_of_day(day)] == ids
    found = client.lookup([*ids[:3], order()["order_id"]])
    assert [(b.order_id, b.total_minor, b.cancelled) for b in found] == [(i, 99_900, False) for i in ids[:3]]


def test_b20_the_clock_of_head_office_is_compared_with_ours(client, head_office):
    assert abs(client.probe().skew_seconds) < 2
    head_office.wrong("skew_seconds", 600)
    assert client.probe().skew_seconds == pytest.approx(-600, abs=2)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("portal", None, "captive_portal"),
        ("redirect", "http://127.0.0.1:9/", "captive_portal"),
        ("status", 500, "http_500"),
        ("unauthorised", None, "http_401"),
    ],
)
def test_b2_a_probe_says_why_head_office_cannot_be_used(client, head_office, kind, value, reason):
    assert client.probe().good
    head_office.wrong(kind, value)
    seen = client.probe()
    assert (seen.good, seen.met, seen.reason) == (False, True, reason)


def test_b2_a_probe_that_nobody_answers_met_nobody(client, head_office):
    head_office.wrong("down")
    seen = client.probe()
    assert (seen.good, seen.met, seen.superseded) == (False, False, False)


HASH = {"a": "a" * 64, "b": "b" * 64}


def told(series, sequence, letter):
    invoice = {"series": series, "sequence": sequence, "hash": HASH[letter]}
    document = order()
    return document | {"invoice": document["invoice"] | invoice}


def test_b3_head_office_keeps_the_head_that_reached_furthest_of_each_chain(client, head_office):
    series = f"S{order()['order_id'][:4].upper()}/26"
    for sequence, letter in ((2, "b"), (1, "a")):
        assert isinstance(sent(client, told(series, sequence, letter)), Accepted)
    session = {"session_id": order()["order_id"], "ledger_sequence": 9_000, "ledger_head": HASH["a"]}
    client.put_session(session["session_id"], session)
    mark = {"invoice_number": f"{series}-3", "mark": {"sequence": 7_000, "hash": HASH["b"]}}
    client.cancel(order()["order_id"], mark)
    found = client.heads()
    assert {(h.chain, h.sequence, h.hash) for h in found.heads if h.name in (series, str(found.epoch))} == {
        ("invoices", 2, HASH["b"]),
        ("sessions", 9_000, HASH["a"]),
        ("marks", 7_000, HASH["b"]),
    }
    head_office.install()
    assert head_office.client().heads().epoch == found.epoch + 1


def test_b16_head_office_gives_an_order_back_as_it_was_sent(client):
    document = order()
    sent(client, document, 2, {"note": "corrected"})
    given = client.documents([document["order_id"], order()["order_id"]])
    assert given == [document | {"revision": 2, "correction": {"note": "corrected"}}]
