"""What only head office can give, and what it is told besides orders."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from head_office_process import SKU

from services.head_office.http import HttpHeadOffice
from services.head_office.port import Absent, Done, Lost, NoAnswer, Refused, Unauthorised
from tests.support import PATIENCE_S, eventually

SOON = 30.0


@pytest.fixture
def client(head_office) -> HttpHeadOffice:
    return head_office.client()


def test_b19_a_store_learns_who_it_is_and_gets_prefixes_ahead_of_need(client):
    store = client.store()
    assert (store["store_id"], store["state_code"], store["time_zone"], store["currency"]) == (
        "S001",
        "29",
        "Asia/Kolkata",
        "INR",
    )
    assert len(set(store["prefixes"])) == len(store["prefixes"]) >= 50
    assert all(len(p) <= 4 and p.isalnum() and p == p.upper() for p in store["prefixes"])


def test_b19_a_newer_installation_gets_other_prefixes(head_office):
    before = head_office.client().store()
    head_office.install()
    after = head_office.client().store()
    assert after["epoch"] == before["epoch"] + 1
    assert not set(after["prefixes"]) & set(before["prefixes"])


def test_b19_a_wrong_code_installs_nothing(head_office):
    answer = head_office.admin.post("/v1/store/installations", json={"store_id": "S001", "code": "wrong"})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "code-refused")
    assert head_office.client().store()


def test_b19_a_code_installs_once(head_office):
    used = head_office.code
    head_office.install()
    answer = head_office.admin.post("/v1/store/installations", json={"store_id": "S001", "code": used})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "code-refused")
    assert head_office.code != used


@pytest.mark.parametrize(
    ("kind", "reason"), [("portal", "captive_portal"), ("unauthorised", "unauthorised"), ("status", "failed")]
)
def test_b19_without_an_answer_the_reason_is_named(client, head_office, kind, reason):
    head_office.wrong(kind, 500)
    with pytest.raises(NoAnswer) as silent:
        client.store()
    assert silent.value.reason == reason


def test_s20_what_is_left_at_this_moment_is_told_of_what_is_known(client, head_office):
    head_office.admin.put("/shop/inventory", json=[{"sku": SKU, "quantity": 7}]).raise_for_status()
    assert client.stock([SKU, "NOSUCH"], timeout=SOON).value["items"] == [{"sku": SKU, "quantity": 7}]


def test_b21_customers_and_sessions_may_be_told_twice(client, head_office):
    subject = str(uuid.uuid4())
    for _ in range(2):
        assert isinstance(client.put_customer(subject, {"name": "Meera", "revision": 1}), Done)
        assert isinstance(client.put_session(subject, {"session_id": subject, "ledger_head": "ab"}), Done)
    told = head_office.admin.get("/records").json()
    assert told["customers"].count(subject) == 1
    assert [s["puts"] for s in told["sessions"] if s["session_id"] == subject] == [2]


def test_b21_an_older_word_about_a_customer_changes_nothing(client):
    subject = str(uuid.uuid4())
    code = client.put_customer(subject, {"name": "Meera Iyer", "revision": 2}).value["code"]
    assert client.put_customer(subject, {"name": "Meera", "revision": 1}).value["code"] == code
    assert client.customer_by_code(code, timeout=SOON).value["name"] == "Meera Iyer"


def test_s20_a_customer_is_found_by_the_code_that_head_office_gave(client):
    subject = str(uuid.uuid4())
    code = client.put_customer(subject, {"name": "Rohan"}).value["code"]
    assert client.customer_by_code(code, timeout=SOON).value["name"] == "Rohan"
    assert client.customer_by_code("C-NOBODY", timeout=SOON) == Absent()


def test_s20_a_cart_is_quoted_with_offer_delivery_and_extensions_and_committed(client):
    order_id = str(uuid.uuid4())
    cart = {
        "lines": [{"sku": SKU, "quantity": 2, "amount_minor": 99_900, "extensions": ["HEM"]}],
        "coupon": "FEST10",
        "fulfilment": "delivery",
    }
    quoted = client.quote(order_id, cart, timeout=SOON).value
    assert quoted["lines"][0]["discount_minor"] == 9_990
    assert (quoted["delivery_minor"], len(quoted["extensions"])) == (9_900, 1)
    hem = {"sku": SKU, "code": "HEM", "name": "Alteration: hem", "amount_minor": 2 * 150_00}
    assert quoted["extensions"] == [hem]
    assert isinstance(client.commit_quote(order_id, timeout=SOON), Done)
    assert client.commit_quote(str(uuid.uuid4()), timeout=SOON) == Absent()


@pytest.mark.parametrize(
    ("cart", "code"),
    [
        ({"coupon": "NOSUCH"}, "coupon_unknown"),
        ({"lines": [{"sku": SKU, "quantity": 1, "amount_minor": 1, "extensions": ["X"]}]}, "extension_unknown"),
    ],
)
def test_s20_what_head_office_does_not_know_is_refused_with_a_code(client, cart, code):
    refused = client.quote(str(uuid.uuid4()), {"lines": []} | cart, timeout=SOON)
    assert (type(refused), [r.code for r in refused.reasons]) == (Refused, [code])


def test_s20_a_payment_is_made_once_under_its_key_and_may_be_cancelled(client):
    key = f"{uuid.uuid4()}:1"
    first = client.create_payment(key, 99_900, "LINK", timeout=SOON).value
    assert (first["status"], first["amount_minor"]) == ("captured", 99_900)
    assert client.create_payment(key, 99_900, "LINK", timeout=SOON).value == first
    assert client.payment(key, timeout=SOON).value == first
    assert client.cancel_payment(key, timeout=SOON).value["status"] == "cancelled"
    assert client.payment("nobody:1", timeout=SOON) == Absent()


def test_s20_a_payment_waits_until_the_customer_has_paid(client, head_office):
    key = f"{uuid.uuid4()}:1"
    head_office.wrong("payment_pending")
    assert client.create_payment(key, 99_900, "LINK", timeout=SOON).value["status"] == "pending"
    assert client.payment(key, timeout=SOON).value["status"] == "pending"
    head_office.right()
    assert client.payment(key, timeout=SOON).value["status"] == "captured"


def test_s20_a_product_is_corrected_and_the_next_delta_holds_it(client):
    with client.feed("products", None) as feed:
        records = list(feed.records())
        product, cursor = records[0].fields, feed.cursor
    assert isinstance(client.update_product(product["product_id"], {"name": "New name"}, timeout=SOON), Done)
    with client.feed("products", cursor) as feed:
        assert [r.fields["name"] for r in feed.records()] == ["New name"]
    assert isinstance(client.update_product(product["product_id"], {"price": 1}, timeout=SOON), Refused)
    assert client.update_product("P0", {"name": "x"}, timeout=SOON) == Absent()


def test_s20_an_online_feature_is_waited_for_no_longer_than_was_said(client, head_office):
    head_office.wrong("delay_ms", 30_000, path="/v1/quotes")
    began = time.monotonic()
    assert isinstance(client.quote(str(uuid.uuid4()), {"lines": []}, timeout=0.3), Lost)
    assert time.monotonic() - began < 15


def test_a_delay_ends_when_the_dials_are_set_anew_and_not_for_nonsense(client, head_office):
    key = str(uuid.uuid4())
    head_office.wrong("delay_ms", 600_000, path="/v1/quotes")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.quote, key, {"lines": []}, timeout=PATIENCE_S)
        eventually(lambda: head_office.admin.get("/dials").json()["on"][0]["struck"])
        assert head_office.admin.put("/dials", json=[{"kind": "nonsense"}]).is_client_error
        assert not answer.done()
        head_office.admin.put("/dials", json=[]).raise_for_status()
        assert not isinstance(answer.result(), Lost)


def test_what_needs_a_token_says_so(head_office):
    assert head_office.client(token="wrong").put_customer("c", {}) == Unauthorised()
