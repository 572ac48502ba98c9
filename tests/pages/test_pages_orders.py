"""Orders as people look for them: the list, one of them, and how it is made void."""

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually


def test_s18_s22_an_order_is_in_the_list_at_once_marked_for_ever_and_loses_its_pending_state(
    till: Till, shop: Shop
) -> None:
    page = till.page
    till.grant_folder()
    shop.line_down()
    order = till.sell(shop.articles()[0]["barcode"])
    number = order["document"]["invoice"]["number"]
    till.go("orders")
    row = page.get_by_role("row").filter(has=page.get_by_text(number, exact=False)).first
    expect(row).to_contain_text("Offline Order")
    expect(row).to_contain_text("Waiting to sync")
    expect(row).to_contain_text(shop.tills[0]["name"])
    at_the_store = datetime.fromisoformat(order["document"]["placed_at"]).astimezone(ZoneInfo("Asia/Kolkata"))
    expect(row.locator("time")).to_contain_text(f"{at_the_store:%-I:%M %p}".lower())
    shop.line_up()
    expect(row).to_contain_text("Synced", timeout=30_000)
    expect(row).to_contain_text("Offline Order")

    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Synced")
    expect(facts).to_contain_text(str(shop.order(number)["oms_id"]))
    expect(page.get_by_text("Accepted by head office")).to_be_visible()
    expect(page.get_by_role("button", name="Void this order")).to_have_count(0)
    for times in (1, 2):
        page.get_by_text("Print receipt").click()
        eventually(lambda times=times: len(till.printed()) == times)
    first, again = (paper["text"].upper() for paper in till.printed())
    assert ("COPY" in first, "COPY" in again) == (False, True)


def test_s18_orders_are_found_by_number_state_mode_and_till(till: Till, shop: Shop) -> None:
    page = till.page
    order = till.sell(shop.articles()[0]["barcode"])
    number = order["document"]["invoice"]["number"]
    till.go("orders")
    search = page.get_by_label("Invoice number, customer’s name or phone")
    search.fill(number)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Sold", exact=True).select_option("offline")
    expect(page.get_by_text("No order is found. Try other filters.")).to_be_visible()
    page.get_by_label("Sold", exact=True).select_option("online")
    expect(page.locator("tbody tr")).to_contain_text(number)
    page.get_by_label("Till", exact=True).select_option(label=shop.tills[1]["name"])
    expect(page.get_by_text("No order is found. Try other filters.")).to_be_visible()
    page.get_by_label("Till", exact=True).select_option("")
    search.fill("no such number")
    expect(page.get_by_text("No order is found. Try other filters.")).to_be_visible()
    search.fill("")
    page.get_by_label("Sold", exact=True).select_option("")


def test_s18_an_order_that_is_not_there_is_said_to_be_so(till: Till) -> None:
    till.go("orders", "0199d09f-0000-7000-8000-000000000001")
    expect(till.page.get_by_role("alert")).to_have_text("There is no such order.")


def test_b22_a_void_needs_a_reason_the_goods_and_a_second_person(till: Till, shop: Shop) -> None:
    page = till.page
    till.grant_folder()
    shop.line_down()
    order = till.sell(shop.articles()[0]["barcode"])
    till.go("orders", order["order_id"])
    till.press("Void this order")
    dialog = page.get_by_role("dialog")
    till.press("Void it")
    expect(dialog).to_contain_text("Say why, in a few words.")
    expect(dialog).to_contain_text("Say where the goods are.")
    page.get_by_label("Reason").fill("The customer changed their mind")
    page.get_by_role("radio", name="Are back on the shelf").check(force=True)
    page.get_by_label("Manager’s staff code").fill(shop.associate.staff_code)
    page.get_by_label("PIN", exact=True).fill(shop.associate.pin)
    till.press("Void it")
    expect(dialog.locator(".refusal")).not_to_be_empty()
    expect(page.get_by_label("Reason")).to_have_value("The customer changed their mind")
    page.get_by_label("Manager’s staff code").fill(shop.manager.staff_code)
    page.get_by_label("PIN", exact=True).fill(shop.manager.pin)
    till.press("Void it")
    expect(dialog).to_have_count(0)
    expect(page.locator(".facts")).to_contain_text("Void")
    shop.line_up()
    eventually(lambda: shop.order(order["document"]["invoice"]["number"])["state"] == "void")
    assert shop.at_head_office(order["order_id"]) == []
