"""A store and a browser for all tests of the page, and for each a till of its own with somebody signed in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

from deploy.runner.errors import RunnerError
from tests.pages.chromium import launch
from tests.pages.shop import Shop
from tests.pages.store import opened
from tests.pages.till import WAIT_MS, Till


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A store that is open, with a manager, associates, and the storage grant."""
    try:
        with opened() as shop:
            yield shop
    except RunnerError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def browser_of_a_till(chromium: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """A browser that knows nothing of the store yet, on a till whose clock is set to a zone far away."""
    size: ViewportSize = {"width": 1280, "height": 800}
    context = chromium.new_context(base_url=shop.address, viewport=size, timezone_id="America/New_York")
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


@pytest.fixture
def till(browser_of_a_till: BrowserContext, shop: Shop) -> Iterator[Till]:
    """A till with an associate signed in, on the page that sells, in a browser of its own; its scripts may not fail."""
    one = Till(browser_of_a_till, shop)
    one.pair(shop.tills[0])
    one.sign_in(shop.associate)
    yield one
    shop.line_up()
    assert one.errors == []


@pytest.fixture
def managers_till(browser_of_a_till: BrowserContext, shop: Shop) -> Iterator[Till]:
    """A till at which the manager is signed in; its scripts may not fail."""
    one = Till(browser_of_a_till, shop)
    one.pair(shop.tills[0])
    one.sign_in(shop.manager)
    yield one
    shop.line_up()
    assert one.errors == []


@pytest.fixture
def other_till(chromium: Browser, shop: Shop) -> Iterator[Till]:
    context = chromium.new_context(base_url=shop.address, viewport={"width": 1024, "height": 768})
    context.set_default_timeout(WAIT_MS)
    one = Till(context, shop)
    one.pair(shop.tills[1])
    one.sign_in(shop.associate)
    yield one
    context.close()
