"""The page Explore: any event and property, measured, told apart and drawn as somebody likes it."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from server_process import ServerProcess

from .conftest import OpenPage, Watched
from .played_game import GAME, PLATFORMS

HOSTILE = "<img src=x onerror=alert(1)>‮kcab"


def test_a_question_is_asked_and_stands_in_the_address(played: ServerProcess, open_page: OpenPage) -> None:
    """The 303rd event is found by its name; a property of it is measured, told apart, narrowed and drawn."""
    rare = {"game_id": GAME, "player_id": "ann", "platform": "linux"}
    events = [{"name": f"rare_{number:03}", **rare} for number in range(302)]
    events += [
        {"name": "zz_last", **rare, "props": {"tool": tool, "size": size}}
        for tool, size in ((HOSTILE, 4), ("pen", 8), ("pen", 9))
    ]
    assert played.send({"events": events})[0] == 202
    played.wait_until_loaded()

    page = open_page(f"{played.url}/explore?game={GAME}", size=(1280, 1400))
    page.get_by_role("button", name="Event: All events").click()
    page.get_by_placeholder("Search event").fill("zz_la")
    page.get_by_role("option", name=re.compile("^zz_last")).click()
    page.get_by_role("button", name="Measure: Events").click()
    page.get_by_role("option", name="Sum", exact=True).click()
    page.get_by_role("button", name="Measured number").click()
    page.get_by_role("option", name=re.compile("^size")).click()
    page.get_by_role("button", name="Split by: Nothing").click()
    page.get_by_role("option", name=re.compile("^tool")).click()
    page.get_by_text("Table", exact=True).click()
    answer = page.get_by_role("region", name="Sum of size in zz_last by tool", exact=True)
    expect(answer.locator("tbody tr").nth(0)).to_have_text(re.compile(r"^pen\s*17\s*2\s*81.0%$"))
    expect(answer.locator("tbody tr").nth(1)).to_contain_text(HOSTILE)
    expect(answer.locator("tbody tr").nth(2)).to_have_text(re.compile(r"^All together\s*21\s*3\s*100.0%$"))

    # A value leads to the same question about it alone, and back leads back.
    answer.get_by_role("link", name="pen").click()
    expect(page).to_have_url(re.compile("filter=props.tool:pen"))
    expect(answer.locator("tbody tr")).to_have_count(2)
    condition = page.get_by_role("list", name="Conditions").get_by_label("Value of condition 1")
    expect(condition).to_have_value("pen")
    condition.fill("8..")
    page.get_by_role("button", name="Field of condition 1").click()
    page.get_by_placeholder("Search field of condition 1").fill("size")
    page.get_by_role("option", name=re.compile("^size")).click()
    expect(answer.locator("tbody tr").last).to_contain_text("17")
    for _ in range(3):
        page.go_back()
    expect(answer.locator("tbody tr")).to_have_count(3)

    for look in ("Line", "Stacked", "Bar", "Pie"):
        page.get_by_text(look, exact=True).click()
        expect(answer.locator("canvas")).to_be_visible()
    page.get_by_text("Number", exact=True).click()
    expect(page.get_by_role("definition")).to_contain_text("21")


def test_what_cannot_be_asked_is_said(played: ServerProcess, open_page: OpenPage, watched: Watched) -> None:
    watched.expected.append("422")
    page = open_page(f"{played.url}/explore?game={GAME}&event=crash&by=platform&look=bar&measure=players")
    answer = page.get_by_role("region", name="Players with crash by platform")
    answer.get_by_role("button", name=re.compile("as a table$")).click()
    expect(answer.locator("tbody tr")).to_have_count(len(PLATFORMS))
    page.goto(f"{played.url}/explore?game={GAME}&by=nonsense")
    expect(page.get_by_text("There is no field 'nonsense'")).to_be_visible()
    page.goto(f"{played.url}/explore?game={GAME}&event=crash&filter=props.nothing:*")
    expect(page.get_by_text("No event fits.")).to_be_visible()
