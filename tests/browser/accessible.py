"""What holds for every page: a screen reader can read it, in both themes its text stands out, and a phone shows all of
its width."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from .conftest import PHONE

ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# All else is the same in both themes.
RULES_OF_COLORS = {"type": "rule", "values": ["color-contrast"]}
# As a function: an expression would be evaluated by the page, which its own rules forbid.
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# Only what is wrong comes back: what is right is as long as the page.
FAULTS = """
([places, rules]) => axe.run({ include: places }, { runOnly: rules, resultTypes: ['violations'] }).then(found =>
    found.violations.map(one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))
"""


def is_accessible(page: Page, axe_source: str, *places: str, rules: dict[str, Any] = ALL_RULES) -> None:
    """These places on it, or all of it, as it is now."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe_source)
    of = [[place] for place in places or ("html",)]
    assert page.evaluate(FAULTS, [of, rules]) == [], page.url


def is_for_everybody(page: Page, axe_source: str, *places: str) -> None:
    """Of these places on it, or all of it. Leaves the page as large as a phone, in the dark."""
    is_accessible(page, axe_source, *places)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    is_accessible(page, axe_source, *places, rules=RULES_OF_COLORS)
    fits_a_phone(page)


def fits_a_phone(page: Page) -> None:
    """As soon as what is drawn has taken the new width."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.wait_for_function(FITS)
