"""The recovery desk: what head office refuses is cured, sent again or made void, and nothing else waits for it."""

import httpx2
from playwright.sync_api import Locator, expect

from services.chassis.ids import new_id
from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import PATIENCE_S, eventually


def refused(till: Till, shop: Shop, code: str, article: int = 0) -> dict[str, object]:
    """An order of an article of this shop that head office does not take."""
    shop.refuse(code, orders=1)
    order = till.sell(shop.articles()[article]["barcode"])
    number = order["document"]["invoice"]["number"]
    eventually(lambda: shop.order(number)["state"] == "pending")
    return order


def at_the_desk(till: Till, order: dict[str, object]) -> Locator:
    till.go("recovery")
    number = order["document"]["invoice"]["number"]
    return till.page.locator("tbody tr").filter(has_text=number)


def test_s23_b10_an_order_is_corrected_with_the_original_kept_and_sent(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    order = refused(till, shop, "unknown_sku")
    sku = order["document"]["lines"][0]["sku"]
    row = at_the_desk(till, order)
    expect(row).to_contain_text("Enter head office's SKU for the line.")
    row.get_by_role("button", name="Correct and send").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"As printed: {sku}")
    expect(page.get_by_label("Sales employee")).to_have_count(0)
    page.get_by_role("button", name="Correct and send").last.click()
    expect(dialog).to_contain_text("Say why, in a few words.")
    page.get_by_label("Reason").fill("Head office renamed the article")
    page.get_by_role("button", name="Correct and send").last.click()
    expect(dialog).to_contain_text("Change something")
    page.get_by_label("Head office’s SKU").fill(sku)
    page.get_by_role("button", name="Correct and send").last.click()
    expect(dialog).to_have_count(0)
    expect(row).to_have_count(0, timeout=30_000)
    assert len(eventually(lambda: shop.at_head_office(order["order_id"]))) == 1
    till.go("orders", order["order_id"])
    expect(page.get_by_text("Correction: sent with the next try")).to_be_visible()
    expect(page.locator(".receipt-paper")).to_contain_text(order["document"]["lines"][0]["name"])


def test_b10_an_order_is_sent_again_as_it_is_one_or_all(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    first, second = (refused(till, shop, "unknown_staff", article) for article in (0, 1))
    at_the_desk(till, first).get_by_role("button", name="Send again").click()
    expect(at_the_desk(till, first)).to_have_count(0, timeout=30_000)
    expect(at_the_desk(till, second)).to_be_visible()
    till.press("Send all again")
    expect(page.get_by_text("Nothing needs a person.")).to_be_visible(timeout=30_000)
    for one in (first, second):
        assert len(eventually(lambda order_id=one["order_id"]: shop.at_head_office(order_id))) == 1


def test_b4_money_without_an_order_is_given_back_and_noted(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    reference = shop.new_reference()
    article = shop.articles()[0]
    with httpx2.Client(base_url=shop.address, timeout=PATIENCE_S, trust_env=False) as http:
        known = {"staff_code": shop.associate.staff_code, "pin": shop.associate.pin}
        at_till = known | {name: shop.tills[1][name] for name in ("till_id", "till_key")}
        token = http.post("/api/sessions/sign-in", json=at_till).json()["token"]
        sale = {
            "order_id": str(new_id()),
            "lines": [{"sku": article["sku"], "quantity": 1}],
            "total_minor": 1,
            "payments": [{"payment_mode": "UPI", "amount_minor": 1, "reference": reference}],
        }
        answer = http.post("/api/orders/orders", json=sale, headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["code"] == "quote_changed"
    till.go("recovery")
    row = page.locator("tbody tr").filter(has_text=reference)
    row.get_by_role("button", name="Note the refund").click()
    page.get_by_role("dialog").get_by_role("button", name="Note the refund").click()
    expect(page.get_by_role("dialog")).to_contain_text("Say how it was given back.")
    page.get_by_label("How it was given back").fill("UPI refund 4242")
    page.get_by_role("dialog").get_by_role("button", name="Note the refund").click()
    expect(row).to_have_count(0)


def test_b18_an_associate_has_no_recovery_desk(till: Till) -> None:
    till.go("recovery")
    expect(till.page.get_by_text("There is no such page.")).to_be_visible()
    expect(till.page.get_by_role("link", name="Recovery")).to_have_count(0)
