"""Selling while the store is online, walked in a real browser against a real store."""

import re

from playwright.sync_api import BrowserContext, Route, expect

from services.chassis.ids import new_id
from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually


def rupees(minor: int) -> str:
    whole = f"{minor // 100:,}" if minor < 100_000_00 else None
    assert whole, "a test that needs lakhs writes them itself"
    return f"₹{whole}.{minor % 100:02}"


def test_s12_articles_are_found_by_words_category_and_barcode(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    till.search.fill(article["product"].split()[0].lower())
    expect(till.page.locator(".product").first).to_contain_text(article["product"].split()[0])
    till.search.fill("")
    till.page.get_by_role("button", name="Footwear", exact=True).click()
    expect(till.page.locator(".product .muted").first).to_have_text("Footwear")
    till.scan(article["barcode"])
    expect(till.line(article["sku"])).to_contain_text(article["product"])
    expect(till.total).to_have_text(rupees(article["price_minor"]))


def test_s12_a_scan_anywhere_adds_the_article_and_leaves_no_trace_where_the_focus_is(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    till.search.fill("shirt")
    till.search.focus()
    till.scan(article["barcode"])
    expect(till.line(article["sku"]).get_by_label("Quantity of")).to_have_value("1")
    expect(till.search).to_have_value("shirt")
    till.page.get_by_role("button", name="Hold the cart").focus()
    till.scan(article["barcode"])
    expect(till.line(article["sku"]).get_by_label("Quantity of")).to_have_value("2")


def test_s20_online_the_sizes_show_what_head_office_has_at_this_moment(till: Till, shop: Shop) -> None:
    article = shop.articles()[7]
    size = f"{article['product']}, size {article['size']}, "
    shop.sell_elsewhere(article["sku"], 4)
    till.search.fill(article["product"])
    expect(till.page.get_by_role("button", name=f"{size}{article['left'] - 4} left at this moment")).to_be_visible()
    shop.post("/api/catalog/data-sync", {"datasets": ["inventory"]})
    eventually(lambda: shop.left(article["sku"]) == article["left"] - 4)
    expect(till.page.get_by_role("button", name=f"{size}{article['left'] - 4} left")).to_be_visible()
    expect(till.page.get_by_role("button", name=f"{size}{article['left'] - 4} left at this moment")).to_be_visible()
    shop.line_down()
    expect(till.page.get_by_role("button", name=re.compile(rf"^{re.escape(size)}\d+ left$"))).to_be_visible()


def test_b7_a_cart_that_an_older_page_kept_can_be_sold(till: Till, shop: Shop) -> None:
    article = shop.articles()[2]
    line = {"sku": article["sku"], "quantity": 2, "name": "Old", "size": "M", "unit_price_minor": None}
    kept = {"order_id": str(new_id()), "lines": [line], "note": "", "extensions": []}
    till.page.evaluate("async kept => (await import('/js/db.js')).write('cart', kept)", kept)
    till.page.reload()
    till.start_paying()
    till.complete()
    assert till.sold()["document"]["lines"][0]["quantity"] == 2


def test_s13_each_size_shows_what_is_left_and_more_than_that_needs_a_manager(till: Till, shop: Shop) -> None:
    articles = [one for one in shop.articles() if one["left"] < 90]
    article = articles[-1]
    till.search.fill(article["product"])
    size = till.page.get_by_role(
        "button", name=re.compile(rf"^{re.escape(article['product'])}, size {article['size']}, {article['left']} left")
    )
    expect(size.first).to_be_visible()
    till.scan(article["sku"])
    till.line(article["sku"]).get_by_label("Quantity of").fill(str(article["left"]))
    till.line(article["sku"]).get_by_label(re.compile("more$")).click()
    expect(till.line(article["sku"])).to_contain_text(f"Only {article['left']} left")
    till.start_paying()
    till.complete()
    dialog = till.page.get_by_role("dialog")
    expect(dialog).to_contain_text(article["sku"])
    dialog.get_by_label("Manager’s staff code").fill(shop.manager.staff_code)
    dialog.get_by_label("PIN").fill("000000")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_role("alert")).to_contain_text("do not match")
    expect(dialog.get_by_label("Manager’s staff code")).to_have_value(shop.manager.staff_code)
    dialog.get_by_label("PIN").fill(shop.manager.pin)
    dialog.get_by_role("button", name="Approve").click()
    document = till.sold()["document"]
    assert document["lines"][0]["oversold"]
    assert [a["action"] for a in document["approvals"]] == ["oversell"]


def test_s13_what_was_typed_counts_though_the_page_has_not_drawn_it_yet(till: Till, shop: Shop) -> None:
    article = shop.articles()[0]
    till.scan(article["barcode"])
    quantity = till.line(article["sku"]).get_by_label("Quantity of")
    type_and_press = """field => {
      field.value = "4";
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.nextElementSibling.click();
    }"""
    quantity.evaluate(type_and_press)
    expect(quantity).to_have_value("5")


def test_a_quantity_that_is_being_typed_outlives_what_else_happens(till: Till, shop: Shop) -> None:
    first, second = shop.articles()[:2]
    till.scan(first["barcode"])
    expect(till.total).to_have_text(rupees(first["price_minor"]))
    quantity = till.line(first["sku"]).get_by_label("Quantity of")
    quantity.fill("5")
    till.scan(second["barcode"])
    expect(till.total).to_have_text(rupees(first["price_minor"] + second["price_minor"]))
    expect(quantity).to_have_value("5")
    till.search.focus()
    expect(till.total).to_have_text(rupees(5 * first["price_minor"] + second["price_minor"]))


def test_s16_b4_cash_gives_change_and_references_are_asked_for(till: Till, shop: Shop) -> None:
    first, second = shop.articles()[:2]
    till.scan(first["barcode"])
    till.scan(second["barcode"])
    expect(till.line(second["sku"])).to_be_visible()
    total = first["price_minor"] + second["price_minor"]
    expect(till.total).to_have_text(rupees(total))
    till.start_paying()
    till.page.get_by_label("Cash given").fill("500")
    till.take("500")
    till.pay_by("UPI at Store")
    till.page.get_by_label("UPI reference").fill("1234")
    till.complete()
    expect(till.page.get_by_text("Enter all 12 digits of the UPI reference.")).to_be_visible()
    expect(till.page.get_by_label("UPI reference")).to_have_value("1234")
    till.page.get_by_label("UPI reference").fill("412345678901")
    till.page.get_by_label("Amount").fill("100")
    till.take("100")
    till.pay_by("Cash at Store")
    till.page.get_by_label("Cash given").fill(str(total // 100))
    expect(till.page.locator(".change")).to_contain_text("₹600.00")
    till.complete()
    order = till.sold()
    paid = [(p["payment_mode"], p["amount_minor"], p["change_minor"]) for p in order["document"]["payments"]]
    assert paid == [("CASH", 500_00, 0), ("UPI", 100_00, 0), ("CASH", total - 600_00, 600_00)]
    expect(till.page.locator(".figures .back")).to_contain_text("₹600.00")


def test_s16_what_was_typed_stays_when_the_total_is_rounded_under_it(till: Till, shop: Shop) -> None:
    page = till.page
    till.scan(shop.articles()[5]["barcode"])
    expect(till.total).to_be_visible()
    page.get_by_role("button", name="Coupon, delivery").click()
    page.get_by_label("Coupon code").fill("FEST10")
    till.press("Save")
    expect(till.cart.locator(".saved")).to_be_visible()
    till.start_paying()
    # that of cash is in: the next quote is that of another mode
    expect(till.cart).to_contain_text("Round-off")
    held: list[Route] = []
    page.route("**/api/orders/quotes", lambda route: held.append(route))  # noqa: PLW0108  only functions are taken
    with page.expect_request("**/api/orders/quotes"):
        till.pay_by("UPI at Store")
    page.get_by_label("UPI reference").fill("4123")
    till.complete()
    expect(page.get_by_text("Enter all 12 digits of the UPI reference.")).to_be_visible()
    expect(page.get_by_label("UPI reference")).to_have_value("4123")
    assert held
    # where the store had news meanwhile, the page has left off the first question and asked again
    while held:
        held.pop().continue_()
    page.unroute("**/api/orders/quotes")
    expect(page.locator(".due strong")).to_have_text(till.total.inner_text())
    expect(page.get_by_label("UPI reference")).to_have_value("4123")
    expect(page.get_by_text("Enter all 12 digits of the UPI reference.")).to_be_visible()
    page.get_by_label("UPI reference").fill("412345678902")
    till.complete()
    assert till.sold()["document"]["payments"][0]["payment_mode"] == "UPI"


def test_s17_the_invoice_is_printed_on_a_roll_and_on_a4_and_a_reprint_says_so(till: Till, shop: Shop) -> None:
    till.scan(shop.articles()[0]["barcode"])
    till.start_paying()
    till.complete()
    number = till.sold()["document"]["invoice"]["number"]
    till.press("Print receipt")
    eventually(lambda: len(till.printed()) == 1)
    till.press("Print A4")
    eventually(lambda: len(till.printed()) == 2)
    first, second = till.printed()
    assert number in first["text"]
    assert "COPY" not in first["text"].upper()
    assert "COPY" in second["text"].upper()
    assert (first["kind"], second["kind"]) == ("paper receipt", "paper page")
    till.scan(shop.articles()[1]["barcode"])
    expect(till.line(shop.articles()[1]["sku"])).to_be_visible()
    expect(till.cart).to_contain_text("1 piece")


def test_s15_b8_customer_seller_and_note_go_with_a_cart_that_another_till_recalls(
    till: Till, other_till: Till, shop: Shop
) -> None:
    article = shop.articles()[0]
    naughty = "Zoë <b>O'Hara</b> \u05e9\u05e8\u05d4"
    till.scan(article["barcode"])
    expect(till.line(article["sku"])).to_be_visible()
    till.page.keyboard.press("F4")
    till.press("New customer")
    # it takes the focus a moment after it is there, from whatever is typed into
    expect(till.page.get_by_label("Name", exact=True)).to_be_focused()
    till.page.get_by_label("Phone", exact=True).fill("12")
    till.press("Save and use")
    expect(till.page.get_by_text("Enter the customer’s name.")).to_be_visible()
    expect(till.page.get_by_text("Enter a phone number with its digits")).to_be_visible()
    till.page.get_by_label("Name", exact=True).fill(naughty)
    till.page.get_by_label("Phone", exact=True).fill("98450 12345")
    till.press("Save and use")
    expect(till.cart).to_contain_text(naughty)
    till.page.keyboard.press("F7")
    till.page.get_by_label("Note on the order").fill("Gift wrap")
    till.press("Save")
    expect(till.cart).to_contain_text("Gift wrap")
    till.page.keyboard.press("F8")
    expect(till.page.get_by_label("Name for it")).to_have_value(naughty)
    till.page.get_by_label("Name for it").fill("By the door")
    till.page.keyboard.press("Enter")
    expect(till.cart).to_contain_text("Scan an article")
    other_till.page.get_by_role("button", name="Held carts").click()
    other_till.page.get_by_role("button", name=re.compile("By the door")).click()
    expect(other_till.line(article["sku"])).to_contain_text(article["product"])
    expect(other_till.cart).to_contain_text(naughty)
    other_till.start_paying()
    other_till.complete()
    document = other_till.sold()["document"]
    assert (document["customer"]["name"], document["note"]) == (naughty, "Gift wrap")
    other_till.press("Print receipt")
    eventually(other_till.printed)
    assert "<b>O'Hara</b>" in other_till.printed()[0]["text"]


def test_b8_a_held_cart_whose_recall_got_no_answer_is_recalled_again(till: Till, other_till: Till, shop: Shop) -> None:
    article, name = shop.articles()[0], "Without an answer"
    till.scan(article["barcode"])
    expect(till.line(article["sku"])).to_be_visible()
    till.page.keyboard.press("F8")
    till.page.get_by_label("Name for it").fill(name)
    till.page.keyboard.press("Enter")
    expect(till.cart).to_contain_text("Scan an article")
    other_till.page.get_by_role("button", name="Held carts").click()
    expect(other_till.page.get_by_role("dialog")).to_contain_text(name)
    till.page.route("**/recall", lambda route: (route.fetch(), route.abort()), times=1)
    _recall(till, name)
    expect(till.page.locator(".toast.bad")).to_be_visible()
    expect(other_till.page.get_by_role("dialog")).not_to_contain_text(name)
    _recall(till, name)
    expect(till.line(article["sku"])).to_be_visible()
    till.reload()
    expect(till.line(article["sku"])).to_be_visible()
    _is_not_held(till, name)
    till.start_paying()
    till.complete()
    till.sold()
    till.press("New sale")
    expect(till.search).to_be_visible()
    _is_not_held(till, name)


def _recall(till: Till, name: str) -> None:
    till.page.get_by_role("button", name="Held carts").click()
    till.page.get_by_role("button", name=name).click()


def _is_not_held(till: Till, name: str) -> None:
    till.page.keyboard.press("F10")
    expect(till.page.get_by_role("dialog")).to_contain_text("Held carts")
    expect(till.page.get_by_role("dialog")).not_to_contain_text(name)
    till.page.keyboard.press("Escape")
    expect(till.page.get_by_role("dialog")).to_have_count(0)


def test_a_sale_is_made_by_keyboard_alone(till: Till, shop: Shop) -> None:
    keyboard = till.page.keyboard
    keyboard.press("F2")
    till.search.press_sequentially(shop.articles()[0]["sku"], delay=45)
    keyboard.press("Enter")
    expect(till.total).to_be_visible()
    keyboard.press("F9")
    expect(till.page.get_by_label("Cash given")).to_be_focused()
    keyboard.press("Escape")
    expect(till.search).to_be_visible()
    keyboard.press("F9")
    expect(till.page.get_by_label("Cash given")).to_be_focused()
    keyboard.press("Enter")
    expect(till.page.get_by_role("button", name="New sale")).to_be_focused()
    assert till.sold()["document"]["payments"][0]["payment_mode"] == "CASH"
    keyboard.press("Enter")
    expect(till.search).to_be_visible()


def test_b7_prices_that_change_under_a_cart_are_shown_and_confirmed(till: Till, shop: Shop) -> None:
    article = shop.articles()[3]
    till.scan(article["barcode"])
    expect(till.total).to_have_text(rupees(article["price_minor"]))
    dearer = article["price_minor"] + 100_00
    shop.change_price(article["sku"], dearer)
    notice = till.cart.get_by_role("alert")
    expect(notice).to_contain_text(rupees(dearer))
    till.cart.get_by_role("button", name="Pay").click(force=True)
    expect(till.page.get_by_text("Confirm the new prices first.")).to_be_visible()
    notice.get_by_role("button", name="Confirm").click()
    till.start_paying()
    till.complete()
    assert till.sold()["document"]["totals"]["total_minor"] == dearer


def test_s20_coupon_delivery_extension_and_online_payment_while_online(till: Till, shop: Shop) -> None:
    page = till.page
    article = shop.articles()[5]
    till.scan(article["barcode"])
    page.get_by_role("button", name="Coupon, delivery").click()
    page.get_by_label("Coupon code").fill("no code")
    till.press("Save")
    expect(page.get_by_text("A code has letters, digits")).to_be_visible()
    page.get_by_label("Coupon code").fill("NOSUCH")
    till.press("Save")
    expect(till.cart.get_by_role("alert")).to_contain_text("This coupon is unknown.")
    page.get_by_role("button", name=re.compile("^Coupon, delivery")).click()
    page.get_by_label("Coupon code").fill("FEST10")
    page.locator(".segments span", has_text="Delivery").click()
    till.press("Save")
    expect(page.get_by_text("Enter where to deliver to.")).to_be_visible()
    page.get_by_label("Address").fill("12 Church Street, Bengaluru 560001")
    page.get_by_label("Phone").fill("98450 12345")
    till.press("Save")
    till.line(article["sku"]).get_by_role("button", name=f"Extensions of {article['product']}").click()
    page.get_by_label("Extensions", exact=True).fill("a b c d e f")
    till.press("Save")
    expect(page.get_by_text("A line takes 5 extensions at most.")).to_be_visible()
    page.get_by_label("Extensions", exact=True).fill("hem")
    till.press("Save")
    expect(till.line(article["sku"])).to_contain_text("Alteration: hem")
    price = article["price_minor"]
    total = price - price // 10 + 99_00 + 150_00
    expect(till.total).to_have_text(rupees(total))
    till.start_paying()
    till.pay_by("Payment Link")
    till.complete()
    expect(page.get_by_text("The customer has not paid yet.")).to_be_visible()
    page.get_by_role("button", name="Ask the customer for").click()
    expect(page.get_by_text("The customer has paid.")).to_be_visible()
    till.complete()
    document = till.sold()["document"]
    assert (document["fulfilment"], document["totals"]["total_minor"]) == ("delivery", total)
    assert document["delivery"] == {"address": "12 Church Street, Bengaluru 560001", "phone": "98450 12345"}
    assert document["payments"][0]["status"] == "captured"


def test_s20_a_scanned_customer_code_finds_the_customer_online(till: Till, shop: Shop) -> None:
    customer = shop.customer_of_head_office("Meera <i>Rao</i>")
    till.scan(customer["code"])
    expect(till.cart).to_contain_text("Meera <i>Rao</i>")
    till.scan("C-00000000")
    expect(till.page.locator(".toast").last).to_have_text("No customer has the code C-00000000.")


def test_s20_a_manager_corrects_a_product_at_head_office(browser_of_a_till: BrowserContext, shop: Shop) -> None:
    till = Till(browser_of_a_till, shop)
    till.pair(shop.tills[0])
    till.sign_in(shop.manager)
    product = shop.articles()[-1]["product"]
    till.search.fill(product)
    till.page.get_by_role("button", name=f"Correct {product}").first.click()
    till.page.get_by_label("Name", exact=True).fill(" ")
    till.press("Save")
    expect(till.page.get_by_text("This cannot be empty.")).to_be_visible()
    naughty = f"{product} <script>x</script>"
    till.page.get_by_label("Name", exact=True).fill(naughty)
    till.press("Save")
    expect(till.page.locator(".toast").last).to_contain_text("Head office has it.")
    shop.post("/api/catalog/data-sync", {"datasets": ["products"]})
    expect(till.page.get_by_role("heading", name=naughty).first).to_be_visible()
    assert till.errors == []
