"""Money that was taken, and what was typed for it, outlives whatever happens before the sale is stored."""

from playwright.sync_api import Browser, Route, expect

from tests.pages.shop import Shop
from tests.pages.till import Till


def test_b4_a_payment_that_was_taken_stays_with_the_cart_through_a_reload(till: Till, shop: Shop) -> None:
    page = till.page
    article, reference = shop.articles()[0], shop.new_reference()
    till.scan(article["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill(reference)
    page.get_by_label("Amount").fill("100")
    till.take("100")
    expect(page.get_by_role("list", name="Taken")).to_contain_text(reference)
    till.reload()
    expect(till.cart).to_contain_text("Taken already: ₹100.00")
    till.cart.get_by_role("button", name="Empty the cart").click(force=True)
    expect(page.locator(".toast").last).to_contain_text("Money was taken for this cart.")
    page.keyboard.press("F8")
    expect(page.get_by_role("dialog")).to_have_count(0)
    till.start_paying()
    till.complete()
    paid = till.sold()["document"]["payments"]
    rest = article["price_minor"] - 100_00
    assert [(one["payment_mode"], one["amount_minor"]) for one in paid] == [("UPI", 100_00), ("CASH", rest)]
    till.press("New sale")
    expect(till.cart).not_to_contain_text("Taken already")


def test_s16_who_chooses_the_next_mode_before_a_part_is_kept_has_it(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    till.scan(article["barcode"])
    till.start_paying()
    till.page.get_by_label("Cash given").fill("1")
    till.page.evaluate("""() => {
      document.querySelector("button.complete").click();
      [...document.querySelectorAll(".mode")].find((mode) => mode.textContent.includes("UPI")).click();
    }""")
    expect(till.page.get_by_role("list", name="Taken")).to_be_visible()
    expect(till.page.get_by_label("Amount")).to_have_value(str(article["price_minor"] // 100 - 1))
    expect(till.page.get_by_role("radio", name="UPI at Store")).to_be_checked()


def test_b4_more_that_was_taken_than_the_cart_costs_by_now_is_said(till: Till, shop: Shop) -> None:
    page = till.page
    article = shop.articles()[0]
    till.scan(article["barcode"])
    till.scan(article["barcode"])
    expect(till.line(article["sku"]).get_by_label("Quantity of")).to_have_value("2")
    till.start_paying()
    page.get_by_label("Cash given").fill(str(article["price_minor"] // 100))
    page.get_by_role("button", name="and go on").click()
    expect(page.get_by_role("list", name="Taken")).to_be_visible()
    page.keyboard.press("Escape")
    till.line(article["sku"]).get_by_label("less").click()
    till.start_paying()
    expect(page.get_by_label("Cash given")).to_have_count(0)
    till.complete()
    assert len(till.sold()["document"]["payments"]) == 1


def test_s16_what_was_typed_stays_when_the_store_refuses_the_sale(till: Till, shop: Shop) -> None:
    page = till.page
    article = shop.articles()[7]
    till.scan(article["barcode"])
    till.start_paying()
    till.pay_by("Card Swipe at Store")
    page.get_by_label("Approval code on the slip").fill("A1B2C3")
    refused = {"code": "busy_here", "detail": "The store is closing this day.", "status": 409}
    page.route("**/api/orders/orders", lambda route: route.fulfill(status=409, json=refused))
    till.complete()
    expect(page.get_by_role("alert").filter(has_text="The store is closing this day.")).to_be_visible()
    expect(page.get_by_label("Approval code on the slip")).to_have_value("A1B2C3")
    page.unroute("**/api/orders/orders")
    till.complete()
    assert till.sold()["document"]["payments"][0]["reference"] == "A1B2C3"


def test_s16_a_total_is_rounded_for_cash_at_pay_and_nowhere_else(till: Till, shop: Shop) -> None:
    page = till.page
    till.scan(shop.articles()[5]["barcode"])
    page.get_by_role("button", name="Coupon, delivery").click()
    page.get_by_label("Coupon code").fill("FEST10")
    till.press("Save")
    expect(till.cart.locator(".saved")).to_be_visible()
    exact = till.total.inner_text()

    def at_pay() -> None:
        till.start_paying()
        expect(till.cart).to_contain_text("Round-off")

    def back_at_the_cart() -> None:
        expect(till.cart).not_to_contain_text("Round-off")
        expect(till.total).to_have_text(exact)

    at_pay()
    page.reload()
    back_at_the_cart()
    at_pay()
    page.route("**/api/orders/orders", lambda route: route.abort())
    till.complete()
    till.press("Give this sale up")
    back_at_the_cart()


def test_b7_b4_a_cart_whose_id_another_sale_has_names_its_invoice_and_is_sold_under_a_new_one(
    till: Till, shop: Shop
) -> None:
    page, article, reference = till.page, shop.articles()[0], shop.new_reference()
    sold: list[str] = []

    def sell_other_goods(route: Route) -> None:
        other = route.request.post_data_json
        other["payments"] = [{"payment_mode": "CASH", "amount_minor": other["total_minor"]}]
        sold.append(route.fetch(post_data=other).json()["document"]["invoice"]["number"])
        route.abort()

    till.scan(article["barcode"])
    till.start_paying()
    till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill(reference)
    page.route("**/api/orders/orders", sell_other_goods, times=1)
    till.complete()
    expect(page.get_by_role("alert").filter(has_text="Another sale is stored under this id")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text(sold[0])
    assert reference in shop.money_without_order()
    till.complete()
    order = till.sold()
    assert order["document"]["payments"][0]["reference"] == reference
    assert order["order_id"] != shop.order(sold[0])["order_id"]
    assert reference not in shop.money_without_order()


def test_t19_the_same_goods_again_within_ten_seconds_are_asked_about(till: Till, shop: Shop) -> None:
    barcode, asked = shop.articles()[3]["barcode"], till.page.get_by_role("dialog")
    till.stop_clock()
    first = till.sell(barcode)
    till.let_pass(seconds=9)
    till.scan(barcode)
    till.start_paying()
    till.complete()
    expect(asked).to_contain_text(first["document"]["invoice"]["number"])
    # who pressed once too often
    till.page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    till.complete()
    till.press("Yes, sell")
    second = till.sold()
    assert second["order_id"] != first["order_id"]
    till.press("New sale")
    till.let_pass(seconds=10)
    till.scan(barcode)
    till.start_paying()
    till.complete()
    assert till.sold()["order_id"] not in {first["order_id"], second["order_id"]}


def test_t19_who_presses_twice_while_the_cart_is_reckoned_is_asked_once(till: Till, shop: Shop) -> None:
    page, barcode = till.page, shop.articles()[3]["barcode"]
    till.stop_clock()
    till.sell(barcode)
    till.scan(barcode)
    till.start_paying()
    page.route("**/api/orders/quotes", lambda _: None)
    # cash is rounded, and what is not cash is not
    till.pay_by("UPI at Store")
    expect(page.locator(".complete")).to_have_attribute("aria-busy", "true")
    till.pay_by("Cash at Store")
    till.complete()
    till.complete()
    # what was held goes on
    page.unroute("**/api/orders/quotes")
    till.press("Yes, sell")
    till.sold()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_sale_is_made_by_touch_alone_on_a_tablet(chromium: Browser, shop: Shop) -> None:
    touch = chromium.new_context(base_url=shop.address, viewport={"width": 1024, "height": 768}, has_touch=True)
    till = Till(touch, shop)
    till.pair(shop.tills[0])
    page = till.page
    page.goto("/")
    page.get_by_label("Staff code").fill(shop.associate.staff_code)
    for digit in shop.associate.pin:
        page.get_by_role("button", name=f"Digit {digit}").tap()
    page.get_by_role("button", name="Sign in", exact=True).tap()
    category = page.locator(".categories button").nth(1)
    category.tap()
    expect(page.locator(".product .muted").first).to_have_text(category.inner_text())
    page.locator(".product .size").first.tap()
    page.locator(".cart").get_by_label("more").tap()
    expect(till.total).to_be_visible()
    till.cart.get_by_role("button", name="Pay").tap()
    page.get_by_role("button", name="₹", exact=False).filter(has_text="₹").first.tap()
    page.locator("button.complete").tap()
    assert till.sold()["document"]["lines"][0]["quantity"] == 2
    page.get_by_role("button", name="New sale").tap()
    expect(till.search).to_be_visible()
    assert till.errors == []
    touch.close()


def test_amounts_are_grouped_in_lakhs(till: Till, shop: Shop) -> None:
    article = next(one for one in shop.articles() if one["left"] > 100 and one["price_minor"] > 2_000_00)
    till.scan(article["sku"])
    till.line(article["sku"]).get_by_label("Quantity of").fill("100")
    till.search.focus()
    lakhs, rest = divmod(article["price_minor"] * 100 // 100, 100_000)
    expected = f"₹{lakhs},{rest // 1000:02},{rest % 1000:03}.00"
    expect(till.total).to_have_text(expected)
    expect(till.line(article["sku"]).locator(".amount")).to_have_text(expected)
    till.start_paying()
    expect(till.page.locator(".due strong")).to_have_text(expected)


def test_b8_a_recalled_cart_has_its_quantities_its_seller_by_name_and_a_quote_of_now(
    till: Till, other_till: Till, shop: Shop
) -> None:
    first, second = shop.articles()[8:10]
    for code in (first["barcode"], second["barcode"], second["barcode"]):
        till.scan(code)
    expect(till.line(second["sku"]).get_by_label("Quantity of")).to_have_value("2")
    till.line(first["sku"]).get_by_label("Quantity of").fill("7")
    till.page.keyboard.press("F6")
    chosen = till.page.locator(".choices button").first
    name = chosen.locator("bdi").inner_text()
    chosen.click()
    total = 7 * first["price_minor"] + 2 * second["price_minor"]
    till.page.keyboard.press("F8")
    till.page.get_by_label("Name for it").fill("Seven and two")
    till.page.keyboard.press("Enter")
    expect(till.cart).to_contain_text("Scan an article")
    shop.change_price(first["sku"], first["price_minor"] + 10_00)
    other_till.page.get_by_role("button", name="Held carts").click()
    other_till.page.get_by_role("button", name="Seven and two").click()
    expect(other_till.line(first["sku"]).get_by_label("Quantity of")).to_have_value("7")
    expect(other_till.line(second["sku"]).get_by_label("Quantity of")).to_have_value("2")
    expect(other_till.cart.get_by_role("button", name=f"Sales employee: {name}")).to_be_visible()
    expect(other_till.total).to_contain_text(f"{(total + 70_00) // 100 % 1000:03}.00")
