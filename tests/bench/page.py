"""The till page in Chromium as a person waits for it: load, scan, search, Pay, and a change of mode on every till."""

import itertools
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.demo import selling
from deploy.demo.people import People
from deploy.demo.store import Store
from tests.pages.chromium import launch

SCRIPT = Path(__file__).with_name("page.js")
LOADS = 10
SCANS = 60
ARTICLES = 12
SALES = 25
TURNS = 6
TILLS = 4
TYPED_EVERY_MS = 200
WAIT_MS = 30_000
USABLE = "input[type=search]"


@dataclass(frozen=True)
class Wait:
    """How long people wait for something, in milliseconds, and for the reference in the same run; `goal` is a p95."""

    name: str
    ms: list[float]
    goal: int
    reference: str
    reference_ms: list[float]

    def lines(self) -> Iterator[str]:
        yield f"{self.name:<42} {_figures(self.ms)}   (goal: {self.goal})"
        yield f"  reference: {self.reference:<29} {_figures(self.reference_ms)}"


def measure(store: Store, people: People) -> Iterator[str]:
    """Lines for people, as each figure is known."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield from _loads(browser, store)
        with _tills(browser, store, TILLS) as pages:
            codes = _codes(people)
            yield from _scans(pages[0], codes).lines()
            yield from _searches(pages[0]).lines()
            yield from _sales(pages[0], people, codes).lines()
            yield from _modes(pages, people).lines()
        browser.close()


def _loads(browser: Browser, store: Store) -> Iterator[str]:
    """From the address to the field that takes a scan, or to the sign-in for a browser that was never here (cold)."""
    cold: list[float] = []
    warm: list[float] = []
    bare: list[float] = []
    sizes: list[int] = []
    for _ in range(LOADS):
        sizes.clear()
        with _new_page(browser, store) as page:
            page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
            with _timing(cold):
                page.goto("/")
                page.locator("form").wait_for()
            page.wait_for_load_state("networkidle")
        with _new_page(browser, store) as page, _timing(bare):
            page.goto("/icon.svg")
        with _tills(browser, store, 1) as [page]:
            page.wait_for_function("caches.match('/').then(Boolean)", timeout=WAIT_MS)
            with _timing(warm):
                page.reload()
                page.locator(USABLE).wait_for()
    yield from Wait("page: first load, cold", cold, 1500, "one icon, cold", bare).lines()
    yield from Wait("page: load, warm", warm, 500, "one icon, cold", bare).lines()
    yield f"page: weight as it travels                 {sum(sizes) / 1000:8.0f} kB   (goal: 200)"


def _scans(page: Page, codes: list[tuple[str, str]]) -> Wait:
    scanned, asked = [], []
    for n, (code, sku) in zip(range(SCANS), itertools.cycle(codes[:ARTICLES]), strict=False):
        asked.append(page.evaluate("path => bench.api(path)", f"/api/orders/scan/{code}"))
        scanned.append(page.evaluate("([code, sku, n]) => bench.scan(code, sku, n)", [code, sku, n // ARTICLES + 1]))
    page.wait_for_timeout(1000)
    return Wait("page: scan to the line in the cart", scanned, 100, "its question alone", asked)


def _searches(page: Page) -> Wait:
    words = [heading.split()[:3] for heading in page.locator("article h2").all_inner_texts()[:4]]
    typed = [" ".join(found)[:length] for found in words for length in range(1, len(" ".join(found)) + 1)]
    shown, asked = [], []
    for text in typed:
        if text == text.strip():
            asked.append(page.evaluate("path => bench.api(path)", f"/api/catalog/products?q={text}&limit=24"))
            shown.append(page.evaluate("text => bench.search(text)", text))
            page.wait_for_timeout(TYPED_EVERY_MS)
    page.evaluate("bench.search('')")
    return Wait("page: a letter to what it finds", shown, 150, "its question alone", asked)


def _sales(page: Page, people: People, codes: list[tuple[str, str]]) -> Wait:
    sold: list[float] = []
    asked: list[float] = []
    api = people.tills[-1].api
    for code, sku in itertools.islice(itertools.cycle(codes), SALES):
        cart = selling.cart_of([(sku, 1)])
        total = api.post("/api/orders/quotes", cart)["totals"]["total_minor"]
        with _timing(asked):
            api.post("/api/orders/orders", selling.paid(cart, total))
        sold.append(_sell(page))
        page.evaluate("([code, sku]) => bench.scan(code, sku, 1)", [code, sku])
    _sell(page)
    # the first of them sold what had been scanned before
    return Wait("page: Pay to the invoice", sold[1:], 300, "its sale alone", asked[1:])


def _sell(page: Page) -> float:
    page.get_by_role("button", name="Pay").click()
    page.locator("form.pay .complete[aria-busy=false]").wait_for()
    took: float = page.evaluate("bench.complete()")
    page.get_by_role("button", name="New sale").click()
    return took


def _modes(pages: list[Page], people: People) -> Wait:
    """Offline Mode by hand: from the manager's word to the banner on the last till."""
    seen, told = [], []
    for page in pages:
        page.evaluate("bench.watchBanner()")
    for on in itertools.islice(itertools.cycle((True, False)), TURNS):
        for page in pages:
            page.evaluate("bench.turnedAt = null")
        began = time.time()
        people.manager.put("/api/sessions/mode", {"on": on, **({"reason": "benchmark"} if on else {})})
        told.append(1000 * (time.time() - began))
        for page in pages:
            page.wait_for_function("bench.turnedAt !== null", timeout=WAIT_MS)
        seen.append(max(page.evaluate("bench.turnedAt") for page in pages) - 1000 * began)
    return Wait(f"page: a change of mode on {len(pages)} tills", seen, 1000, "the API's own answer", told)


def _codes(people: People) -> list[tuple[str, str]]:
    """Barcodes and SKUs of articles with plenty left."""
    items = people.manager.get("/api/catalog/products", limit=50)["items"]
    variants = [variant for item in items for variant in item["variants"] if variant["left"] > SCANS]
    return [(variant["barcode"], variant["sku"]) for variant in variants][: 2 * ARTICLES]


@contextmanager
def _tills(browser: Browser, store: Store, count: int) -> Iterator[list[Page]]:
    contexts = [_context(browser, store, n) for n in range(count)]
    yield [_signed_in(context, store, n) for n, context in enumerate(contexts)]
    for context in contexts:
        context.close()


@contextmanager
def _new_page(browser: Browser, store: Store) -> Iterator[Page]:
    with browser.new_context(base_url=store.address) as context:
        yield context.new_page()


def _context(browser: Browser, store: Store, n: int) -> BrowserContext:
    context = browser.new_context(base_url=store.address, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(WAIT_MS)
    till = _known(store)[n]
    paired = json.dumps(json.dumps({key: till[key] for key in ("till_id", "till_key", "name")}))
    context.add_init_script(f"localStorage.setItem('till.paired', {paired})")
    context.add_init_script(path=SCRIPT)
    return context


def _signed_in(context: BrowserContext, store: Store, n: int) -> Page:
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Staff code").fill(_known(store)[n]["staff_code"])
    page.get_by_label("PIN", exact=True).fill(_known(store)[n]["pin"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(USABLE).wait_for()
    page.locator("article h2").first.wait_for()
    return page


def _known(store: Store) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((store.folder / "demo.json").read_text())["tills"]
    return found


@contextmanager
def _timing(into: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    into.append(1000 * (time.perf_counter() - began))


def _figures(ms: list[float]) -> str:
    p95 = sorted(ms)[int(len(ms) * 0.95)]
    return f"{p95:8.0f} ms p95, median {statistics.median(ms):.0f} ms"
