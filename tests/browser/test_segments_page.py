"""The page Segments: a rule is built while its players are counted, kept, and set beside another."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from server_process import ServerProcess

from .accessible import is_accessible
from .conftest import OpenPage
from .played_game import CRASHES, GAME, PLAYERS, RETURNING


def test_segments_are_built_counted_and_compared(played: ServerProcess, open_page: OpenPage, axe_source: str) -> None:
    page = open_page(f"{played.url}/segments?game={GAME}", size=(1280, 1600))
    expect(page.get_by_text("No segment is kept yet.")).to_be_visible()
    page.get_by_role("button", name="New segment").click()
    form = page.get_by_role("region", name="New segment")
    form.get_by_role("button", name="Condition 1: event").click()
    page.get_by_role("option", name=re.compile("^crash")).click()
    count = form.get_by_role("status")
    expect(count).to_contain_text(f"{CRASHES} of {PLAYERS} players fit")
    form.get_by_label("Condition 1: holds or not").select_option("not")
    expect(count).to_contain_text(f"{PLAYERS - CRASHES} of {PLAYERS} players fit")
    form.get_by_role("button", name="Add a condition", exact=True).click()
    form.get_by_label("Condition 2: kind").select_option("sessions")
    form.get_by_label("Condition 2: number").fill("2")
    form.get_by_label("Condition 2: number").press("Tab")
    expect(count).to_contain_text(f"{RETURNING - CRASHES} of {PLAYERS} players fit")
    # The rule as JSON, and back, is the same rule.
    form.get_by_text("JSON", exact=True).click()
    expect(form.get_by_label("Rule as JSON")).to_have_value(re.compile('"sessions"'))
    form.get_by_text("Form", exact=True).click()
    expect(form.get_by_label("Condition 2: number")).to_have_value("2")
    form.get_by_label("Name of the segment").fill("sturdy")
    form.get_by_role("button", name="Save").click()
    kept = page.get_by_role("list", name="Kept segments").get_by_role("listitem")
    expect(kept).to_contain_text(f"{RETURNING - CRASHES} players")

    status, _, _ = played.request(
        "PUT",
        f"/api/games/{GAME}/segments/unlucky",
        b'{"event": "crash"}',
        headers={"Content-Type": "application/json"},
    )
    assert status == 200
    page.goto(f"{played.url}/segments?game={GAME}&a=sturdy&b=unlucky")
    figures = page.get_by_role("region", name="Figures of the range", exact=True)
    players = figures.locator("tbody tr").first
    shown = [
        str(played.get(f"/api/metrics/summary?gameId={GAME}&segment={name}")["current"]["activePlayers"])
        for name in ("sturdy", "unlucky")
    ]
    expect(players.locator("td")).to_have_text(shown)
    expect(page.get_by_role("region", name="Daily active players", exact=True).locator("canvas")).to_be_visible()
    is_accessible(page, axe_source)

    kept.filter(has_text="unlucky").get_by_role("button", name="Forget").click()
    page.get_by_role("button", name="Forget it").click()
    expect(kept).to_have_count(1)
