"""People and tills: one-time codes, who is kept out, tills renamed and retired, and what is worth a second look."""

import re

from playwright.sync_api import expect

from tests.pages.shop import Shop
from tests.pages.till import Till


def test_b18_a_manager_issues_a_one_time_code_that_is_shown_once(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    till.go("team")
    row = page.get_by_role("table", name="People of this store").locator("tbody tr").filter(has_text="Not set").first
    code = row.get_by_role("cell").nth(1).inner_text()
    row.get_by_role("button", name=re.compile("^One-time code for")).click()
    shown = page.locator(".one-time-code").inner_text().strip()
    till.press("Done")
    expect(page.get_by_text(shown)).to_have_count(0)
    page.get_by_role("button", name=re.compile(", Manager$")).click()
    till.press("Sign out")
    till.press("Set a PIN with a one-time code")
    page.get_by_label("Staff code").fill(code)
    page.get_by_label("One-time code", exact=True).fill(shown)
    page.get_by_label("New PIN, 6 to 8 digits").fill("685203")
    till.press("Set PIN")
    expect(page.get_by_text("The PIN is set. Sign in with it.")).to_be_visible()


def test_b18_whoever_is_blocked_is_signed_out_and_let_in_again(managers_till: Till, other_till: Till) -> None:
    till, page = managers_till, managers_till.page
    shop = till.shop
    till.go("team")
    row = (
        page.get_by_role("table", name="People of this store").locator("tbody tr").filter(has_text=shop.associate.name)
    )
    row.get_by_role("button", name="Block").click()
    page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(page.get_by_role("dialog")).to_contain_text("Say why, in a few words.")
    page.get_by_label("Reason").fill("Left the company")
    page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(row).to_contain_text("Blocked by")
    expect(other_till.page.get_by_role("heading", name=re.compile("^Sign in"))).to_be_visible(timeout=20_000)
    row.get_by_role("button", name="Let in again").click()
    expect(row.get_by_role("button", name="Block")).to_be_visible()


def test_b19_tills_are_renamed_and_retired(managers_till: Till, shop: Shop) -> None:
    till, page = managers_till, managers_till.page
    one = shop.new_till()
    till.go("team")
    tills = page.get_by_role("table", name="Tills of this store").locator("tbody tr")
    row = tills.filter(has=page.get_by_text(one["name"], exact=True))
    expect(tills.filter(has_text="This till")).to_have_count(1)
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("Name").fill(shop.tills[0]["name"])
    till.press("Save")
    expect(page.get_by_role("dialog").locator(".refusal")).not_to_be_empty()
    renamed = f"Upstairs {one['name']}"
    page.get_by_label("Name").fill(renamed)
    till.press("Save")
    row = tills.filter(has=page.get_by_text(renamed, exact=True))
    row.get_by_role("button", name="Retire").click()
    page.get_by_role("dialog").get_by_role("button", name="Retire").click()
    expect(row).to_contain_text("Retired")
    expect(row.get_by_role("button")).to_have_count(0)


def test_b22_exceptions_are_shown_by_cashier_offline_mode_by_hand_among_them(managers_till: Till, shop: Shop) -> None:
    shop.put("/api/sessions/mode", {"on": True, "reason": "A drill at noon"})
    shop.put("/api/sessions/mode", {"on": False})
    managers = [one["staff_code"] for one in shop.get("/api/sessions/staff")["items"] if one["role"] == "manager"]
    colleague = next(code for code in managers if code != shop.manager.staff_code)
    shop.post("/api/sessions/codes", {"staff_code": colleague})
    managers_till.go("team")
    table = managers_till.page.get_by_role("table", name="Exceptions by cashier")
    row = table.locator("tbody tr").filter(has_text=shop.manager.staff_code)
    expect(row).to_contain_text("A drill at noon")
    expect(row).to_contain_text(colleague)
