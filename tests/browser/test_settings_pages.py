"""The pages under *Settings*, on a server that people sign in to: each through what it is for."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from playtrace.api.authentication import COOKIE
from playtrace.config import Settings
from playtrace.registry.registry import Registry

from .accessible import is_for_everybody
from .conftest import OpenPage, Watched
from .test_dashboard import panel

PASSWORD = "a sentence nobody guesses"
BOSS, ADA = "boss@studio.example", "ada@studio.example"
HOSTILE = "<img src=x onerror=alert(1)> \u202egnp\u202c __proto__ " + "W" * 64
DAYS = 20
"""Each player has an event on each of them."""
REWRITTEN_MS_MAX = 120_000
"""Files are written anew when the machine has nothing better to do."""

Visit = Callable[[str], Page]


class Studio:
    """A server with a game, some players, and an admin who is signed in."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.ask("POST", "/api/games", {"id": "arena", "name": HOSTILE})
        key = self.ask("POST", "/api/games/arena/keys", {"note": HOSTILE})["key"]
        made = self.ask("POST", "/api/people", {"email": BOSS, "grants": [{"role": "admin"}]})
        token = made["link"].partition("#token=")[2]
        used = server.client.post("/api/password", json={"token": token, "password": PASSWORD})
        self.cookie = used.cookies[COOKIE]
        server.client.cookies.clear()
        now = dt.datetime.now(dt.UTC)
        events = [
            {"name": name, "player_id": player, "time": (now - dt.timedelta(days=day)).isoformat(), "platform": "linux"}
            for day in range(DAYS)
            for player in ("ana", "ben", HOSTILE)
            for name in ("jump", "position")
        ]
        assert server.send({"events": events}, X_Playtrace_Key=key)[0] == 202
        server.wait_until_loaded()

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token or self.server.token}"}
        answer = self.server.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    environment = {"PLAYTRACE_ERASE_GATHER_MINUTES": "0"}
    server = ServerProcess(tmp_path_factory.mktemp("settings") / "data", environment=environment).start()
    try:
        yield Studio(server)
        assert server.is_running(), server.output()
    finally:
        server.stop()


@pytest.fixture
def visit(studio: Studio, open_page: OpenPage) -> Visit:
    """`visit(path)`: a page of the dashboard, as the admin sees it."""

    def visit(path: str) -> Page:
        page = open_page(f"{studio.server.url}/login")
        page.context.add_cookies([{"name": COOKIE, "value": studio.cookie, "url": studio.server.url}])
        page.goto(studio.server.url + path)
        return page

    return visit


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=text).filter(has=page.get_by_role("button"))


def test_from_an_invitation_to_the_end_of_somebody(
    studio: Studio, visit: Visit, open_page: OpenPage, watched: Watched
) -> None:
    watched.expected += ["401 (Unauthorized)", "409 (Conflict)"]
    page = visit("/people")
    expect(row(page, BOSS)).to_contain_text("admin of all games")
    invitation = panel(page, "Invite somebody")
    invitation.get_by_label("Email").fill(BOSS)
    invitation.get_by_role("button", name="Invite").click()
    expect(invitation.get_by_role("alert")).to_contain_text(BOSS)
    invitation.get_by_label("Email").fill(ADA)
    invitation.get_by_role("combobox", name="Role").select_option("editor")
    invitation.get_by_role("combobox", name="Game").select_option("arena")
    invitation.get_by_role("button", name="Invite").click()
    link = invitation.get_by_role("status", name="Link")
    expect(link).to_contain_text(f"{ADA} chooses a password, once")
    expect(row(page, ADA)).to_contain_text("never signed in")

    hers = open_page(link.locator("code").inner_text())
    hers.get_by_label("Password").fill(PASSWORD)
    hers.get_by_label("The same again").fill(PASSWORD)
    hers.get_by_role("button", name="Choose and sign in").click()
    # Of the settings she sees what is her own.
    hers.get_by_role("button", name="Settings").click()
    expect(hers.get_by_role("link", name="Your account")).to_be_visible()
    expect(hers.get_by_role("link", name="Games")).to_have_count(0)
    # What others see of her game is hers to change; what is of all games is not.
    hers.goto(f"{studio.server.url}/alerts?game=arena&tab=rules&new=silence")
    hers.get_by_label("Name", exact=True).fill("quiet_hours")
    hers.get_by_role("button", name="Make the rule").click()
    expect(hers.get_by_role("switch")).to_have_count(1)
    expect(hers.get_by_role("switch", name="Rule quiet_hours")).to_be_visible()
    for path, whom in (("people", "admins of all games"), ("tokens", "admins of a game"), ("player-data", "admins of")):
        hers.goto(f"{studio.server.url}/{path}")
        expect(hers.get_by_role("main")).to_contain_text(f"This page is for {whom}")
        expect(hers.get_by_role("main")).to_contain_text(f"You are signed in as {ADA}: editor of arena.")

    invitation.get_by_role("button", name="Done").click()
    page.reload()
    hers_here = row(page, ADA)
    expect(hers_here).to_contain_text("signed in last")
    hers_here.get_by_role("button", name="Change").click()
    hers_here.get_by_role("combobox", name="Role").select_option("viewer")
    hers_here.get_by_role("button", name="Save").click()
    expect(hers_here).to_contain_text("viewer of arena")
    hers.goto(f"{studio.server.url}/account")
    expect(hers.get_by_role("main")).to_contain_text(f"{ADA}: viewer of arena")
    hers.goto(f"{studio.server.url}/alerts?game=arena&tab=rules")
    expect(hers.get_by_role("main")).to_contain_text("quiet_hours")
    expect(hers.get_by_role("switch")).to_have_count(0)
    hers_here.get_by_role("button", name="Sign out Mozilla").click()
    expect(hers_here).to_contain_text("Nowhere.")
    hers.reload()
    expect(hers.get_by_role("heading", name="Sign in")).to_be_visible()
    hers_here.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Make a link").click()
    expect(hers_here.get_by_role("status", name="Link")).to_contain_text("/password#token=")

    # Nobody goes by a slip of the hand.
    hers_here.get_by_role("button", name="Remove").click()
    remove = page.get_by_role("button", name="Remove them")
    expect(remove).to_be_disabled()
    page.get_by_label("To be sure, type").fill(ADA)
    remove.click()
    expect(row(page, ADA)).to_have_count(0)
    assert [one["email"] for one in studio.ask("GET", "/api/people")["people"]] == [BOSS]


def test_a_token_from_its_making_to_its_end(studio: Studio, visit: Visit) -> None:
    page = visit("/tokens")
    form = panel(page, "Make a token")
    form.get_by_label("What it is for").fill(HOSTILE)
    form.get_by_label("Ends").select_option("in 30 days")
    form.get_by_label("sql").check()
    form.get_by_role("button", name="Make the token").click()
    secret = form.get_by_role("status", name="Token").locator("code").last.inner_text()
    assert studio.ask("GET", "/api/games", token=secret)["games"][0]["id"] == "arena"
    (token,) = studio.ask("GET", "/api/tokens")["tokens"]
    assert (token["scopes"], token["gameIds"], token["note"]) == (["read", "sql"], None, HOSTILE)

    page.reload()
    one = row(page, "__proto__")
    expect(one).to_contain_text("for all games")
    expect(one).to_contain_text("used last")
    assert secret not in page.content()
    # By the keyboard alone.
    one.get_by_role("button", name="Revoke").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Revoke the token")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("None is valid now.")).to_be_visible()
    page.get_by_role("button", name="Show 1 that is over").click()
    expect(page.get_by_role("listitem").filter(has_text="__proto__")).to_contain_text("revoked")
    headers = {"Authorization": f"Bearer {secret}"}
    assert studio.server.client.get("/api/games", headers=headers).status_code == 401


def test_a_player_is_told_and_erased(studio: Studio, visit: Visit) -> None:
    page = visit("/player-data?game=arena")
    expect(page.get_by_text("Nobody was erased yet.")).to_be_visible()
    page.get_by_label("Player id").fill("nobody")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("No event of a player of this id is there.")).to_be_visible()
    page.get_by_label("Player id").fill(HOSTILE)
    page.get_by_role("button", name="Find").click()
    kept = panel(page, "What is kept of this player")
    expect(kept).to_contain_text("linux (40)")
    export = kept.get_by_role("link", name="Export as a zip").get_attribute("href") or ""
    answer = studio.server.client.get(export, headers={"Authorization": f"Bearer {studio.server.token}"})
    assert answer.headers["playtrace-events"] == str(2 * DAYS)

    kept.get_by_role("button", name="Erase").click()
    page.get_by_label("They withdrew their consent").check()
    page.get_by_label("To be sure, type").fill(HOSTILE)
    page.get_by_role("button", name="Erase the player").click()
    expect(kept).to_contain_text("what is sent of them is refused")
    expect(kept.get_by_role("link", name="Export as a zip")).to_have_count(0)
    left = studio.ask("GET", "/api/events?gameId=arena&limit=1000")["events"]
    assert {event["playerId"] for event in left} == {"ana", "ben"}
    # How far it is, until there is a receipt.
    receipt = panel(page, "Erasures of this game").get_by_role("link", name="Receipt")
    expect(receipt).to_be_visible(timeout=REWRITTEN_MS_MAX)
    path = urlsplit(receipt.get_attribute("href") or "").path
    assert studio.ask("GET", path)["receipt"]["erasureId"] in path
    expect(kept.get_by_role("listitem").first).to_contain_text("off the disk")
    kept.get_by_role("button", name="Take what is sent of them again").click()
    expect(kept).not_to_contain_text("what is sent of them is refused")


def test_what_retention_takes_is_shown_before(studio: Studio, visit: Visit, watched: Watched) -> None:
    page = visit("/data-retention?game=arena")
    form = panel(page, "Kept for so many days")
    form.get_by_label("Raw events").first.fill("14")
    for name in ("position", "position", "jump"):
        form.get_by_role("button", name="Add an event").click()
        form.get_by_label("Name of the event").last.fill(name)
    form.get_by_label("Days of position").first.fill("7")
    expect(form.get_by_role("alert")).to_have_text("An event has two rules.")
    form.get_by_role("button", name="Take away the rule of position").last.click()
    form.get_by_role("button", name="Show what goes").click()
    policy = {"eventsDays": 14, "namesDays": {"position": 7, "jump": None}}
    expected = [one["says"] for one in studio.ask("POST", "/api/games/arena/retention/preview", policy)["removals"]]
    assert len(expected) == 1
    expect(form.get_by_role("status").get_by_role("paragraph")).to_have_text(expected)
    form.get_by_role("button", name="Save").click()
    next_ = panel(page, "What goes next")
    expect(next_).to_contain_text(expected[0])
    expect(next_).to_contain_text("until then the days can be changed back")
    said = studio.ask("GET", "/api/games/arena/retention")["policy"]
    assert (said["eventsDays"], said["namesDays"]) == (14, {"jump": None, "position": 7})
    next_.get_by_role("button", name="Begin now").click()
    page.get_by_role("button", name="Remove it now").click()
    # It is looked for every half a minute.
    expect(page.get_by_role("main")).to_contain_text(re.compile("It is its turn next|Being removed|Named position"))


def test_the_audit_is_filtered_read_on_and_exported(studio: Studio, visit: Visit) -> None:
    registry = Registry.open(Settings(data=studio.server.data).registry_database)
    for number in range(101):
        registry.audit.note("key.renamed", f"key {number}", game_id="arena")
    registry.close()
    page = visit("/audit")
    entries = page.get_by_role("list", name="Who did what").get_by_role("listitem")
    expect(entries).to_have_count(100)
    page.get_by_label("What", exact=True).fill("key")
    page.get_by_label("Who", exact=True).fill("the server")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Clear filters")).to_be_visible()
    page.get_by_role("button", name="Older entries").click()
    of_keys = studio.ask("GET", "/api/audit?action=key&actor=the server&limit=1000")["entries"]
    expect(entries).to_have_count(len(of_keys))
    expect(page.get_by_text("That is all of them.")).to_be_visible()
    expect(entries.last).to_contain_text("key 0")
    file = page.get_by_role("link", name="CSV").get_attribute("href") or ""
    answer = studio.server.client.get(file, headers={"Authorization": f"Bearer {studio.server.token}"})
    assert [line["id"] for line in csv.DictReader(io.StringIO(answer.text))] == [str(one["id"]) for one in of_keys]
    page.go_back()
    expect(entries).to_have_count(100)


def test_every_page_can_be_used_by_everybody(studio: Studio, visit: Visit, axe_source: str) -> None:
    page = visit("/people")
    for path, opened in (
        ("/people", f"Change {BOSS}"),
        ("/tokens", None),
        ("/data-retention?game=arena", "Add an event"),
        ("/player-data?game=arena&playerId=ana", "Erase"),
        ("/audit", None),
        ("/server", None),
        ("/games", "Settings"),
        ("/account", None),
    ):
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(studio.server.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".skeleton")).to_have_count(0)
        if opened:
            page.get_by_role("main").get_by_role("button", name=opened).first.click()
        is_for_everybody(page, axe_source)
    # The last of them is one's own.
    page.get_by_label("The one you have").fill(PASSWORD)
    page.get_by_label("The new one").fill(PASSWORD + "!")
    page.get_by_label("The same again").fill(PASSWORD + "!")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("It is changed.")).to_be_visible()
