"""A till as a person uses it: what is said here is what they see and press."""

import json
import re
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.pages.shop import Person, Shop
from tests.support import PATIENCE_S, eventually

WAIT_MS = PATIENCE_S * 1000

# the picker itself cannot be driven: a folder of the browser's own takes its place, everything else is real
FOLDER = "window.showDirectoryPicker = () => navigator.storage.getDirectory()"
# what would go to the printer is kept
PAPER = """
window.printed = [];
window.print = () => {
  const paper = document.querySelector(".paper");
  window.printed.push({ text: paper.innerText, kind: paper.className });
  dispatchEvent(new Event("afterprint"));
};
"""


# keys faster than any test could send them one by one, each when a scanner presses it, however busy this machine is
SCANNER = """
code => {
  const place = document.activeElement ?? document.body;
  let at = performance.now();
  const press = key => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: (at += 5) });
    return place.dispatchEvent(event);
  };
  for (const key of code) if (press(key) && place.matches("input")) document.execCommand("insertText", false, key);
  press("Enter");
}
"""

# once: whoever signs out is signed out, and other tabs know of nobody
SIGNED_IN = """
if (!localStorage.getItem("signed in")) {
  localStorage.setItem("signed in", "once");
  sessionStorage.setItem("till.token", %(token)s);
  sessionStorage.setItem("till.person", %(person)s);
  localStorage.setItem("till.recent", %(recent)s);
}
"""


# what the page's policy keeps from being done, in any of its frames
REFUSED = (
    "addEventListener('securitypolicyviolation', (at) => noteRefused(`${at.effectiveDirective} ${at.blockedURI}`))"
)


def _quoted(value: Any) -> str:
    return json.dumps(json.dumps(value))


class Till:
    def __init__(self, context: BrowserContext, shop: Shop) -> None:
        self.context = context
        self.shop = shop
        self.errors: list[str] = []
        self.refused: list[str] = []
        context.expose_binding("noteRefused", lambda _, what: self.refused.append(what))
        context.add_init_script(REFUSED)
        context.add_init_script(FOLDER)
        context.add_init_script(PAPER)
        self.page = self.new_tab()

    @classmethod
    def new(cls, browser: Browser, shop: Shop) -> Self:
        """A till in a browser of its own that knows nothing of the store yet."""
        context = browser.new_context(base_url=shop.address, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(WAIT_MS)
        return cls(context, shop)

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def wait_for_shell(self) -> None:
        """Until the page would be there without the store."""
        kept = "navigator.serviceWorker.controller ? caches.match('/').then(page => Boolean(page)) : false"
        eventually(lambda: self.page.evaluate(kept))

    def pair(self, known: dict[str, str]) -> None:
        """Makes this browser a till, as a manager's pairing leaves it."""
        self._known = known
        self.context.add_init_script(f"localStorage.setItem('till.paired', {_quoted(known)})")

    def sign_in(self, person: Person) -> None:
        """Opens the page for somebody who has signed in at this till."""
        token, shift = self.shop.sign_in(person, self._known)
        recent = [{"staff_code": person.staff_code, "name": shift["name"]}]
        kept = {"token": json.dumps(token), "person": _quoted(shift), "recent": _quoted(recent)}
        self.context.add_init_script(SIGNED_IN % kept)
        self.page.goto("/")
        expect(self.search).to_be_visible()

    def fill_sign_in(self, code: str, pin: str) -> None:
        self.page.get_by_label("Staff code").fill(code)
        self.page.get_by_label("PIN", exact=True).fill(pin)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self) -> None:
        self.press(f"{self.shop.associate.name}, Sales associate")
        self.press("Sign out")

    @property
    def search(self) -> Locator:
        return self.page.get_by_label("Search, or scan a barcode")

    @property
    def cart(self) -> Locator:
        return self.page.get_by_role("region", name="Cart")

    @property
    def total(self) -> Locator:
        return self.cart.locator(".sum-total:not(.old) strong")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".banner")

    def line(self, sku: str) -> Locator:
        return self.cart.locator(".line", has_text=sku)

    def scan(self, code: str) -> None:
        """Types as a scanner does, wherever the focus is."""
        self.page.evaluate(SCANNER, code)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def stop_clock(self) -> None:
        """No time passes on this till but what `let_pass` says."""
        self.page.evaluate("() => { const now = Date.now(); Date.now = () => now; }")

    def let_pass(self, *, seconds: int) -> None:
        """The clock of this till goes on, and nobody touches it."""
        self.page.evaluate("ms => { const now = Date.now; Date.now = () => now() + ms; }", seconds * 1000)

    def start_paying(self) -> None:
        expect(self.total).to_be_visible()
        self.cart.get_by_role("button", name="Pay").click()
        expect(self.page.get_by_role("form", name="Pay")).to_be_visible()

    def take(self, rupees: str) -> None:
        """Takes a part of what is due; the rest is entered for the next payment."""
        self.page.get_by_role("button", name=f"Take ₹{rupees}.00 and go on").click()
        expect(self.page.get_by_label(re.compile("^(Cash given|Amount)$"))).not_to_have_value(rupees)

    def pay_by(self, mode: str) -> None:
        self.page.get_by_role("radio", name=mode).check(force=True)

    def complete(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Complete sale")).click()

    def sell(self, barcode: str) -> dict[str, Any]:
        """Sells one article for cash; the order as the store has it."""
        self.go("sell")
        expect(self.search).to_be_visible()
        self.scan(barcode)
        self.start_paying()
        self.complete()
        order = self.sold()
        self.press("New sale")
        return order

    def reload(self) -> None:
        """Begins the page anew, once all that it shows is kept."""
        # a look at what is kept waits for what is being written
        self.asked()
        self.page.reload()

    def go(self, *words: str) -> None:
        self.page.evaluate("address => { location.hash = address }", f"#/{'/'.join(words)}")

    def sold(self) -> dict[str, Any]:
        """The order of the sale that is done, as the store has it."""
        expect(self.page.get_by_role("heading", name="Sale complete")).to_be_visible()
        number = self.page.locator(".invoice-number").inner_text().split()[1]
        found: dict[str, Any] = self.shop.order(number)
        return found

    def grant_folder(self) -> None:
        self.go("settings")
        self.press("Grant a folder on this till")
        expect(self.page.get_by_text("This till keeps its own copy of each sale.")).to_be_visible()
        self.go("sell")
        expect(self.search).to_be_visible()

    def printed(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.page.evaluate("window.printed")
        return found

    def kept(self) -> dict[str, str]:
        """What stands in this till's own folder: names of files, and their text."""
        files = """async () => {
          const folder = await navigator.storage.getDirectory();
          const read = async ([name, handle]) => [name, await (await handle.getFile()).text()];
          return Object.fromEntries(await Promise.all((await Array.fromAsync(folder.entries())).map(read)));
        }"""
        found: dict[str, str] = self.page.evaluate(files)
        return found

    def asked(self) -> str | None:
        """The id of the sale that this till keeps asking for."""
        look = """() => new Promise(resolve => {
          const opening = indexedDB.open("store-edge-till");
          opening.onsuccess = () => {
            const read = opening.result.transaction("kept").objectStore("kept").get("sale.asked");
            read.onsuccess = () => { opening.result.close(); resolve(read.result?.order_id ?? null) };
          };
        })"""
        found: str | None = self.page.evaluate(look)
        return found
