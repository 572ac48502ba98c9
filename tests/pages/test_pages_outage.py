"""The line is cut, and parts of the store are stopped in mid-sale: what the page says, and what is stored."""

import hashlib
import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually

BLUE = "No internet connection. Offline Mode is on; orders will be sent when the connection is back."
STOCK_NOTE = "Inventory shown may not reflect real-time stock until sync completes."
NOT_AVAILABLE = "Not available in Offline Mode"
PLEASE_WAIT = "Please wait until sync completes."
TOAST = "Order syncing started in background"
LOST_WITHIN_MS = 3_000
# as after a restart of the browser: it asks again, and somebody allows
TAKEN_BACK = """() => {
  let allowed = false;
  FileSystemHandle.prototype.queryPermission = async () => (allowed ? "granted" : "prompt");
  FileSystemHandle.prototype.requestPermission = async () => ((allowed = true), "granted");
}"""


def test_s3_s7_s14_s17_s19_s21_b12_an_outage_at_the_till(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    page = till.page
    shop.line_down()
    expect(till.banner).to_have_text(BLUE)
    expect(till.banner).to_have_class(re.compile("blue"))
    expect(page.get_by_role("button", name="Turn Off")).to_have_count(0)
    expect(page.get_by_text(STOCK_NOTE).first).to_be_visible()
    till.scan(article["barcode"])
    expect(till.total).to_be_visible()

    page.get_by_role("button", name="Coupon, delivery").click()
    expect(page.get_by_role("dialog")).to_contain_text(NOT_AVAILABLE)
    expect(page.get_by_label("Coupon code")).to_be_disabled()
    expect(page.get_by_role("radio", name="Delivery")).to_be_disabled()
    page.keyboard.press("Escape")
    till.scan("C-12345678")
    expect(page.locator(".toast").last).to_have_text(NOT_AVAILABLE)

    till.cart.get_by_role("button", name="Pay").click(force=True)
    expect(page.locator(".toast").last).to_contain_text("it cannot sell while offline")
    till.cart.get_by_role("button", name="Grant a folder on this till").click()
    till.start_paying()
    expect(page.get_by_role("radio", name="Payment Link")).to_be_disabled()
    expect(page.locator(".mode", has_text="Payment Link")).to_contain_text(NOT_AVAILABLE)
    till.complete()
    order = till.sold()
    assert (order["offline"], order["label"], order["state"]) == (True, "Offline Order", "waiting")
    expect(page.locator(".invoice-number")).to_contain_text("Offline")
    till.press("Print receipt")
    eventually(till.printed)
    assert till.printed()[0]["text"].strip().upper().startswith("OFFLINE")

    expect(page.get_by_role("link", name="1 order waits to sync")).to_be_visible()
    till.sign_out()
    expect(page.get_by_role("dialog")).to_contain_text(PLEASE_WAIT)
    expect(page.get_by_role("dialog")).to_contain_text("1 order waits to sync")
    till.press("Cancel")
    till.sign_out()
    till.press("Sign out all the same")
    page.get_by_label("PIN", exact=True).fill(shop.associate.pin)
    # who does not hear the stream yet misses a toast, and it is gone again before every part knows of the line
    with page.expect_response("**/api/sessions/stream"):
        till.press("Sign in")
    shop.mend_line()
    expect(page.locator(".toast", has_text=TOAST)).to_be_visible()
    shop.line_up()
    expect(till.banner).to_have_count(0)
    eventually(lambda: shop.at_head_office(order["order_id"]))
    assert len(shop.at_head_office(order["order_id"])) == 1
    _kept_sealed(till, shop, order)


def _kept_sealed(till: Till, shop: Shop, order: dict[str, Any]) -> None:
    """S3, B18: the till's copies can be read by head office alone, and the order says which one was there first."""
    files, asked, done = till.kept(), *(f"{order['order_id']}.{step}" for step in ("asked", "done"))
    assert set(files) == {asked, done}
    assert not any(order["document"]["invoice"]["number"] in text for text in files.values())
    opened = shop.opened(files)
    assert opened[asked]["total_minor"] == order["document"]["totals"]["total_minor"]
    assert opened[done]["document"] == order["document"]
    assert shop.kept_hash(order["order_id"]) == hashlib.sha256(files[asked].encode()).hexdigest()


def test_s3_a_permission_that_the_browser_took_back_is_asked_for_again(till: Till, shop: Shop) -> None:
    page = till.page
    till.grant_folder()
    page.evaluate(TAKEN_BACK)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(till.cart.locator(".notice")).to_contain_text("The browser asks again for this till’s folder")
    shop.line_down()
    till.scan(shop.articles()[0]["barcode"])
    expect(till.total).to_be_visible()
    expect(till.cart.get_by_role("button", name="Pay")).to_have_attribute("aria-disabled", "true")
    till.cart.get_by_role("button", name="Allow the folder again").click()
    till.start_paying()
    page.evaluate(TAKEN_BACK)
    till.pay_by("UPI at Store")
    reference = shop.new_reference()
    page.get_by_label("UPI reference").fill(reference)
    till.complete()
    expect(page.get_by_role("form", name="Pay")).to_contain_text("The browser asks again for this till’s folder")
    expect(page.get_by_label("UPI reference")).to_have_value(reference)
    page.get_by_role("form", name="Pay").get_by_role("button", name="Allow the folder again").click()
    till.complete()
    order = till.sold()
    assert order["document"]["payments"][0]["reference"] == reference
    assert set(till.kept()) >= {f"{order['order_id']}.{step}" for step in ("asked", "done")}


def test_s3_a_sale_that_is_refused_is_noted_in_the_folder_as_not_made(till: Till, shop: Shop) -> None:
    page = till.page
    till.grant_folder()
    reference = shop.new_reference()
    sold = _sell_by_upi(till, shop, reference)
    till.press("New sale")
    till.scan(shop.articles()[1]["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill(reference)
    till.complete()
    expect(page.get_by_role("dialog")).to_contain_text(f"{reference} was used before")
    [refused] = {name.partition(".")[0] for name in till.kept()} - {sold["order_id"]}
    kept = shop.opened(till.kept())
    assert kept[f"{refused}.asked"]["payments"][0]["reference"] == reference
    # which ends no sale: it is asked for again under the same id once a manager has approved
    assert kept[f"{refused}.not"] == {"code": "approval_needed"}
    till.press("Cancel")
    expect(page.get_by_label("UPI reference")).to_have_value(reference)


def _sell_by_upi(till: Till, shop: Shop, reference: str) -> dict[str, Any]:
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    till.page.get_by_label("UPI reference").fill(reference)
    till.complete()
    return till.sold()


def test_s7_a_store_that_cannot_sell_says_what_is_missing_and_sells_nothing(till: Till, shop: Shop) -> None:
    red = "This store cannot sell: storage folder is missing."
    till.scan(shop.articles()[0]["barcode"])
    expect(till.total).to_be_visible()
    with shop.without_folder():
        shop.line_down(mode="cannot_sell")
        expect(till.banner).to_have_text(red)
        expect(till.banner).to_have_class(re.compile("red"))
        expect(till.page.get_by_role("button", name="Turn Off")).to_have_count(0)
        till.cart.get_by_role("button", name="Pay").click(force=True)
        expect(till.page.locator(".toast").last).to_have_text(red)
        shop.line_up()
    expect(till.banner).to_have_count(0)
    till.start_paying()


def test_b2_each_light_says_what_is_broken_and_what_to_do(till: Till, shop: Shop) -> None:
    page = till.page
    till.page.get_by_role("button", name="Connections: All connections are fine").click()
    lights = page.locator(".menu-panel .lights li")
    expect(lights).to_have_count(3)
    shop.line_down()
    expect(lights.nth(0)).to_contain_text("This till reaches the store's edge server.")
    expect(lights.nth(1)).to_contain_text("Check the router and its cable; go on selling, orders are kept.")
    expect(lights.nth(2)).to_contain_text("Go on selling, orders are kept and sent later.")
    expect(page.get_by_role("button", name="Connections: Look at: Internet, Head office")).to_be_visible()
    with shop.system.stopped("orders.door"):
        expect(lights.nth(0)).to_contain_text("Check the till’s network cable or Wi-Fi")
        expect(lights.nth(1)).to_contain_text("not known")
    shop.system.wait_ready("orders.door")
    shop.line_up()
    expect(page.get_by_role("button", name="Connections: All connections are fine")).to_be_visible()


def test_b20_a_wrong_clock_is_a_light_of_its_own_with_what_to_do(till: Till, shop: Shop) -> None:
    shop.clock_off(seconds=400)
    till.page.get_by_role("button", name="Connections: Look at: Clock").click()
    expect(till.page.locator(".menu-panel .lights li").last).to_contain_text("Set the edge server's date and time")


def test_s20_a_cart_that_used_a_coupon_is_quoted_anew_when_the_mode_changes(till: Till, shop: Shop) -> None:
    till.scan(shop.articles()[0]["barcode"])
    till.page.get_by_role("button", name="Coupon, delivery").click()
    till.page.get_by_label("Coupon code").fill("fest10")
    till.press("Save")
    expect(till.cart.locator(".saved")).to_be_visible()
    shop.line_down()
    expect(till.cart.locator(".refusal")).to_contain_text(NOT_AVAILABLE)
    till.press("Sell without them")
    expect(till.cart.locator(".saved")).to_have_count(0)
    expect(till.total).to_be_visible()


def test_a_till_that_loses_its_edge_server_says_so_and_keeps_the_cart_through_a_reload(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    till.scan(article["barcode"])
    expect(till.total).to_be_visible()
    till.wait_for_shell()
    with shop.system.stopped("nginx"):
        expect(till.banner).to_contain_text("does not answer", timeout=LOST_WITHIN_MS)
        till.reload()
        expect(till.banner).to_contain_text("does not answer")
        expect(till.line(article["sku"])).to_be_visible()
        expect(till.page.get_by_role("button", name=f"{shop.associate.name}, Sales associate")).to_be_visible()
    shop.system.wait_ready("nginx")
    expect(till.total).to_have_text(re.compile("₹"), timeout=15_000)
    expect(till.line(article["sku"])).to_be_visible(timeout=15_000)
    expect(till.banner).to_have_count(0)


@pytest.mark.parametrize("part", ["orders.door", "nginx"])
def test_b7_a_sale_without_an_answer_is_asked_again_and_is_one_sale(till: Till, shop: Shop, part: str) -> None:
    till.wait_for_shell()
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    with shop.system.stopped(part):
        till.complete()
        expect(till.page.get_by_role("heading", name="Waiting for the store’s answer")).to_be_visible()
        till.page.reload()
        expect(till.page.get_by_role("heading", name="Waiting for the store’s answer")).to_be_visible()
        till.press("Give this sale up")
        expect(till.page.locator(".toast").last).to_contain_text("cannot be given up yet")
    shop.system.wait_ready(part)
    order = till.sold()
    eventually(lambda: shop.at_head_office(order["order_id"]))
    assert len(shop.at_head_office(order["order_id"])) == 1


def test_b7_a_reply_that_is_lost_makes_no_second_sale_and_abandon_finds_the_first(till: Till, shop: Shop) -> None:
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    till.context.route("**/api/orders/orders", lose)
    till.complete()
    # before the store has it, giving it up would be granted
    eventually(lambda: till.asked() and lost)
    till.press("Give this sale up")
    order = till.sold()
    assert lost[0] == 201
    assert set(lost[1:]) <= {200}
    assert order["document"]["order_id"] == order["order_id"]
    till.press("New sale")
    expect(till.cart).to_contain_text("Scan an article")


def test_b7_a_sale_that_was_given_up_is_refused_for_ever_and_its_goods_are_sold_under_another_id(
    till: Till, shop: Shop
) -> None:
    article = shop.articles()[0]
    till.scan(article["barcode"])
    till.start_paying()
    till.context.route("**/api/orders/orders", lambda route: route.abort())
    till.complete()
    first = eventually(till.asked)
    till.press("Give this sale up")
    eventually(lambda: till.asked() is None)
    expect(till.line(article["sku"])).to_be_visible()
    till.context.unroute("**/api/orders/orders")
    till.start_paying()
    till.complete()
    order = till.sold()
    assert order["order_id"] != first
    assert shop.post(f"/api/orders/orders/{first}/abandon") == {"order": None}


def test_b4_b16_what_was_taken_for_a_sale_that_is_given_up_is_listed_until_its_goods_are_sold(
    till: Till, shop: Shop
) -> None:
    page, reference = till.page, shop.new_reference()
    till.grant_folder()
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill(reference)
    till.context.route("**/api/orders/orders", lambda route: route.abort())
    till.complete()
    first = eventually(till.asked)
    till.press("Give this sale up")
    eventually(lambda: till.asked() is None)
    assert reference in shop.money_without_order()
    kept = shop.opened(till.kept())
    assert kept[f"{first}.not"] == {"code": "abandoned"}
    assert kept[f"{first}.asked"]["payments"][0]["reference"] == reference
    till.context.unroute("**/api/orders/orders")
    till.start_paying()
    till.complete()
    assert till.sold()["document"]["payments"][0]["reference"] == reference
    assert reference not in shop.money_without_order()


def test_one_till_is_one_tab_and_a_second_says_so(till: Till) -> None:
    second = till.new_tab()
    second.goto("/")
    expect(second.get_by_role("heading", name="The till is open in another tab")).to_be_visible()
    second.get_by_role("button", name="Use it here").click()
    expect(second.get_by_label("Staff code").or_(second.get_by_label("PIN", exact=True)).first).to_be_visible()
    expect(till.page.get_by_role("heading", name="The till is open in another tab")).to_be_visible()


def test_a_page_of_yesterday_begins_anew_by_itself(till: Till) -> None:
    page = till.page
    till.wait_for_shell()
    older = """async () => {
      const cache = await caches.open("till-shell");
      await cache.put("/css/till.css", new Response("body { display: none }", { headers: { ETag: "older" } }));
    }"""
    page.evaluate(older)
    loads = itertools.count(1)
    with page.expect_event("load", lambda _: next(loads) == 2):
        page.reload()
    expect(till.search).to_be_visible()
