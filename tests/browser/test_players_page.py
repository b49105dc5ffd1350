"""Players: found by a part of their id, their profile and journey, and who dropped in a funnel."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import expect
from server_process import ServerProcess

from .conftest import OpenPage
from .played_game import CRASHES, GAME, PLAYERS

HOSTILE = "<b>/../?x=1#&%2F __proto__"


def test_a_player_is_found_and_told_of(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/players?game={GAME}", size=(1280, 1600))
    found = page.get_by_role("table", name="Players").locator("tbody tr")
    expect(found).to_have_count(PLAYERS)
    page.get_by_role("searchbox").fill("LAYER-1")
    expect(found).to_have_count(3)  # player-1, player-10 and player-11
    expect(page).to_have_url(re.compile("text=LAYER-1"))
    page.get_by_role("link", name="player-1", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="player-1")).to_be_visible()
    told = played.get(f"/api/metrics/player?gameId={GAME}&playerId=player-1")
    tile = page.locator(".tile", has_text="Sessions")
    expect(tile.locator(".value")).to_have_text(str(told["sessions"]))
    journey = page.get_by_role("region", name="Journey", exact=True)
    expect(journey.get_by_label("Stack trace of crash")).to_contain_text("at Keep.Gate.Open ()")
    expect(journey.get_by_role("link", name="Events of this session").first).to_be_visible()
    page.get_by_role("button", name="Events of the journey: All events").click()
    page.get_by_role("option", name=re.compile("^session_end")).click()
    page.keyboard.press("Escape")
    expect(journey.locator("li .name")).to_have_text(["session_end", "session_end"])


def test_an_id_is_data_whatever_it_says(played: ServerProcess, open_page: OpenPage) -> None:
    now = dt.datetime.now(dt.UTC).isoformat()
    crash = {
        "name": "crash",
        "game_id": GAME,
        "player_id": HOSTILE,
        "time": now,
        "props": {"stackTrace": "<i>at x</i>"},
    }
    assert played.send({"events": [crash]})[0] == 202
    played.wait_until_loaded()
    page = open_page(f"{played.url}/players?game={GAME}&text=__proto__")
    page.get_by_role("link", name=HOSTILE, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=HOSTILE)).to_be_visible()
    expect(page.get_by_label("Stack trace of crash")).to_have_text("<i>at x</i>")
    page.goto(f"{played.url}/players/nobody?game={GAME}")
    expect(page.get_by_text("No event of this player is stored.").first).to_be_visible()


def test_who_dropped_is_a_list_of_players(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/funnels?game={GAME}&step=session_start&step=crash&window=30m")
    page.get_by_role("link", name=f"{PLAYERS - CRASHES} did not").click()
    dropped = page.get_by_role("region", name="After 1. session_start")
    expect(dropped.locator("tbody tr")).to_have_count(PLAYERS - CRASHES)
    dropped.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/players/player-\d+\?game="))
    page.go_back()
    page.get_by_role("link", name="The funnel").click()
    expect(page).to_have_url(re.compile("window=30m"))
