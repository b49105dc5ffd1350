"""Chromium for what looks at the dashboard, through Playwright: a dependency of development, not of the server."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playtrace.bench.processes import BenchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The first is the same engine without a window and its buttons.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SHOWN_MS_MAX = 60_000
# What the panels in view lack: a place that is kept for one that has not asked yet, or one whose answer is on its way.
IS_SHOWN = """() => {
  const near = (one) => { const box = one.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0 }
  const waits = [...document.querySelectorAll('.unseen, .skeleton')].some(near)
  return document.querySelector('h1') && !waits ? performance.now() : false
}"""


@contextmanager
def chromium() -> Generator[Browser]:
    """Raises `BenchError` where Playwright or Chromium is not there."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise BenchError(
            "This looks at pages in Chromium, through Playwright, which is not installed: "
            "`pip install playwright`, then `playwright install chromium`."
        ) from error
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        except Error as error:
            raise BenchError(f"Chromium does not start. `playwright install chromium` brings it. {error}") from error
        try:
            yield browser
        finally:
            browser.close()


def wait_until_shown(page: Page) -> float | None:
    """Milliseconds since the page was begun until its panels in view have what they show. None: not in a minute."""
    from playwright.sync_api import TimeoutError as TooLate

    try:
        shown = page.wait_for_function(IS_SHOWN, polling="raf", timeout=SHOWN_MS_MAX)
    except TooLate:
        return None
    return float(shown.json_value())


def pages_of(page: Page) -> dict[str, str]:
    """The pages of the navigation: what they are called, and their addresses."""
    page.locator("nav a").first.wait_for(timeout=SHOWN_MS_MAX)
    found: list[list[str]] = page.locator("nav a").evaluate_all("all => all.map(one => [one.textContent, one.href])")
    return {title.strip(): address for title, address in found}
