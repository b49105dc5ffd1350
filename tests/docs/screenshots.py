"""Pictures of every page of the dashboard, in both themes, for the documentation.

`uv run python tests/docs/screenshots.py` writes them anew to `docs/images/dashboard/`, of a game of 60 days that it
simulates, or of the server whose address is given to it. Look at them before you commit them.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from playtrace.bench.browser import chromium, pages_of, wait_until_shown
from playtrace.bench.processes import playtrace_server

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "dashboard"
SIZE = (1280, 860)
COLORS = 64
BYTES_MAX = 60_000
THEMES = ("light", "dark")
SETTLED_MS = 800
"""Charts are drawn once more when the font is there, and marks come behind the panels."""
SIMULATED = ("--days", "60", "--events", "120000")


@contextmanager
def served() -> Generator[str]:
    if len(sys.argv) > 1:
        yield sys.argv[1].rstrip("/")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, playtrace_server(Path(folder)) as running:
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


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    width, height = SIZE
    total = 0
    with served() as url, chromium() as browser:
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, locale="en-US", timezone_id="UTC"
            )
            page = context.new_page()
            page.goto(url)
            for title, address in pages_of(page).items():
                page.goto(address)
                wait_until_shown(page)
                page.wait_for_timeout(SETTLED_MS)
                file = FOLDER / f"{re.sub('[^a-z0-9]+', '-', title.lower())}-{theme}.png"
                file.write_bytes(small(page.screenshot()))
                total += file.stat().st_size
                print(f"{file.name}: {file.stat().st_size / 1000:.0f} KB")
            context.close()
    print(f"{total / 1e6:.2f} MB together")


if __name__ == "__main__":
    main()
