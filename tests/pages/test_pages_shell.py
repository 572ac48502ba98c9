"""The shell: installed like an application, nothing from outside the store, one stream a till."""

import struct
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Request, expect

from tests.pages.shop import Shop
from tests.pages.till import Till
from tests.support import eventually

PAGE = Path(__file__).parents[2] / "services" / "till"


def test_the_till_is_installable(till: Till, shop: Shop) -> None:
    """What browsers ask of an application: a manifest, icons of both sizes, a service worker that answers."""
    page = till.page
    manifest = httpx2.get(f"{shop.address}/till.webmanifest", trust_env=False)
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    told = manifest.json()
    assert {"name", "short_name", "start_url", "icons"} <= set(told)
    assert told["display"] == "standalone"
    for size in ("192x192", "512x512"):
        icon = next(icon for icon in told["icons"] if icon["sizes"] == size)
        drawn = httpx2.get(f"{shop.address}/{icon['src']}", trust_env=False).content
        assert "{}x{}".format(*struct.unpack(">II", drawn[16:24])) == size
    expect(page.locator("link[rel=manifest]")).to_have_attribute("href", "till.webmanifest")
    eventually(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    tools = till.context.new_cdp_session(page)
    problems = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # a test's browser keeps nothing, and so installs nothing; all else is as it should be
    assert {one["errorId"] for one in problems} <= {"in-incognito"}


def test_nothing_comes_from_outside_and_no_script_stands_in_the_page(till: Till, shop: Shop) -> None:
    page = till.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(till.search).to_be_visible()
    assert asked
    assert all(url.startswith((shop.address, "data:")) for url in asked)
    policy = httpx2.get(shop.address, trust_env=False).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())
    assert rules["default-src"] == "'none'" or rules["default-src"] == "'self'"
    assert rules.get("script-src", rules["default-src"]) == "'self'"
    assert "unsafe" not in policy
    written = (PAGE / "index.html").read_text()
    assert written.count("<script") == written.count('<script type="module" src=')
    harmful = {
        "a script": """Object.assign(document.createElement("script"), {text: "harmed = true"})""",
        "markup": """document.body.innerHTML = "<img src=x onerror='harmed = true'>" """,
        "a policy of one's own": """trustedTypes.createPolicy("other", {createHTML: (text) => text})""",
    }
    assert till.refused == []
    for attempt in harmful.values():
        with pytest.raises(PlaywrightError, match=r"TrustedHTML|TrustedScript|disallowed"):
            page.evaluate(attempt)
    # the page has to be asked something for its words to arrive
    eventually(lambda: page.evaluate("true") and len(till.refused) >= len(harmful))
    assert {what.split()[0] for what in till.refused} == {"require-trusted-types-for", "trusted-types"}


def test_a_till_holds_one_stream_however_many_tabs(till: Till) -> None:
    streams: list[Request] = []
    till.context.on("request", lambda request: streams.append(request) if request.url.endswith("/stream") else None)
    till.page.reload()
    expect(till.search).to_be_visible()
    for _ in range(2):
        second = till.new_tab()
        second.goto("/")
        expect(second.get_by_role("heading", name="The till is open in another tab")).to_be_visible()
    # the page has to be asked something for word of a request to arrive
    eventually(lambda: till.page.evaluate("true") and streams)
    assert {request.frame.page for request in streams} == {till.page}


def test_what_is_kept_is_written_through_to_the_disk_and_asked_to_be_kept(till: Till, shop: Shop) -> None:
    watch = """
      const transaction = IDBDatabase.prototype.transaction;
      window.durabilities = [];
      IDBDatabase.prototype.transaction = function (stores, mode, options) {
        if (mode === "readwrite") window.durabilities.push(options?.durability);
        return transaction.call(this, stores, mode, options);
      };
      window.persistentAsked = 0;
      const persist = navigator.storage.persist.bind(navigator.storage);
      navigator.storage.persist = () => ((window.persistentAsked += 1), persist());
    """
    till.context.add_init_script(watch)
    till.page.reload()
    expect(till.search).to_be_visible()
    till.scan(shop.articles()[0]["barcode"])
    expect(till.total).to_be_visible()
    assert set(till.page.evaluate("window.durabilities")) == {"strict"}
    assert till.page.evaluate("window.persistentAsked") == 1
