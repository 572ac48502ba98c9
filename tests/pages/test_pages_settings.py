"""Settings → Network Connectivity: data, Offline Mode by hand, the folders, Auto-Sync, and all offline sessions."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Locator, expect

from tests.pages.shop import Shop
from tests.pages.till import WAIT_MS, Till
from tests.support import eventually

GREEN = "You're in Offline Mode. You can continue billing, data will be synced once you're back online."
SAFARI = (
    "Offline Mode is not supported in Safari. To continue selling without internet, "
    "please switch to Google Chrome or another supported browser."
)
AGENTS = {
    "Safari": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


def card(till: Till, title: str) -> Locator:
    return till.page.locator("section.card").filter(has=till.page.get_by_role("heading", name=title, exact=True))


def switch(till: Till, title: str) -> Locator:
    return card(till, title).get_by_role("switch")


def turn_on(till: Till, reason: str) -> None:
    switch(till, "Offline Mode").click()
    till.page.get_by_label("Reason").fill(reason)
    till.page.get_by_role("dialog").get_by_role("button", name="Turn Offline Mode on").click()
    expect(till.banner).to_have_text(re.compile(re.escape(GREEN)))


@pytest.fixture(autouse=True)
def _as_it_was(shop: Shop) -> Iterator[None]:
    yield
    shop.put("/api/sync/auto-sync", {"on": True})
    shop.put("/api/sessions/mode", {"on": False})


@pytest.fixture
def settings(managers_till: Till) -> Till:
    managers_till.go("settings")
    expect(managers_till.page.get_by_role("heading", name="Settings → Network Connectivity")).to_be_visible()
    return managers_till


def test_s5_s8_b22_offline_mode_by_hand_needs_a_reason_and_ends_in_settings_as_on_the_banner(settings: Till) -> None:
    page = settings.page
    switch(settings, "Offline Mode").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn Offline Mode on").click()
    expect(page.get_by_role("dialog")).to_contain_text("Say why, in a few words.")
    page.keyboard.press("Escape")
    for off in (page.get_by_role("button", name="Turn Off", exact=True), switch(settings, "Offline Mode")):
        turn_on(settings, "The provider works on the line")
        expect(switch(settings, "Offline Mode")).to_have_attribute("aria-checked", "true")
        expect(card(settings, "Offline Mode")).to_contain_text("Turned on by")
        off.click()
        expect(settings.banner).to_have_count(0)
        expect(switch(settings, "Offline Mode")).to_have_attribute("aria-checked", "false")


def test_s2_what_is_missing_is_named_and_keeps_offline_mode_off(settings: Till, shop: Shop) -> None:
    granted = shop.get("/api/sessions/storage-grant")["edge"]["folder"]
    folder = Path(granted)
    aside = folder.rename(folder.with_name("aside"))
    try:
        expect(card(settings, "Offline Mode")).to_contain_text("Missing: Storage folder")
        expect(card(settings, "Storage")).to_contain_text("there is no such folder")
        switch(settings, "Offline Mode").press("Enter")
        expect(settings.page.locator(".toast").last).to_contain_text("Missing: Storage folder")
        expect(settings.page.get_by_role("dialog")).to_have_count(0)
    finally:
        aside.rename(folder)
    expect(card(settings, "Offline Mode")).not_to_contain_text("Missing")


def test_s5_who_may_not_turn_it_is_told_whom_to_ask(browser_of_a_till: BrowserContext, shop: Shop) -> None:
    till = Till(browser_of_a_till, shop)
    till.pair(shop.tills[0])
    till.sign_in(shop.newcomer)
    till.go("settings")
    for title in ("Offline Mode", "Order sync"):
        expect(switch(till, title)).to_have_attribute("aria-disabled", "true")
        switch(till, title).press("Enter")
        expect(till.page.locator(".toast").last).to_have_text("Ask a manager to turn it on or off.")
    expect(till.page.get_by_label("Folder on the edge server")).to_have_count(0)
    expect(till.page.get_by_role("button", name="Export CSV")).to_have_count(0)
    till.press("Sync data now")
    assert till.errors == []


def test_s1_b1_each_data_set_shows_its_count_time_and_freshness_and_syncs_when_asked(settings: Till) -> None:
    rows = settings.page.get_by_role("table", name="Data from head office").locator("tbody tr")
    expect(rows).to_have_count(4)
    for name in ("Product catalogue", "Inventory", "Payment modes", "Staff list"):
        row = rows.filter(has_text=name)
        expect(row).to_contain_text("Fresh")
        expect(row.get_by_role("cell").nth(1)).to_have_text(re.compile(r"^[1-9][\d,]*$"))
    before = settings.shop.get("/api/catalog/data-sync")["datasets"]
    settings.press("Sync data now")
    eventually(lambda: _synced_after(settings.shop, before))


def _synced_after(shop: Shop, before: list[dict[str, str]]) -> bool:
    now = shop.get("/api/catalog/data-sync")["datasets"]
    return all(new["synced_at"] > old["synced_at"] for new, old in zip(now, before, strict=True))


def test_s1_a_feed_that_would_delete_much_is_refused_until_a_manager_agrees(settings: Till, shop: Shop) -> None:
    shop.spoil_feed("staff", "mass_delete")
    found = card(settings, "Data sync")
    settings.press("Look at it")
    expect(settings.page.get_by_role("dialog")).to_contain_text("ask head office first")
    shop.mend_feeds()
    settings.page.get_by_role("button", name=re.compile("^Agree to [1-9][0-9]* deletions")).click()
    expect(found.get_by_role("button", name="Look at it")).to_have_count(0)
    expect(found.locator(".error")).to_have_count(0)


def test_b1_data_that_are_too_old_need_a_manager_before_offline_mode_is_turned_on(till: Till, shop: Shop) -> None:
    page = till.page
    shop.age("payment-modes")
    till.go("settings")
    modes = page.get_by_role("table", name="Data from head office").locator("tr", has_text="Payment modes")
    expect(modes).to_contain_text("Too old")
    switch(till, "Offline Mode").click()
    page.get_by_label("Reason").fill("The line is cut")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Turn Offline Mode on").click()
    expect(dialog).to_contain_text("The data are too old (payment modes).")
    expect(page.get_by_label("Reason")).to_have_value("The line is cut")
    dialog.get_by_role("button", name="Turn Offline Mode on").click()
    expect(dialog).to_contain_text("Enter your staff code.")
    page.get_by_label("Manager’s staff code").fill(shop.manager.staff_code)
    page.get_by_label("PIN", exact=True).fill(shop.manager.pin)
    dialog.get_by_role("button", name="Turn Offline Mode on").click()
    expect(till.banner).to_have_text(re.compile(re.escape(GREEN)))
    expect(card(till, "Offline Mode")).to_contain_text("Payment modes: too old. Look at prices twice.")
    switch(till, "Offline Mode").click()
    expect(till.banner).to_have_count(0)
    shop.mend_feeds()
    expect(modes).to_contain_text("Fresh")


def test_s3_a_folder_of_the_edge_server_is_proven_before_it_is_taken(settings: Till, shop: Shop) -> None:
    page = settings.page
    granted = shop.get("/api/sessions/storage-grant")["edge"]["folder"]
    field = page.get_by_label("Folder on the edge server")
    expect(field).to_have_value(granted)
    field.fill("offline")
    settings.press("Grant this folder")
    expect(card(settings, "Storage")).to_contain_text("Enter a full path")
    field.fill("/nowhere/at/all")
    settings.press("Grant this folder")
    expect(card(settings, "Storage").get_by_role("alert")).to_contain_text("there is no such folder")
    expect(field).to_have_value("/nowhere/at/all")
    field.fill(granted)
    settings.press("Grant this folder")
    expect(card(settings, "Storage")).to_contain_text("The edge server keeps offline data")
    assert shop.get("/api/sessions/storage-grant")["edge"]["folder"] == granted


@pytest.mark.parametrize("name", AGENTS)
def test_s4_a_browser_without_folders_is_told_so_by_its_name(chromium: Browser, shop: Shop, name: str) -> None:
    context = chromium.new_context(base_url=shop.address, user_agent=AGENTS[name])
    context.set_default_timeout(WAIT_MS)
    till = Till(context, shop)
    context.add_init_script("delete window.showDirectoryPicker")
    till.pair(shop.tills[0])
    till.sign_in(shop.manager)
    till.go("settings")
    expect(card(till, "Storage")).to_contain_text(SAFARI.replace("Safari", name))
    expect(till.page.get_by_role("button", name="Grant a folder on this till")).to_have_count(0)
    context.close()


def test_s24_b12_with_auto_sync_off_orders_wait_until_sync_now(settings: Till, shop: Shop) -> None:
    page = settings.page
    switch(settings, "Order sync").click()
    expect(switch(settings, "Order sync")).to_have_attribute("aria-checked", "false")
    expect(card(settings, "Order sync")).to_contain_text("Auto-Sync is off")
    settings.grant_folder()
    settings.go("settings")
    turn_on(settings, "Auto-Sync is tried")
    order = settings.sell(shop.articles()[0]["barcode"])
    settings.go("settings")
    switch(settings, "Offline Mode").click()
    expect(card(settings, "Order sync")).to_contain_text("1 order waits to sync")
    expect(card(settings, "Order sync")).to_contain_text("1 order held back until then")
    expect(card(settings, "Order sync")).to_contain_text("Oldest since")
    expect(card(settings, "Order sync")).to_contain_text(re.compile(r"Waiting: .*CASH.*₹", re.IGNORECASE | re.DOTALL))
    assert shop.at_head_office(order["order_id"]) == []
    settings.press("Sync now")
    eventually(lambda: shop.at_head_office(order["order_id"]))
    expect(card(settings, "Order sync")).to_contain_text("Nothing waits")
    switch(settings, "Order sync").click()
    expect(switch(settings, "Order sync")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_text("Auto-Sync is off")).to_have_count(0)


def test_s24_sync_now_shows_how_far_it_is(settings: Till, shop: Shop) -> None:
    settings.grant_folder()
    settings.go("settings")
    switch(settings, "Order sync").click()
    turn_on(settings, "Some orders wait")
    for article in shop.articles()[:4]:
        settings.sell(article["barcode"])
    settings.go("settings")
    switch(settings, "Offline Mode").click()
    expect(card(settings, "Order sync")).to_contain_text("4 orders wait to sync")
    shop.take_some_orders_slowly()
    settings.press("Sync now")
    on_its_way = card(settings, "Order sync").filter(has_text=re.compile(r"[1-3] of 4 sent"))
    expect(on_its_way.get_by_role("progressbar")).to_be_visible()
    shop.mend_line()
    expect(card(settings, "Order sync")).to_contain_text("Nothing waits")
    switch(settings, "Order sync").click()
    expect(switch(settings, "Order sync")).to_have_attribute("aria-checked", "true")


def test_s9_s10_s11_b13_a_session_is_listed_exported_read_and_compared(settings: Till, shop: Shop) -> None:
    page = settings.page
    settings.grant_folder()
    settings.go("settings")
    turn_on(settings, "Stock <i>taking</i>")
    order = settings.sell(shop.articles()[1]["barcode"])
    settings.go("settings")
    switch(settings, "Offline Mode").click()
    rows = page.get_by_role("table", name="All Offline Sessions").locator("tbody tr")
    expect(rows.first).to_contain_text("Stock <i>taking</i>")
    expect(rows.first).to_contain_text("Success")
    # the page shows the newest; how many there are depends on what else was tried in this store
    listed = len(shop.get("/api/sessions/offline-sessions", limit=200)["items"])
    exported(settings, "Export CSV", listed)
    exported(settings, "Export XLSX", listed)
    page.get_by_label("Status").select_option("Failed")
    expect(page.get_by_text("No session is found. Try other days.")).to_be_visible()
    page.get_by_label("Status").select_option("Any status")
    page.get_by_label("To", exact=True).fill("2020-01-01")
    expect(page.get_by_text("No session is found. Try other days.")).to_be_visible()
    page.get_by_label("To", exact=True).fill("")

    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offline session of")
    expect(card(settings, "How it stands")).to_contain_text("1, 1 of them at head office or void")
    ledger = card(settings, "Ledger").get_by_role("listitem")
    expect(ledger.filter(has_text="It began")).to_contain_text("Stock <i>taking</i>")
    expect(ledger.filter(has_text="It ended")).to_have_count(1)
    settings.press("Compare")
    expect(card(settings, "Comparison with head office")).to_contain_text("Nothing differs")
    settings.press("Orders of this session")
    number = order["document"]["invoice"]["number"]
    expect(page.get_by_role("table", name="Orders, the newest first").locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="Open the session").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offline session of")


def exported(till: Till, button: str, listed: int) -> None:
    """A file with a line for each session of the store."""
    with till.page.expect_download() as waiting:
        till.press(button)
    assert _lines(waiting.value) == listed + 1


def _lines(file: Download) -> int:
    path = Path(file.path())
    if file.suggested_filename == "offline-sessions.csv":
        return len(list(csv.reader(path.read_text("utf-8-sig").splitlines())))
    sheet = openpyxl.load_workbook(path.rename(path.with_suffix(".xlsx"))).active
    assert sheet is not None
    return sheet.max_row


def test_b13_what_differs_at_head_office_is_listed_with_what_to_do(settings: Till, shop: Shop) -> None:
    page = settings.page
    settings.grant_folder()
    settings.go("settings")
    turn_on(settings, "A comparison")
    order = settings.sell(shop.articles()[2]["barcode"])
    shop.put("/api/sessions/mode", {"on": False})
    number = order["document"]["invoice"]["number"]
    eventually(lambda: shop.order(number)["state"] == "synced")
    shop.forget(order["order_id"])
    settings.go("settings", "sessions", order["document"]["session_id"])
    settings.press("Compare")
    found = card(settings, "Comparison with head office")
    expect(found).to_contain_text("1 difference")
    expect(found).to_contain_text("head office does not have it any more. Send it again.")
    expect(page.get_by_role("table", name="What differs").get_by_role("link")).to_have_attribute(
        "href", f"#/orders/{order['order_id']}"
    )


def test_a_session_that_nobody_knows_is_said(settings: Till) -> None:
    for unknown in ("0199d09f-0000-7000-8000-000000000001", "x"):
        settings.go("settings", "sessions", unknown)
        expect(settings.page.get_by_text("There is no such session.")).to_be_visible()
        settings.go("settings")
