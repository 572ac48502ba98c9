"""`python -m tests.pages.screens FOLDER`: pictures of every screen, in both themes, on a till, a tablet and a phone."""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Page, sync_playwright

from tests.pages.chromium import launch
from tests.pages.store import opened
from tests.pages.walk import walk

SIZES = {"till": (1280, 800), "tablet": (1024, 768), "phone": (390, 844)}
README = Path(__file__).parents[2] / "docs" / "screens"
# the picture in README, and the screen that it shows
SHOWN = {
    "sell": "sell-with-all.till.light",
    "offline": "offline-ready.till.dark",
    "pay": "pay-cash.till.light",
    "orders": "orders.till.light",
    "recovery": "recovery.till.light",
    "settings": "settings.till.light",
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def screens(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go; it is made where it is missing.")],
    readme: Annotated[bool, typer.Option(help="Lay those that README shows into docs/screens as well.")] = False,
) -> None:
    """Walks through a store of its own and takes a picture of every screen."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened() as shop, sync_playwright() as playwright:
        for name, page in walk(launch(playwright), shop):
            typer.echo(name)
            _take(page, folder / name)
    if readme:
        for picture, screen in SHOWN.items():
            shutil.copy(folder / f"{screen}.png", README / f"{picture}.png")


def _take(page: Page, path: Path) -> None:
    # what was said a moment ago covers what is shown
    page.locator(".toasts").evaluate_all("all => all.forEach(one => (one.style.display = 'none'))")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.screenshot(path=f"{path}.{size}.{theme}.png")
    page.set_viewport_size({"width": SIZES["till"][0], "height": SIZES["till"][1]})


if __name__ == "__main__":
    app(prog_name="python -m tests.pages.screens")
