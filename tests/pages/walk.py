"""A walk through every screen of the page: it stops at each, so that whoever walks along can look."""

import re
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect

from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually

Stop = tuple[str, Page]


def walk(browser: Browser, shop: Shop) -> Iterator[Stop]:
    """Names of screens, each with the page on which it stands; the line is up again at the end."""
    yield from _pairing(Till.new(browser, shop))
    clerk = Till.new(browser, shop)
    clerk.pair(shop.tills[0])
    yield from _sign_in(clerk)
    yield from _sell(clerk)
    yield from _about_the_cart(clerk)
    yield from _pay(clerk)
    manager = Till.new(browser, shop)
    manager.pair(shop.tills[1])
    manager.sign_in(shop.manager)
    yield from _offline(clerk, manager)
    yield from _desk(manager)
    yield from _back_office(manager)
    yield from _lost(clerk)
    assert clerk.errors + manager.errors == []
    for till in (clerk, manager):
        till.context.close()


def _pairing(till: Till) -> Iterator[Stop]:
    till.page.goto("/")
    expect(till.page.get_by_label("Name of this till")).to_be_visible()
    yield "pair", till.page
    till.page.get_by_label("Name of this till").fill("")
    till.press("Pair this till")
    yield "pair-errors", till.page
    till.press("Set a PIN with a one-time code")
    expect(till.page.get_by_label("One-time code", exact=True)).to_be_visible()
    yield "set-pin", till.page
    till.context.close()


def _sign_in(till: Till) -> Iterator[Stop]:
    till.page.goto("/")
    till.press("Sign in")
    expect(till.page.get_by_text("Enter your staff code.")).to_be_visible()
    yield "sign-in", till.page
    till.fill_sign_in(till.shop.associate.staff_code, till.shop.associate.pin)
    expect(till.search).to_be_visible()


def _sell(till: Till) -> Iterator[Stop]:
    page, articles = till.page, till.shop.articles()
    expect(page.locator(".product").first).to_be_visible()
    yield "sell-empty", page
    till.search.fill("nothing of this name")
    expect(page.get_by_text("Nothing is found.")).to_be_visible()
    yield "sell-nothing-found", page
    till.search.fill("")
    for article in articles[:3]:
        till.scan(article["barcode"])
        expect(till.line(article["sku"])).to_be_visible()
    expect(till.total).to_be_visible()
    expect(page.locator(".product").first).to_be_visible()
    yield "sell", page
    yield from _reckoning(till)
    page.get_by_role("button", name="Connections").click()
    expect(page.locator(".menu-panel .lights li").first).to_be_visible()
    yield "connections", page
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"{till.shop.associate.name}, Sales associate").click()
    yield "person", page
    page.keyboard.press("Escape")


def _reckoning(till: Till) -> Iterator[Stop]:
    """The store takes its time over a cart that has changed; the next change overtakes it."""
    page = till.page
    page.route("**/api/orders/quotes", lambda _unanswered: None)
    till.cart.get_by_role("button", name=re.compile("^One .* more$")).first.click()
    expect(page.locator(".sum-total.old")).to_be_visible()
    yield "sell-reckoning", page
    page.unroute("**/api/orders/quotes")
    till.cart.get_by_role("button", name=re.compile("^One .* less$")).first.click()
    expect(till.total).to_be_visible()


def _about_the_cart(till: Till) -> Iterator[Stop]:
    page, keyboard = till.page, till.page.keyboard
    keyboard.press("F4")
    page.get_by_label("Phone, name or e-mail").fill("Nobody of this name")
    expect(page.get_by_text("Nobody is found.")).to_be_visible()
    yield "customer", page
    till.press("New customer")
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_label("Phone", exact=True).fill("12")
    till.press("Save and use")
    yield "customer-errors", page
    page.get_by_label("Name", exact=True).fill("Anjali Raghunathan-Krishnamoorthy")
    page.get_by_label("Phone", exact=True).fill("98450 12345")
    till.press("Save and use")
    expect(till.cart).to_contain_text("Anjali")
    keyboard.press("F6")
    expect(page.locator(".choices li").first).to_be_visible()
    yield "employee", page
    page.locator(".choices button").first.click()
    keyboard.press("F7")
    page.get_by_label("Note on the order").fill("Gift wrap, with a card")
    yield "note", page
    till.press("Save")
    page.get_by_role("button", name=re.compile("^Coupon, delivery")).click()
    yield "extras", page
    keyboard.press("Escape")
    till.cart.get_by_role("button", name=re.compile("^Extensions of")).first.click()
    page.get_by_label("Extensions", exact=True).fill("?")
    till.press("Save")
    yield "extensions", page
    keyboard.press("Escape")
    yield "sell-with-all", page
    keyboard.press("F8")
    yield "hold", page
    keyboard.press("Enter")
    expect(till.cart).to_contain_text("Scan an article")
    keyboard.press("F10")
    yield "held-carts", page
    page.locator(".choices button").first.click()
    expect(till.total).to_have_text(re.compile("₹"))


def _pay(till: Till) -> Iterator[Stop]:
    page = till.page
    first = till.cart.get_by_label(re.compile("^Quantity of")).first
    first.fill("9999")
    till.search.focus()
    expect(till.cart).to_contain_text("a manager approves at Pay")
    yield "oversold", page
    till.start_paying()
    till.complete()
    expect(page.get_by_role("dialog")).to_contain_text("A manager has to approve")
    till.press("Approve")
    yield "approval", page
    till.press("Cancel")
    page.keyboard.press("Escape")
    first.fill("1")
    till.search.focus()
    expect(till.cart).not_to_contain_text("a manager approves at Pay")
    till.start_paying()
    page.get_by_label("Cash given").fill("9000")
    # while it is reckoned what completes the sale is pale
    expect(till.total).to_be_visible()
    yield "pay-cash", page
    page.get_by_label("Cash given").fill("100")
    till.take("100")
    till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill("1234")
    till.complete()
    expect(page.get_by_text("Enter all 12 digits of the UPI reference.")).to_be_visible()
    expect(till.total).to_be_visible()
    yield "pay-split", page
    till.pay_by("Payment Link")
    yield "pay-online", page
    till.pay_by("Cash at Store")
    yield from _price_changes(till)
    till.complete()
    till.sold()
    yield "done", page
    till.press("New sale")
    yield from _same_goods(till)


def _same_goods(till: Till) -> Iterator[Stop]:
    """Goods that were sold a moment ago are to be sold again."""
    barcode = till.shop.articles()[1]["barcode"]
    till.stop_clock()
    till.sell(barcode)
    till.scan(barcode)
    till.start_paying()
    till.complete()
    yield "same-goods", till.page
    till.press("Yes, sell")
    till.sold()
    till.press("New sale")
    till.reload()


def _price_changes(till: Till) -> Iterator[Stop]:
    """A price changes in the moment of Pay: before the page can have heard of it."""
    page, shop = till.page, till.shop
    article = shop.articles()[0]
    page.route("**/api/orders/quotes", lambda route: route.abort())
    shop.change_price(article["sku"], article["price_minor"] + 100_00)
    till.complete()
    expect(page.get_by_role("dialog")).to_contain_text("The total has changed")
    yield "quote-changed", page
    page.unroute("**/api/orders/quotes")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^The customer agrees")).click()


def _offline(till: Till, manager: Till) -> Iterator[Stop]:
    page, shop = till.page, till.shop
    shop.line_down()
    expect(till.banner).to_be_visible()
    till.scan(shop.articles()[0]["barcode"])
    expect(till.total).to_be_visible()
    expect(till.cart.get_by_role("alert")).to_be_visible()
    yield "offline", page
    page.get_by_role("button", name="Coupon, delivery").click()
    yield "offline-extras", page
    page.keyboard.press("Escape")
    till.cart.get_by_role("button", name="Grant a folder on this till").click()
    expect(till.cart.get_by_role("alert")).to_have_count(0)
    yield "offline-ready", page
    till.start_paying()
    till.complete()
    till.sold()
    yield "offline-done", page
    till.press("New sale")
    till.go("orders")
    expect(page.get_by_role("row", name=re.compile("Waiting to sync"))).to_be_visible()
    yield "offline-orders", page
    till.go("settings")
    expect(page.get_by_role("table", name="All Offline Sessions")).to_be_visible()
    yield "offline-settings", page
    expect(page.get_by_role("link", name="1 order waits to sync")).to_be_visible()
    till.sign_out()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "offline-sign-out", page
    till.press("Cancel")
    till.go("sell")
    shop.line_up()
    manager.go("settings")
    manager.page.get_by_role("switch", name="Offline Mode").click()
    yield "turn-on", manager.page
    manager.page.get_by_label("Reason").fill("The provider works on the line")
    manager.page.get_by_role("dialog").get_by_role("button", name="Turn Offline Mode on").click()
    expect(manager.banner).to_be_visible()
    yield "manual", manager.page
    manager.press("Turn Off")
    expect(manager.banner).to_have_count(0)
    with shop.without_folder():
        shop.line_down(mode="cannot_sell")
        expect(till.banner).to_be_visible()
        yield "cannot-sell", page
        shop.line_up()
    expect(till.banner).to_have_count(0)


def _desk(till: Till) -> Iterator[Stop]:
    page, shop = till.page, till.shop
    till.go("recovery")
    expect(page.get_by_text("Nothing needs a person.")).to_be_visible()
    yield "recovery-empty", page
    shop.refuse("unknown_sku", orders=2)
    orders = [till.sell(shop.articles()[n]["barcode"]) for n in (0, 1)]
    for order in orders:
        number = order["document"]["invoice"]["number"]
        eventually(lambda number=number: shop.order(number)["state"] == "pending")
    till.go("recovery")
    expect(page.get_by_role("button", name="Correct and send")).to_have_count(2)
    yield "recovery", page
    page.get_by_role("button", name="Correct and send").first.click()
    expect(page.get_by_label("Head office’s SKU").first).to_be_visible()
    yield "correct", page
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Void").first.click()
    till.press("Void it")
    yield "void", page
    page.keyboard.press("Escape")
    till.go("orders")
    expect(page.locator("tbody tr").first).to_be_visible()
    yield "orders", page
    till.go("orders", orders[0]["order_id"])
    expect(page.locator(".steps li").first).to_be_visible()
    yield "order", page
    till.go("recovery")
    till.press("Send all again")
    expect(page.get_by_text("Nothing needs a person.")).to_be_visible(timeout=30_000)


def _back_office(till: Till) -> Iterator[Stop]:
    page = till.page
    till.go("team")
    expect(page.get_by_role("table", name="Exceptions by cashier")).to_be_visible()
    yield "team", page
    page.get_by_role("button", name=re.compile("^One-time code for")).last.click()
    expect(page.locator(".one-time-code")).to_be_visible()
    yield "one-time-code", page
    till.press("Done")
    page.get_by_role("button", name="Block").last.click()
    yield "block", page
    page.keyboard.press("Escape")
    till.go("settings")
    expect(page.get_by_role("table", name="All Offline Sessions")).to_be_visible()
    yield "settings", page
    page.get_by_role("table", name="All Offline Sessions").get_by_role("link").nth(1).click()
    till.press("Compare")
    expect(page.get_by_text(re.compile("differs?$|differences?$"))).to_be_visible(timeout=30_000)
    yield "session", page
    till.go("nowhere")
    expect(page.get_by_text("There is no such page.")).to_be_visible()
    yield "no-page", page


def _lost(till: Till) -> Iterator[Stop]:
    page, shop = till.page, till.shop
    till.scan(shop.articles()[1]["barcode"])
    expect(till.total).to_be_visible()
    till.start_paying()
    with shop.system.stopped("orders.door"):
        till.complete()
        expect(page.get_by_role("heading", name="Waiting for the store’s answer")).to_be_visible()
        expect(till.banner).to_be_visible()
        yield "waiting", page
    shop.system.wait_ready("orders.door")
    till.sold()
    till.press("New sale")
    second = till.new_tab()
    second.goto("/")
    expect(second.get_by_role("heading", name="The till is open in another tab")).to_be_visible()
    yield "second-tab", second
