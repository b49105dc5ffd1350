"""A real Chromium on the real server, with the dashboard that was built into the package.

Whatever a test does, its page must write no error to the console and ask no other host for anything.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from server_process import ServerProcess

from playtrace.api.dashboard import BUILT

from .played_game import played_game

# The first is the same engine without a window and its buttons: pages take less than half of the time in it.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Fewer processes, between which pages and what is drawn of them would go to and fro.
    "--renderer-process-limit=1",
    "--in-process-gpu",
    "--enable-features=NetworkServiceInProcess2",
]
SHOWN_MS_MAX = 60_000
"""A machine that is busy with other tests is slow to draw; a passing test never waits that long."""
DESKTOP = (1280, 900)
PHONE = (390, 844)


OpenPage = Callable[..., Page]


def missing(what: str) -> None:
    """Skips by name what this machine lacks; where everything must be there, fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        missing(f"Chromium (one of {', '.join(CHROMIUM_NAMES)})")
    if not (BUILT / "index.html").is_file():
        missing("the built dashboard (uv sync --reinstall-package playtrace)")
    expect.set_options(timeout=SHOWN_MS_MAX)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def new_context(browser: Browser) -> BrowserContext:
    # What moves while a page loads would be drawn sixty times a second.
    context = browser.new_context(locale="en-US", timezone_id="UTC", reduced_motion="reduce")
    context.set_default_timeout(SHOWN_MS_MAX)
    return context


@pytest.fixture(scope="package")
def kept_context(chromium: Browser) -> Iterator[BrowserContext]:
    """Of a browser that has the files of the dashboard already: half of what a page costs are these."""
    context = new_context(chromium)
    # With its last page would go what runs the next one.
    context.new_page()
    yield context
    context.close()


def page_that_remembers_nothing(context: BrowserContext, url: str) -> Page:
    context.clear_cookies()
    context.clear_permissions()
    page = context.new_page()
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    storage = context.new_cdp_session(page)
    storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    storage.detach()
    return page


@pytest.fixture(scope="module")
def played(open_process: ServerProcess) -> ServerProcess:
    """A server that has seen the game of `played_game`."""
    status, answer = open_process.send({"events": played_game(dt.datetime.now(dt.UTC))})
    assert (status, answer["rejected"]) == (202, [])
    open_process.wait_until_loaded()
    return open_process


class Watched:
    """What the pages of a test did that no page may do."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.expected: list[str] = []

    def watch(self, page: Page, url: str) -> None:
        host = urlsplit(url).netloc
        page.on("console", lambda message: self._note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: None if _is_at(request.url, host) else self._note(f"asked {request.url}"))

    def _note(self, fault: str) -> None:
        if not any(text in fault for text in self.expected):
            self.faults.append(fault)


def _is_at(url: str, host: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.netloc == host


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    assert watched.faults == []


@pytest.fixture
def open_page(chromium: Browser, kept_context: BrowserContext, watched: Watched) -> Iterator[OpenPage]:
    """`open_page(url)`: a page in a browser that remembers nothing; the second of a test is in somebody else's."""
    pages: list[Page] = []

    def open_(url: str, *, size: tuple[int, int] = DESKTOP) -> Page:
        page = new_context(chromium).new_page() if pages else page_that_remembers_nothing(kept_context, url)
        pages.append(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        watched.watch(page, url)
        page.goto(url)
        return page

    yield open_
    for page in pages:
        if page.context is kept_context:
            page.close()
        else:
            page.context.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The source of axe-core, which the dashboard's development dependencies bring."""
    file = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
    if not file.is_file():
        missing("axe-core (npm ci in dashboard/)")
    return file.read_text("utf-8")
