"""The page Alerts: a server watches a game that crashes, and tells a local server that stands for Discord."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .accessible import is_for_everybody
from .conftest import DESKTOP, OpenPage, Watched
from .test_dashboard import panel

GAME = "arena"
CALM_GAME = "pond"
CRASHES = 14
BURST = 203
THRESHOLD = 10
"""Of the default rule."""
CRASH = "NullReferenceException <img src=x onerror=alert(1)>"
SECONDS_MAX = 120.0
SECRET = "a-token-that-nobody-sees-again"


class Chat:
    """Takes messages, or refuses them with `status`."""

    def __init__(self) -> None:
        self.status = 204
        taken = self.taken = list[dict[str, Any]]()
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if chat.status == 204:
                    taken.append(json.loads(body))
                self.send_response(chat.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/webhooks/1/{SECRET}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def chat() -> Iterator[Chat]:
    chat = Chat()
    yield chat
    chat.stop()


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that has opened an incident: one game crashed half an hour ago, the other did not."""
    environment = {"PLAYTRACE_ALERT_ALLOW_PRIVATE_TARGETS": "1"}
    server = ServerProcess(tmp_path_factory.mktemp("watching") / "data", "--open", environment=environment).start()
    try:
        then = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)
        crashes = [
            {
                "name": "crash",
                "game_id": GAME,
                "player_id": f"player-{number}",
                "platform": "switch",
                "version": "1.6.0",
                "time": then.isoformat(),
                "props": {"type": CRASH, "stackTrace": "at Gate.Open () in Gate.cs:42"},
            }
            for number in range(CRASHES)
        ]
        calm = {"name": "session_start", "game_id": CALM_GAME, "player_id": "p", "time": then.isoformat()}
        assert server.send({"events": [*crashes, calm]})[0] == 202
        deadline = time.monotonic() + SECONDS_MAX
        while not server.get("/api/alerts/incidents")["incidents"]:
            assert time.monotonic() < deadline, server.output()
            time.sleep(0.1)
        yield server
        assert server.is_running(), server.output()
    finally:
        if server.is_running():
            server.stop()


def rules_made(server: ServerProcess) -> dict[str, Any]:
    listed = server.get(f"/api/alerts/rules?gameId={GAME}")["rules"]
    return {one["rule"]["id"]: one["rule"] for one in listed if one["origin"] == "made"}


def row(page: Page, title: str) -> Locator:
    return panel(page, title).get_by_role("listitem")


def test_an_incident_is_found_explained_and_acknowledged(watching: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{watching.url}/?game={GAME}")
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Alerts")
    expect(link).to_have_text(re.compile("^Alerts1 open$"))
    link.click()
    incident = row(page, "Open")
    expect(incident).to_have_count(1)
    expect(incident).to_contain_text(f"More than {THRESHOLD} crashes in an hour")
    expect(incident).to_contain_text(f"{CRASHES} (at most {THRESHOLD})")
    expect(incident).to_contain_text("not acknowledged")
    incident.get_by_role("link").click()

    expect(page).to_have_url(re.compile(r"[?&]incident=\d+"))
    chart = panel(page, "What was seen").get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile(f"From 0 to {CRASHES}. Worth telling 1 time"))
    causes = panel(page, "What explains it")
    expect(causes.get_by_role("row", name=re.compile("^version 1.6.0"))).to_contain_text(str(CRASHES))
    expect(causes).to_contain_text(f"{CRASH} at Gate.Open")
    expect(causes).to_contain_text(f"({CRASHES} of {CRASHES})")
    expect(page.get_by_role("link", name="Show on the overview")).to_have_attribute("href", re.compile("version=1.6.0"))

    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged by somebody who is not signed in")).to_be_visible()
    assert watching.get("/api/alerts/incidents")["incidents"][0]["acknowledgedAt"] is not None
    page.go_back()
    expect(incident).to_contain_text("acknowledged by somebody who is not signed in")


def test_an_incident_is_silenced_until_the_silence_ends(watching: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{watching.url}/alerts?game={GAME}")
    row(page, "Open").get_by_role("link").click()
    page.get_by_role("button", name="Silence").click()
    form = page.get_by_role("dialog", name="Silence")
    form.get_by_label("For").select_option("4 hours")
    form.get_by_label("Why").fill("a patch is on its way")
    form.get_by_role("button", name="Silence").click()
    expect(page.get_by_text("Silenced: nobody is told.")).to_be_visible()
    (silence,) = watching.get("/api/alerts/silences")["silences"]
    assert (silence["ruleId"], silence["gameId"]) == ("crash_spike", GAME)
    until = dt.datetime.fromisoformat(silence["until"])
    assert abs(until - dt.datetime.now(dt.UTC) - dt.timedelta(hours=4)) < dt.timedelta(minutes=5)

    page.get_by_role("link", name="All incidents").click()
    silences = panel(page, "Silences")
    expect(silences).to_contain_text("a patch is on its way")
    silences.get_by_role("button", name="End it").click()
    expect(silences).to_have_count(0)
    assert watching.get("/api/alerts/silences")["silences"] == []


def test_a_rule_is_made_with_its_preview(watching: ServerProcess, open_page: OpenPage) -> None:
    fans = json.dumps({"players": ["player-1"]}).encode()
    sent = {"Content-Type": "application/json"}
    testers = json.dumps({"players": ["player-1"], "env": "dev"}).encode()
    for name, players in (("fans", fans), ("testers", testers)):
        assert watching.request("PUT", f"/api/games/{GAME}/segments/{name}", players, headers=sent)[0] == 200
    # Two pages ask for the segments of the game, and each has them.
    page = open_page(f"{watching.url}/retention?game={GAME}")
    page.get_by_role("button", name="Curve: All players").click()
    expect(page.get_by_role("option", name="By segment")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Alerts").click()
    page.get_by_role("group", name="Part of the page").get_by_text("Rules", exact=True).click()
    page.get_by_role("link", name=re.compile("^Threshold")).click()
    preview = panel(page, "Preview")
    expect(preview).to_contain_text("It would have opened 1 incident")
    expect(preview.get_by_role("img")).to_have_attribute("aria-label", re.compile("Worth telling 1 time"))
    expect(preview.get_by_role("row")).to_have_count(2)
    page.get_by_label("So many").fill(str(CRASHES))
    expect(preview).to_contain_text(f"More than {CRASHES} crashes in an hour")
    expect(preview).to_contain_text("It would have found nothing.")

    page.get_by_label("And times the usual").fill("")
    page.get_by_label("Holds for").select_option(GAME)
    page.get_by_label("Severity").select_option("critical")
    page.get_by_label("Name", exact=True).fill("many_crashes")
    page.get_by_role("button", name="Make the rule").click()
    rules = row(page, f"Rules of {GAME}")
    made = rules.filter(has_text="many_crashes")
    expect(made).to_contain_text(f"More than {CRASHES} crashes in an hour")
    expect(rules).to_have_count(4)
    rule = rules_made(watching)["many_crashes"]
    assert (rule["gameId"], rule["above"], rule["timesUsual"], rule["severity"]) == (GAME, CRASHES, None, "critical")

    made.get_by_role("switch", name="Rule many_crashes").click()
    expect(made.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    expect(made.get_by_role("switch")).to_be_enabled()
    assert rules_made(watching)["many_crashes"]["enabled"] is False

    made.get_by_role("link").click()
    page.get_by_label("Within", exact=True).select_option("3 hours")
    page.get_by_label("Only events where").fill('platform:android; props.mode:"a;b"')
    page.get_by_role("button", name="Segment: All players").click()
    # Of the environment that the rule looks at.
    offered = page.get_by_role("listbox", name="Segment").get_by_role("option")
    expect(offered).to_have_text(["All players", "fans"])
    page.get_by_role("option", name="fans").click()
    page.get_by_role("button", name="Save").click()
    expect(made).to_contain_text("in 3 hours")
    rule = rules_made(watching)["many_crashes"]
    assert (rule["windowMinutes"], rule["segment"]) == (180, "fans")
    assert rule["filter"] == ["platform:android", 'props.mode:"a;b"']

    made.get_by_role("link").click()
    expect(page.get_by_label("Only events where")).to_have_value('platform:android; props.mode:"a;b"')
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove the rule").click()
    expect(rules).to_have_count(3)
    assert rules_made(watching) == {}


def test_a_changed_default_can_be_had_back(watching: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{watching.url}/alerts?game={GAME}&tab=rules&rule=crash_spike")
    page.get_by_label("So many").fill("50")
    page.get_by_role("button", name="Save").click()
    changed = row(page, f"Rules of {GAME}").filter(has_text="crash_spike")
    expect(changed).to_contain_text("More than 50 crashes")
    expect(changed).to_contain_text("default, changed")
    changed.get_by_role("link").click()
    page.get_by_role("button", name="Back to the default").click()
    page.get_by_role("button", name="Take the default").click()
    expect(changed).to_contain_text(f"More than {THRESHOLD} crashes")
    assert rules_made(watching) == {}


def test_what_is_wrong_with_a_rule_is_said(watching: ServerProcess, open_page: OpenPage, watched: Watched) -> None:
    watched.expected.append("422")
    page = open_page(f"{watching.url}/alerts?game={GAME}&tab=rules&new=unusual")
    expect(panel(page, "Preview")).to_contain_text("Unusually many or few events")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Deviations to be over").fill("9")
    expect(panel(page, "Preview").get_by_role("alert")).to_contain_text("must lie below `score`")
    page.get_by_label("Name", exact=True).fill("odd")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("alert").filter(has_text="must lie below")).to_have_count(2)
    assert rules_made(watching) == {}


def test_a_test_message_arrives(watching: ServerProcess, open_page: OpenPage, chat: Chat) -> None:
    page = open_page(f"{watching.url}/alerts?game={GAME}&tab=channels")
    expect(page.get_by_text("There is no channel yet, so nobody is told of anything.")).to_be_visible()
    page.get_by_label("Name").fill("team")
    page.get_by_label("Address").fill(chat.url)
    page.get_by_role("button", name="Add the channel").click()
    channel = row(page, "Channels")
    expect(channel).to_contain_text("team discord")
    expect(page.get_by_label("Address")).to_have_value("")
    assert SECRET not in page.content()

    chat.taken.clear()
    channel.get_by_role("button", name="Send a test").click()
    expect(channel).to_contain_text("The test message was taken.")
    assert len(chat.taken) == 1
    assert chat.taken[0]["embeds"]

    chat.status = 500
    channel.get_by_role("button", name="Send a test").click()
    expect(channel).to_contain_text("The test message was not taken: ")
    expect(channel).to_contain_text("500")
    chat.status = 204

    channel.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the channel").click()
    expect(channel).to_have_count(0)
    assert watching.get("/api/alerts/channels")["channels"] == []


def test_the_secret_of_a_webhook_is_shown_once(watching: ServerProcess, open_page: OpenPage, chat: Chat) -> None:
    page = open_page(f"{watching.url}/alerts?game={GAME}&tab=channels")
    page.get_by_role("group", name="Kind of channel").get_by_text("Webhook", exact=True).click()
    page.get_by_label("Name").fill("ours")
    page.get_by_label("Address").fill(chat.url)
    page.get_by_role("button", name="Add the channel").click()
    secret = page.locator("code").inner_text()
    assert len(secret) >= 32
    page.get_by_role("button", name="I have kept it").click()
    channel = row(page, "Channels")
    expect(channel).to_contain_text("signed")
    assert secret not in page.content()
    channel.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the channel").click()
    expect(channel).to_have_count(0)


def test_a_calm_game_says_what_is_watched_and_that_nobody_would_be_told(
    watching: ServerProcess, open_page: OpenPage
) -> None:
    page = open_page(f"{watching.url}/alerts?game={CALM_GAME}&of=this")
    expect(panel(page, "Open")).to_contain_text("Nothing is the matter.")
    expect(panel(page, "Open")).to_contain_text("a spike of crashes, silence")
    page.get_by_role("link", name="Add one").click()
    expect(page.get_by_role("heading", name="Add a channel")).to_be_visible()
    page.go_back()
    expect(panel(page, "Open")).to_contain_text("Nothing is the matter.")


def test_who_may_change_nothing_sees_no_buttons(watching: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{watching.url}/login")
    me = {
        "user": {
            "email": "ana@studio.example",
            "isAdmin": False,
            "grants": [{"role": "viewer", "gameId": None}],
            "hasSecondFactor": False,
            "hasPassword": True,
            "isOfProvider": False,
        },
        "open": False,
        "setupNeeded": False,
        "version": "0",
    }
    page.route("**/api/me", lambda route: route.fulfill(json=me))
    page.goto(f"{watching.url}/alerts?game={GAME}")
    row(page, "Open").get_by_role("link").click()
    expect(panel(page, "What explains it")).to_be_visible()
    for name in ("Acknowledge", "Silence"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto(f"{watching.url}/alerts?game={GAME}&tab=rules")
    expect(row(page, f"Rules of {GAME}")).to_have_count(3)
    expect(page.get_by_role("switch")).to_have_count(0)
    expect(page.get_by_role("heading", name="Make a rule")).to_have_count(0)
    page.goto(f"{watching.url}/alerts?game={GAME}&tab=channels")
    expect(page.get_by_text("An admin can add one")).to_be_visible()
    expect(page.get_by_role("heading", name="Add a channel")).to_have_count(0)


def test_all_of_it_is_accessible_and_fits_a_phone(
    watching: ServerProcess, open_page: OpenPage, axe_source: str
) -> None:
    number = watching.get("/api/alerts/incidents")["incidents"][0]["id"]
    page = open_page(f"{watching.url}/alerts")
    for query in ("", f"&incident={number}", "&tab=rules", "&tab=rules&rule=crash_spike", "&tab=channels"):
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        page.emulate_media(color_scheme="light")
        page.goto(f"{watching.url}/alerts?game={GAME}{query}")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
        is_for_everybody(page, axe_source)


def test_what_lasted_a_minute_is_drawn_and_stays_what_it_was(watching: ServerProcess, open_page: OpenPage) -> None:
    burst = {"id": "burst", "gameId": CALM_GAME, "kind": "threshold", "above": 5, "windowMinutes": 1}
    rules = "/api/alerts/rules"
    headers = {"Content-Type": "application/json"}
    made = json.dumps(burst | {"severity": "critical"}).encode()
    assert watching.request("POST", rules, made, headers=headers)[0] == 201
    crash = {"name": "crash", "game_id": CALM_GAME, "time": dt.datetime.now(dt.UTC).isoformat()}
    assert watching.send({"events": [crash] * BURST})[0] == 202

    def found(state: str) -> list[dict[str, Any]]:
        return watching.get(f"/api/alerts/incidents?ruleId=burst&state={state}")["incidents"]

    deadline = time.monotonic() + SECONDS_MAX
    while not found("open"):
        assert time.monotonic() < deadline, watching.output()
        time.sleep(0.1)
    page = open_page(f"{watching.url}/alerts?game={CALM_GAME}&incident={found('open')[0]['id']}")
    seen = panel(page, "What was seen")
    expect(seen.get_by_role("img")).to_have_attribute("aria-label", re.compile(f"From 0 to {BURST}. Worth telling 1"))
    seen.get_by_role("button", name="What was seen as a table").click()
    expect(seen.get_by_role("row").filter(has_text=re.compile("yes$"))).to_contain_text([f"{BURST}–at most 5yes"])

    off = json.dumps({"enabled": False}).encode()
    assert watching.request("PATCH", f"{rules}/burst?gameId={CALM_GAME}", off, headers=headers)[0] == 200
    while not found("resolved"):
        assert time.monotonic() < deadline, watching.output()
        time.sleep(0.1)
    page.goto(f"{watching.url}/alerts?game={CALM_GAME}")
    over = row(page, "Resolved").filter(has_text="burst")
    expect(over).to_contain_text(re.compile("^criticalresolved"))
    expect(over).to_contain_text(f"{BURST} at worst")
