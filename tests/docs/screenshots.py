"""Pictures of every page of the dashboard, in both themes, for the documentation.

`uv run python tests/docs/screenshots.py` writes them anew to `docs/images/dashboard/`, of a game of 60 days that it
simulates, or of the server whose address is given to it, such as one of `playtrace demo`. What only somebody has who is
signed in is of a server with an account. Look at them before you commit them.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from playtrace.bench.browser import chromium, pages_of, wait_until_shown
from playtrace.bench.processes import playtrace_server
from playtrace.config import Settings
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Grant, Role

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "dashboard"
SIZE = (1280, 860)
COLORS = 64
BYTES_MAX = 60_000
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
GAME = "arena"
SETTLED_MS = 800
"""Charts are drawn once more when the font is there, and marks come behind the panels."""
SIMULATED = ("--days", "60", "--events", "120000")


@contextmanager
def served() -> Generator[str]:
    if len(sys.argv) > 1:
        yield sys.argv[1].rstrip("/")
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        playtrace_server(Path(folder), environment={"PLAYTRACE_LATE_DAYS_MAX": "61"}) as running,
    ):
        simulate = [sys.executable, "-m", "playtrace", "simulate", *SIMULATED, "--server", running.url]
        subprocess.run(simulate, check=True)
        running.wait_until_loaded()
        yield running.url


def small(png: bytes) -> bytes:
    """With as many colours as it may have to be small enough."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    colors = COLORS
    while True:
        written = io.BytesIO()
        picture.quantize(colors, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= BYTES_MAX or colors <= 8:
            return written.getvalue()
        colors //= 2


@contextmanager
def with_an_account() -> Generator[tuple[str, str]]:
    """The address of a server of a small game, and what makes the account of its admin."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        playtrace_server(Path(folder), is_open=False) as running,
        closing(Registry.open(Settings(data=Path(folder)).registry_database)) as registry,
    ):
        registry.games.add(GAME)
        key = registry.keys.add(GAME, note="the build server").key
        registry.people.invite("analyst@studio.example", [Grant(Role.VIEWER, GAME)])
        registry.tokens.add(note="the weekly report", game_ids=[GAME])
        simulate = [sys.executable, "-m", "playtrace", "simulate", "--days", "5", "--events", "5000", "--game", GAME]
        subprocess.run([*simulate, "--server", running.url, "--key", key], check=True)
        running.wait_until_loaded()
        yield running.url, registry.first_admin.new_token() or ""


def take(page: Page, theme: str, taken: set[str]) -> None:
    """Of each page that the navigation names and that is not taken yet."""
    for title, address in pages_of(page).items():
        name = f"{re.sub('[^a-z0-9]+', '-', title.lower())}-{theme}.png"
        if name in taken:
            continue
        page.goto(address)
        wait_until_shown(page)
        page.wait_for_timeout(SETTLED_MS)
        file = FOLDER / name
        file.write_bytes(small(page.screenshot()))
        taken.add(name)
        print(f"{name}: {file.stat().st_size / 1000:.0f} KB")


def new_page(browser: Browser, theme: Literal["light", "dark"]) -> Page:
    width, height = SIZE
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=theme, locale="en-US", timezone_id="UTC")
    return context.new_page()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    with chromium() as browser:
        with served() as url:
            for theme in THEMES:
                page = new_page(browser, theme)
                page.goto(url)
                take(page, theme, taken)
                page.context.close()
        with with_an_account() as (url, setup_token):
            account = {"email": "admin@studio.example", "password": "a password for pictures"}
            made = browser.new_context().request.post(
                f"{url}/api/setup", data={**account, "token": setup_token}, headers={"Origin": url}
            )
            assert made.ok, made.text()
            for theme in THEMES:
                page = new_page(browser, theme)
                assert page.request.post(f"{url}/api/session", data=account, headers={"Origin": url}).ok
                page.goto(f"{url}/?game={GAME}")
                # Folded away until somebody asks.
                page.get_by_role("button", name="Settings").click()
                take(page, theme, taken)
                page.context.close()
    print(f"{sum((FOLDER / name).stat().st_size for name in taken) / 1e6:.2f} MB together")


if __name__ == "__main__":
    main()
