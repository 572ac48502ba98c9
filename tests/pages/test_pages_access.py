"""Everybody can read and reach it: WCAG 2.2 AA as axe checks it, in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.pages.shop import Shop
from tests.pages.till import Till

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(till: Till) -> list[str]:
    found = Axe().run(till.page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_back_office_is_accessible(managers_till: Till, shop: Shop, theme: str) -> None:
    till, page = managers_till, managers_till.page
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    order = till.sell(shop.articles()[0]["barcode"])
    for words in (["orders"], ["orders", order["order_id"]], ["recovery"], ["settings"], ["team"]):
        till.go(*words)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("table, .facts, .card.empty").first).to_be_visible()
        assert violations(till) == []
    page.get_by_role("button", name="Block").first.click()
    assert violations(till) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_selling_is_accessible(till: Till, shop: Shop, theme: str) -> None:
    page = till.page
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    article = shop.articles()[0]
    till.scan(article["barcode"])
    expect(till.total).to_be_visible()
    assert violations(till) == []
    page.get_by_role("button", name="Connections").click()
    assert violations(till) == []
    page.keyboard.press("Escape")
    page.keyboard.press("F4")
    page.get_by_label("Phone, name or e-mail").fill("Nobody of this name")
    expect(page.get_by_text("Nobody is found.")).to_be_visible()
    assert violations(till) == []
    page.keyboard.press("Escape")
    till.start_paying()
    assert violations(till) == []
    till.complete()
    till.sold()
    assert violations(till) == []
    till.press("New sale")
    till.sign_out()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(till) == []
