"""Everybody can read and reach every screen: WCAG 2.2 AA as axe checks it in both themes, fingers, narrow screens."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.pages.shop import Shop
from tests.pages.walk import walk

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# a theme changes nothing else
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
TILL, TABLET, PHONE = (1280, 800), (1024, 768), (390, 844)
# what is smaller than a finger, though nothing around it is pressed instead; links within a sentence may be
SMALL = """() => {
  const finger = 44;
  const pressed = "a, button, label, input, select, textarea";
  const hit = (at, x, y) => document.elementFromPoint(x, y)?.closest(pressed) === at;
  return [...document.querySelectorAll("button, a, input, select, textarea")]
    .filter(one => one.checkVisibility() && !one.closest("dd, .table a:not(.row-link)"))
    .map(one => one.closest("label") ?? one)
    .filter(one => {
      one.scrollIntoView({ block: "center" });
      const { width, height, left, top } = one.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      if (!width || !hit(one, x, y)) return false;
      const high = height > finger - 0.5 || [y - finger / 2 + 1, y + finger / 2 - 1].every(at => hit(one, x, at));
      const wide = width > finger - 0.5 || [x - finger / 2 + 1, x + finger / 2 - 1].every(at => hit(one, at, y));
      return !high || !wide;
    })
    .map(one => one.outerHTML.slice(0, 120));
}"""
# what reaches beyond the screen, and is not meant to be pushed along
WIDE = """() => {
  const edge = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll("#till *")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > edge)
    .filter(one => !one.closest(".categories, .table-place, .paper"))
    .map(one => one.outerHTML.slice(0, 120));
}"""


def test_every_screen_is_accessible_in_both_themes_and_fits_fingers_tablets_and_phones(
    chromium: Browser, shop: Shop
) -> None:
    found: dict[str, Any] = {}
    for name, page in walk(chromium, shop):
        for theme, rules in (("dark", COLOURS), ("light", RULES)):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found[f"{name}, {theme}"] = _violations(page, rules)
        for size in (TABLET, PHONE, TILL):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            found[f"{name}, {size[0]} wide"] = page.evaluate(SMALL) + page.evaluate(WIDE)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    asked = rules | {"resultTypes": ["violations"]}
    found = page.evaluate("asked => axe.run(asked).then(found => found.violations)", asked)
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
