"""Names as people and head office may write them: markup and other scripts go through every screen as what they are."""

import re

from playwright.sync_api import Page, expect

from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually

NAUGHTY = "Zoë <img src=x onerror=\"window.harmed=1\"> & שרה {{7*7}} 'x'"
UNSEEN = "Ravi\u202e \u0007"
HARMED = "window.harmed ?? null"


def shown(page: Page, times: int = 1) -> None:
    """It stands there as it is written, and nothing of it was taken for more than text."""
    expect(page.get_by_text(NAUGHTY).nth(times - 1)).to_be_attached()
    assert page.evaluate(HARMED) is None
    assert page.locator("img[src=x]").count() == 0


def test_naughty_names_go_through_every_screen_and_the_invoice(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    product = shop.rename_product(NAUGHTY)
    till.search.fill(NAUGHTY.split(maxsplit=1)[0])
    shown(page)
    barcode = product["barcode"]
    till.scan(barcode)
    expect(till.line(product["sku"])).to_contain_text(NAUGHTY)
    page.keyboard.press("F4")
    till.press("New customer")
    page.get_by_label("Name", exact=True).fill(NAUGHTY)
    till.press("Save and use")
    expect(till.cart.get_by_role("button", name=f"Customer: {NAUGHTY}")).to_be_visible()
    page.keyboard.press("F7")
    page.get_by_label("Note on the order").fill(NAUGHTY)
    till.press("Save")
    expect(till.cart.get_by_role("button", name=f"Note: {NAUGHTY}")).to_be_visible()
    page.keyboard.press("F8")
    page.get_by_label("Name for it").fill(NAUGHTY)
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text(NAUGHTY)
    page.get_by_role("button", name="Held carts").click()
    shown(page)
    page.locator(".choices button").first.click()
    expect(till.line(product["sku"])).to_contain_text(NAUGHTY)
    till.start_paying()
    shown(page, 3)
    till.complete()
    order = till.sold()
    shown(page, 3)
    for form in ("Print receipt", "Print A4"):
        till.press(form)
    eventually(lambda: len(till.printed()) == 2)
    assert all(paper["text"].count(NAUGHTY) == 3 for paper in till.printed())
    till.press("New sale")
    till.go("orders")
    page.get_by_label("Invoice number, customer’s name or phone").fill(NAUGHTY)
    expect(page.locator("tbody tr")).not_to_have_count(0)
    till.go("orders", order["order_id"])
    shown(page, 4)
    assert page.evaluate(HARMED) is None
    # nothing even tried: what is text is not stopped by the policy, it never gets as far
    assert till.refused == []


def test_naughty_reasons_and_tills_are_shown_as_they_are(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    one = shop.new_till()
    till.go("team")
    row = page.get_by_role("table", name="Tills of this store").locator("tbody tr").filter(has_text=one["name"])
    row.last.get_by_role("button", name="Rename").click()
    name = f"<b>{one['name']}</b> {NAUGHTY}"[:60]
    page.get_by_label("Name").fill(name)
    till.press("Save")
    expect(page.get_by_text(name)).to_be_visible()
    shop.put("/api/sessions/mode", {"on": True, "reason": NAUGHTY})
    shop.put("/api/sessions/mode", {"on": False})
    till.go("sell")
    expect(till.search).to_be_visible()
    till.go("team")
    shown(page)
    till.go("settings")
    rows = page.get_by_role("table", name="All Offline Sessions").locator("tbody tr")
    expect(rows.first).to_contain_text(NAUGHTY)
    rows.first.get_by_role("link").click()
    shown(page, 2)
    assert till.refused == []


def test_what_nobody_can_see_is_refused_beside_its_field_and_stays_to_be_mended(till: Till) -> None:
    page = till.page
    page.keyboard.press("F4")
    till.press("New customer")
    page.get_by_label("Name", exact=True).fill(UNSEEN)
    till.press("Save and use")
    field = page.locator(".field", has=page.get_by_label("Name", exact=True))
    expect(field).to_contain_text(re.compile("characters in it that nobody can see"))
    expect(page.get_by_label("Name", exact=True)).to_have_value(UNSEEN)
    page.get_by_label("Name", exact=True).fill("Ravi")
    till.press("Save and use")
    expect(till.cart).to_contain_text("Ravi")
