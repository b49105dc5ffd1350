"""What stands in the address of a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from server_process import ServerProcess, StartProcess

from .accessible import is_for_everybody
from .conftest import PHONE, OpenPage
from .played_game import CRASHES, GAME
from .test_sign_in import EMAIL, PASSWORD, setup_link


def test_days_of_the_address_are_shown(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/?game={GAME}&from=2020-02-01&to=2020-02-03")
    expect(page.get_by_role("button", name=re.compile("^Date range"))).to_contain_text("Feb 1, 2020 – Feb 3, 2020")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2020-02-03&to=2020-02-01", "which begin after they end. Shown instead: the last 30 days."),
        ("range=custom&from=2020-02-30&to=2020-03-01", "both must be days such as"),
        ("from=2020-02-03", "both must be days such as"),
        ("from=2000-01-01&to=2026-02-01", "and there may be at most 3,700. Shown instead: the last 30 days."),
        ("range=forever&split=colour", "the range “forever”, which there is not. Shown instead: the last 30 days."),
        ("compare=2026-02-30", "compares with “2026-02-30”, which is no day such as"),
        ("tz=Mars/Olympus", "the time zone “Mars/Olympus”, which there is not. Shown instead: UTC."),
    ],
)
def test_what_cannot_be_shown_is_said(played: ServerProcess, open_page: OpenPage, query: str, said: str) -> None:
    page = open_page(f"{played.url}/?game={GAME}&{query}")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("definition").first).to_have_text(re.compile(r"\d"))
    page.get_by_role("button", name=re.compile("^Date range")).click()
    page.get_by_role("button", name="7 days", exact=True).click()
    if "tz" not in query and "compare" not in query:
        expect(page.get_by_text("Shown instead")).to_have_count(0)


def test_live_shows_the_last_events_at_once(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/live?game={GAME}")
    rows = page.get_by_role("region", name="Events as they come").get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(50)
    played.send({"events": [{"name": "flag_raised", "game_id": GAME}]})
    expect(rows.first.get_by_role("button", name="flag_raised")).to_be_visible()
    expect(rows).to_have_count(51)


def test_an_event_has_an_address_and_leads_to_its_player(
    played: ServerProcess, open_page: OpenPage, axe_source: str
) -> None:
    page = open_page(f"{played.url}/events?game={GAME}&type=crash")
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    expect(rows).to_have_count(CRASHES)
    rows.first.get_by_role("button", name="crash").click()
    expect(page).to_have_url(re.compile("eventId=[0-9a-f-]{36}"))
    drawer = page.get_by_role("dialog", name="crash")
    event = drawer.get_by_label("Event as JSON").inner_text()

    # A colleague who is sent the address sees the same event, also where the list does not have it.
    colleague = open_page(page.url)
    json = colleague.get_by_role("dialog", name="crash").get_by_label("Event as JSON")
    expect(json).to_have_text(event, use_inner_text=True)
    colleague.goto(page.url.replace("type=crash", "type=session_start"))
    expect(json).to_have_text(event, use_inner_text=True)

    drawer.get_by_role("link", name=re.compile("^Events of player player-")).click()
    expect(page).to_have_url(re.compile(r"/events\?game=arena&playerId=player-\d+$"))
    expect(drawer).to_have_count(0)
    rows.first.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("link", name="Events of this session").click()
    expect(page).to_have_url(re.compile("sessionId=session-"))

    page.goto(f"{played.url}/live?game={GAME}")
    page.get_by_role("region", name="Events as they come").locator("tbody tr").first.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("link", name="Link to this event").click()
    expect(page).to_have_url(re.compile(r"/events/[0-9a-f-]{36}\?game=arena$"))
    expect(page.get_by_role("heading", level=1, name="Event")).to_be_visible()
    expect(page.get_by_label("Event as JSON")).to_contain_text(page.url.partition("/events/")[2][:36])
    is_for_everybody(page, axe_source)


def test_a_phone_says_which_game_it_shows(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/?game={GAME}", size=PHONE)
    expect(page.get_by_role("banner").get_by_role("button", name=f"Game: {GAME}")).to_be_visible()


def test_where_write_keys_come_from(start_process: StartProcess, open_page: OpenPage) -> None:
    server = start_process([])
    page = open_page(setup_link(server))
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_label("Command that sends an event")).to_contain_text("Bearer WRITE_KEY")
    expect(page.get_by_text("playtrace keys add my-game")).to_be_visible()
