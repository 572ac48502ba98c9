"""Who may sell at which till, as the page asks for it."""

from playwright.sync_api import BrowserContext, expect

from services.chassis.ids import new_id
from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually

# no timer has run meanwhile: what is touched first finds that a night has passed
ASLEEP = "() => { const now = Date.now; Date.now = () => now() + 30_000_000; }"


def test_b19_a_manager_pairs_anew_till_and_an_associate_signs_in(browser_of_a_till: BrowserContext, shop: Shop) -> None:
    till = Till(browser_of_a_till, shop)
    page = till.page
    page.goto("/")
    page.get_by_label("Manager’s staff code").fill(shop.manager.staff_code)
    page.get_by_label("PIN").fill(shop.manager.pin)
    page.get_by_label("Name of this till").fill("")
    till.press("Pair this till")
    expect(page.get_by_text("Give the till a name, such as Till 1.")).to_be_visible()
    expect(page.get_by_label("Manager’s staff code")).to_have_value(shop.manager.staff_code)
    name = shop.new_name()
    page.get_by_label("Name of this till").fill(name)
    till.press("Pair this till")
    expect(page.get_by_role("heading", name=f"Sign in at {name}")).to_be_visible()
    till.fill_sign_in(shop.associate.staff_code.lower(), shop.associate.pin)
    expect(till.search).to_be_visible()
    assert till.errors == []


def test_b19_a_till_that_the_store_no_longer_knows_is_paired_anew(
    browser_of_a_till: BrowserContext, shop: Shop
) -> None:
    till = Till(browser_of_a_till, shop)
    till.pair({"till_id": str(new_id()), "till_key": "of another store", "name": "Old till"})
    till.page.goto("/")
    till.fill_sign_in(shop.associate.staff_code, shop.associate.pin)
    till.press("Pair this till")
    expect(till.page.get_by_label("Name of this till")).to_be_visible()


def test_t9_a_till_that_nobody_touches_asks_for_the_pin_and_keeps_the_cart(till: Till, shop: Shop) -> None:
    page, article = till.page, shop.articles()[0]
    till.scan(article["barcode"])
    expect(till.line(article["sku"])).to_be_visible()
    page.keyboard.press("F7")
    # a focus that moves is a touch
    expect(page.get_by_label("Note on the order")).to_be_focused()
    token = page.evaluate("sessionStorage.getItem('till.token')")
    till.let_pass(seconds=580)
    expect(page.get_by_text("it locks in half a minute")).to_be_visible()
    till.let_pass(seconds=30)
    expect(page.get_by_text("Nobody touched this till for a while: it is locked.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    eventually(lambda: not shop.knows(token))
    page.get_by_label("PIN", exact=True).fill(shop.associate.pin)
    till.press("Sign in")
    expect(till.line(article["sku"]).get_by_label("Quantity of")).to_have_value("1")


def test_t9_what_was_typed_at_pay_outlives_the_lock_and_a_till_that_slept_is_locked(till: Till, shop: Shop) -> None:
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    reference = till.page.get_by_label("UPI reference")
    reference.fill("123456")
    till.page.evaluate(ASLEEP)
    till.page.keyboard.press("Shift")
    till.page.get_by_label("PIN", exact=True).fill(shop.associate.pin)
    till.press("Sign in")
    expect(reference).to_have_value("123456")


def test_t9_who_signs_out_at_pay_leaves_nothing_typed_to_the_next(till: Till, shop: Shop) -> None:
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    till.page.get_by_label("UPI reference").fill("123456")
    till.sign_out()
    till.page.get_by_role("button", name=shop.associate.staff_code).click()
    till.page.get_by_label("PIN", exact=True).fill(shop.associate.pin)
    till.press("Sign in")
    till.start_paying()
    till.pay_by("UPI at Store")
    expect(till.page.get_by_label("UPI reference")).to_have_value("")


def test_b18_a_wrong_pin_is_said_beside_and_the_pad_serves_where_there_is_no_keyboard(till: Till, shop: Shop) -> None:
    page = till.page
    till.sign_out()
    page.get_by_role("button", name=shop.associate.staff_code).click()
    page.get_by_label("PIN", exact=True).fill("000000")
    till.press("Sign in")
    expect(page.get_by_role("alert")).to_contain_text("Staff code and PIN do not match")
    for digit in shop.associate.pin:
        till.press(f"Digit {digit}")
    till.press("Sign in")
    expect(till.search).to_be_visible()
