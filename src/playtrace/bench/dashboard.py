"""`playtrace bench dashboard`: how long each page takes to be seen, and what it loads, in a browser that knows nothing.

Each page is opened once, in a browser without a cache, so neither the browser nor the server has seen it. The first one
is the overview, of a server that has answered nothing since its start; it is opened once more after all others. First
contentful paint is when something is on the screen; the last panel is there when all that is in view has its figures.
Bytes are those that came over the wire, compressed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from playtrace.bench.browser import chromium, pages_of, wait_until_shown
from playtrace.bench.month import GAME, count, fill, opened
from playtrace.bench.processes import BenchError, playtrace_server
from playtrace.config import Settings
from playtrace.registry.registry import Registry

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DAYS = 90
VIEWPORT = (1280, 900)
# Of a page that is quick its elements may be there before the browser has painted them.
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class PageSpeed(Struct):
    first_contentful_paint_ms: float
    last_panel_ms: float | None
    """None: not within a minute."""
    bytes: int
    script_bytes: int
    requests: int


class DashboardResult(Struct):
    browser: str
    server: str
    """`given`, or how many events it has."""
    first_since_start: PageSpeed | None
    """The overview, of a server that has answered nothing else. None: of a server that was given."""
    pages: dict[str, PageSpeed]
    slowest_page: str
    slowest_last_panel_ms: float | None


def run(*, server: str | None, token: str | None, events: int, data: Path | None) -> DashboardResult:
    """Of a server that runs, or of one with `events` simulated ones over 90 days. Raises `BenchError`."""
    with _served(server, events, data) as (url, what), chromium() as browser:
        first, titles = _first(browser, url, token)
        pages = {title: _open(browser, address, token) for title, address in reversed(titles.items())}
        slowest = max(pages, key=lambda title: pages[title].last_panel_ms or float("inf"))
        return DashboardResult(
            browser=f"Chromium {browser.version}",
            server=what,
            first_since_start=None if server else first,
            pages={title: pages[title] for title in titles},
            slowest_page=slowest,
            slowest_last_panel_ms=pages[slowest].last_panel_ms,
        )


@contextmanager
def _served(server: str | None, events: int, data: Path | None) -> Generator[tuple[str, str]]:
    """Its address, and what it is in words."""
    if server is not None:
        yield server.rstrip("/"), "given"
        return
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        settings = Settings.read(data=data or Path(temporary), late_days_max=400, dedup_days=60)
        if not settings.store_path.exists():
            fill(settings, events, days=DAYS)
        # Events were loaded past the door, where a game becomes known by what it sends.
        with closing(Registry.open(settings.registry_database)) as registry:
            registry.games.add_missing([GAME])
        with opened(settings) as store:
            stored = count(store)
        with playtrace_server(settings.data) as running:
            yield running.url, f"{stored:,} simulated events"


def _first(browser: Browser, url: str, token: str | None) -> tuple[PageSpeed, dict[str, str]]:
    """The page at the address of the server, and all pages by title. Raises `BenchError` where there is none."""
    from playwright.sync_api import Error

    try:
        with _page(browser, token) as page:
            return _open_in(page, url), pages_of(page)
    except Error as error:
        raise BenchError(
            f"There is no dashboard to be seen at {url}. One that asks who is there takes --token. {error}"
        ) from error


def _open(browser: Browser, address: str, token: str | None) -> PageSpeed:
    with _page(browser, token) as page:
        return _open_in(page, address)


@contextmanager
def _page(browser: Browser, token: str | None) -> Generator[Page]:
    width, height = VIEWPORT
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-US", extra_http_headers=headers
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def _open_in(page: Page, address: str) -> PageSpeed:
    protocol = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    loaded: dict[str, int] = {}

    def begun(told: dict[str, Any]) -> None:
        kinds[told["requestId"]] = told.get("type", "")

    def finished(told: dict[str, Any]) -> None:
        loaded[told["requestId"]] = int(told["encodedDataLength"])

    protocol.on("Network.requestWillBeSent", begun)
    protocol.on("Network.loadingFinished", finished)
    protocol.send("Network.enable")
    page.goto(address, wait_until="commit")
    last_panel_ms = wait_until_shown(page)
    return PageSpeed(
        first_contentful_paint_ms=page.wait_for_function(FIRST_PAINT).json_value(),
        last_panel_ms=last_panel_ms,
        bytes=sum(loaded.values()),
        script_bytes=sum(length for request, length in loaded.items() if kinds.get(request) == "Script"),
        requests=len(kinds),
    )
