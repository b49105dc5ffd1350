"""Links between the pages lead somewhere, and no page speaks of what is not in this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")
HTML_LINK = re.compile(r'\b(?:href|src|srcset)="(?!https?://|mailto:)([^"]+)"')
CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path):
    broken: list[str] = []
    text = CODE.sub("", page.read_text("utf-8"))
    for link in [*LINK.findall(text), *HTML_LINK.findall(text)]:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text("utf-8")))
    assert listed == {page.name for page in folder.glob("0*.md")}


def test_every_page_of_the_dashboard_is_told_and_shown():
    pages = (ROOT / "dashboard" / "src" / "pages" / "pages.ts").read_text("utf-8")
    titles = re.findall(r"title: '([^']+)', icon:", pages)
    assert "Overview" in titles
    told = (ROOT / "docs" / "dashboard.md").read_text("utf-8")
    assert [title for title in titles if f"| **{title}** |" not in told] == []
    shown = set(HTML_LINK.findall(told))
    names = [re.sub("[^a-z0-9]+", "-", title.lower()) for title in titles]
    # What only tools have is not in the game of the demo.
    pictures = {f"images/dashboard/{name}-{theme}.png" for name in names for theme in ("light", "dark")}
    assert pictures - shown == {f"images/dashboard/tool-usage-{theme}.png" for theme in ("light", "dark")}
