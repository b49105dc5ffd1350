"""What the pages make of figures that mislead when they are taken as they come: large, far off, unfinished, many."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
import warm_program
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess, StartProcess

from .conftest import OpenPage

PICTURE = Path(__file__).parents[2] / "docs" / "overview.png"
NOW = dt.datetime.now(dt.UTC)
STEAM_ID = 76561198622124107
"""As a number of JavaScript it would end in 110."""
FAR_OFF = 1_000_000

Json = dict[str, Any]


def tile(page: Page, label: str) -> Locator:
    return page.locator("dl > div", has=page.locator("dt", has_text=label))


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def play(server: ServerProcess, game: str, events: list[Json]) -> None:
    """The events of a game of that name are stored."""
    for first in range(0, len(events), 5000):
        document = {"events": [{"game_id": game, **event} for event in events[first : first + 5000]]}
        status, answer = server.send(document)
        assert (status, answer["rejected"]) == (202, [])
    server.wait_until_loaded()


def session(player: str, days_ago: float, **fields: Any) -> list[Json]:
    start = NOW - dt.timedelta(days=days_ago)
    shared = {"player_id": player, "session_id": f"{player}-{days_ago}", **fields}
    return [
        {"name": "session_start", "time": start.isoformat(), **shared},
        {"name": "session_end", "time": (start + dt.timedelta(minutes=5)).isoformat(), **shared},
    ]


def test_whole_numbers_are_shown_as_they_were_sent(open_process: ServerProcess, open_page: OpenPage) -> None:
    play(open_process, "steam", [{"name": "login", "player_id": "p", "props": {"steam_id": STEAM_ID, "score": 0.1}}])
    page = open_page(f"{open_process.url}/events?game=steam")
    shows_its_numbers(page)
    page.goto(f"{open_process.url}/live?game=steam")
    shows_its_numbers(page)


def shows_its_numbers(page: Page) -> None:
    row = page.get_by_role("row", name=re.compile("login"))
    expect(row).to_contain_text(f"steam_id: {STEAM_ID}")
    row.get_by_role("button", name="login").click()
    json = page.get_by_role("dialog", name="login").get_by_label("Event as JSON")
    expect(json).to_contain_text(f'"steam_id": {STEAM_ID}')
    expect(json).to_contain_text('"score": 0.1')


def test_a_platform_may_have_any_name(open_process: ServerProcess, open_page: OpenPage) -> None:
    """`constructor` and `__proto__` are names that each object of JavaScript has already."""
    names = ["constructor", "__proto__", "toString"]
    play(open_process, "names", [{"name": "login", "player_id": name, "platform": name} for name in names])
    page = open_page(f"{open_process.url}/?game=names&split=platform")
    expect(panel(page, "Events").get_by_role("button", name=re.compile("^constructor"))).to_be_visible()
    page.goto(f"{open_process.url}/?game=names&platform=constructor")
    page.get_by_role("button", name="Platform: constructor").click()
    for name in names:
        expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
    page.goto(f"{open_process.url}/events?game=names")
    for name in names:
        expect(page.get_by_role("row", name=re.compile(f"login {name} {name}"))).to_be_visible()


def test_today_counts_the_players_who_came_so_far(open_process: ServerProcess, open_page: OpenPage) -> None:
    play(open_process, "today", [{"name": "login", "player_id": f"p{number}"} for number in range(3)])
    page = open_page(f"{open_process.url}/?game=today&range=today")
    expect(tile(page, "Daily active players")).to_contain_text(re.compile(r"3\s*so far"))


def test_changes_are_told_in_the_unit_that_says_most(open_process: ServerProcess, open_page: OpenPage) -> None:
    before = [event for number in range(2) for event in session(f"b{number}", 10)]
    now = [event for number in range(17) for event in session(f"n{number}", 3)]
    crashes = [{"name": "crash", "player_id": "n0", "session_id": "n0-3", "time": now[0]["time"]}]
    play(open_process, "changes", before + now + crashes)
    page = open_page(f"{open_process.url}/?game=changes&range=7d")
    expect(tile(page, "Sessions").first).to_contain_text("8.5 ×")
    # One session of 17 crashed, none before: 5.88 of a hundred, and not some per cent of a percentage.
    crash_free = tile(page, "Crash-free sessions")
    expect(crash_free).to_contain_text("94.12%")
    expect(crash_free).to_contain_text("-5.88 points")


def test_money_beyond_what_a_number_of_a_browser_holds(open_process: ServerProcess, open_page: OpenPage) -> None:
    """Answers tell money in millionths: from nine thousand million on they are beyond 2^53."""
    paid = [(2e10, 3), (1e10, 10)]
    purchases: list[Json] = [
        {"name": "purchase", "player_id": "p", "time": (NOW - dt.timedelta(days=days)).isoformat(), "value": value}
        for value, days in paid
    ]
    play(open_process, "rich", [{**purchase, "currency": "USD"} for purchase in purchases])
    page = open_page(f"{open_process.url}/?game=rich&range=7d")
    expect(tile(page, "Revenue")).to_contain_text("$20,000,000,000")
    expect(tile(page, "Revenue")).to_contain_text("2 ×")
    page.goto(f"{open_process.url}/metrics/revenue?game=rich&range=7d")
    expect(page.locator(".figure", has_text="Total · net")).to_contain_text("$20,000,000,000")


def test_active_players_are_split_like_the_rest(open_process: ServerProcess, open_page: OpenPage) -> None:
    platforms = ["windows", "linux", "linux"]
    play(
        open_process,
        "split",
        [event for number, name in enumerate(platforms) for event in session(f"p{number}", 2, platform=name)],
    )
    page = open_page(f"{open_process.url}/?game=split&split=platform&range=7d")
    players = panel(page, "Daily active players")
    expect(players.get_by_role("button", name="Linux", exact=True)).to_be_visible()
    players.get_by_role("button", name="Daily active players as a table").click()
    expect(players.get_by_role("row", name=re.compile("2 1$"))).to_have_count(1)


def test_each_series_of_a_split_has_a_colour_of_its_own(open_process: ServerProcess, open_page: OpenPage) -> None:
    """Ten values are told apart; what is left over is larger than all of them, and does not flatten them."""
    versions = [f"1.{number}" for number in range(10) for _ in range(4)] + [f"0.{number}" for number in range(60)] * 3
    play(open_process, "versions", [{"name": "login", "player_id": "p", "version": version} for version in versions])
    page = open_page(f"{open_process.url}/?game=versions&split=version&range=7d")
    events = panel(page, "Events")
    series = events.get_by_role("list", name="Series").get_by_role("button")
    expect(series).to_have_count(11)
    colors = series.locator(".swatch").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    assert len(set(colors)) == 11
    other = series.filter(has_text="(other)")
    expect(other).to_have_attribute("aria-pressed", "false")
    expect(events).to_contain_text("not drawn beside it until you choose it")
    other.click()
    expect(other).to_have_attribute("aria-pressed", "true")
    expect(series.first).to_have_attribute("aria-pressed", "true")


def test_a_list_that_is_not_whole_says_so(open_process: ServerProcess, open_page: OpenPage) -> None:
    """The server names the 200 commonest events; the others are found by a part of their name."""
    names = [f"quest_{number:03}" for number in range(210)]
    play(open_process, "quests", [{"name": name} for name in names[:200] for _ in range(2)])
    play(open_process, "quests", [{"name": name} for name in names[200:]])
    page = open_page(f"{open_process.url}/events?game=quests")
    page.get_by_role("button", name="Event: All events").click()
    expect(page.get_by_text("The 200 commonest. Type the name of another.")).to_be_visible()
    page.get_by_placeholder("Search event").fill("_207")
    page.get_by_role("option", name="quest_207 1", exact=True).click()
    expect(page).to_have_url(re.compile("type=quest_207"))
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    expect(rows).to_have_count(1)
    # What was chosen by its name can be taken back in the list.
    page.get_by_placeholder("Search event").fill("quest_207")
    page.get_by_role("option", name="quest_207").click()
    expect(page).not_to_have_url(re.compile("type="))

    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Time zone")).click()
    expect(page.get_by_text(re.compile(r"200 of \d+ shown: search for the others"))).to_be_visible()


def falls(places: list[tuple[float, float]], name: str = "fell") -> list[Json]:
    return [{"name": name, "player_id": "p", "map": "keep", "x": x, "y": y} for x, y in places]


def test_one_event_far_off_does_not_shrink_the_map(open_process: ServerProcess, open_page: OpenPage) -> None:
    places = [(float(5 * column), float(5 * row)) for column in range(20) for row in range(20)]
    play(open_process, "far", falls([*places, (FAR_OFF, 50.0)]))
    answer = open_process.get("/api/metrics/heatmap?gameId=far&map=keep&event=fell")
    assert (answer["cellSize"], answer["outsideEvents"], answer["total"]["events"]) == (5, 1, 401)
    page = open_page(f"{open_process.url}/heatmap?game=far")
    # It opens on what the game has: there is no player_death here.
    expect(page.get_by_role("heading", level=2, name="fell on keep")).to_be_visible()
    expect(page.get_by_text("1 event near x 1,000,000")).to_be_visible()
    expect(page.locator("svg rect.cell[data-heat]")).to_have_count(400)

    page.get_by_role("button", name="Show all of it").click()
    expect(page).to_have_url(re.compile("extent=all"))
    expect(page.get_by_text("not drawn")).to_have_count(0)
    expect(page.locator("svg rect.cell[data-heat]")).to_have_count(2)


def test_heights_can_be_chosen_where_one_fell_through_the_floor(
    open_process: ServerProcess, open_page: OpenPage
) -> None:
    places = [{"name": "fell", "player_id": "p", "map": "keep", "x": z, "y": z, "z": z} for z in (1.0, 5.0, 15.0)]
    play(open_process, "heights", [*places, places[0] | {"z": -1_000_000.0}])
    page = open_page(f"{open_process.url}/heatmap?game=heights")
    events = page.locator("[aria-live=polite] dd").first
    expect(events).to_have_text("4")
    page.get_by_role("button", name="Floor: All floors").click()
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_label("From z").fill("0")
    page.get_by_label("Below z").fill("10.5")
    page.get_by_role("button", name="Show these heights").click()
    expect(page).to_have_url(re.compile("floorFrom=0&floorTo=10.5"))
    expect(events).to_have_text("2")
    expect(page.get_by_role("button", name="Floor: z 0 – 10.5")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1000, 100), (60, 900)])
def test_a_map_has_its_own_proportions_and_right_labels(
    open_process: ServerProcess, open_page: OpenPage, width: int, height: int
) -> None:
    game = f"map-{width}"
    places = [(width * step / 100 + 0.01, height * step / 100 + 0.01) for step in range(100)]
    play(open_process, game, falls(places, "player_death"))
    page = open_page(f"{open_process.url}/heatmap?game={game}", size=(1600, 900))
    grid = page.get_by_role("application")
    box = grid.bounding_box()
    assert box is not None
    view = grid.evaluate("svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]")
    assert box["width"] / box["height"] == pytest.approx(view[0] / view[1], rel=0.05)
    # Each label stands where its value is, on either side.
    for label in page.locator(".axis.x span").all():
        place = label.bounding_box()
        assert place is not None
        value = float(label.inner_text().replace(",", ""))
        assert place["x"] + place["width"] / 2 == pytest.approx(box["x"] + box["width"] * value / view[0], abs=3)
    for label in page.locator(".axis.y span").all():
        place = label.bounding_box()
        assert place is not None
        value = float(label.inner_text().replace(",", ""))
        middle = place["y"] + place["height"] / 2
        assert middle == pytest.approx(box["y"] + box["height"] * (1 - value / view[1]), abs=3)


def test_two_months_of_history(start_process: StartProcess, open_page: OpenPage) -> None:
    """As long as that of the demo: each tile has thirty days to be compared with, and retention reaches D30.

    With PLAYTRACE_SCREENSHOT=1 it is a large game, and the README's picture of it is made anew.
    """
    is_pictured = os.environ.get("PLAYTRACE_SCREENSHOT") == "1"
    server = start_process(environment={"PLAYTRACE_LATE_DAYS_MAX": "70"})
    arguments = ["simulate", "--days", "65", "--events", "2000000" if is_pictured else "20000", "--server", server.url]
    warm_program.run(*arguments, check=True)
    server.wait_until_loaded()
    page = open_page(server.url)
    for label in ("Daily active players", "Sessions", "Median session", "Crash-free sessions", "Revenue"):
        expect(tile(page, label).get_by_text("compared with as much of the days before").first).to_be_attached()
    if is_pictured:
        page.set_viewport_size({"width": 1440, "height": 912})
        page.goto(f"{server.url}/?split=platform")
        expect(panel(page, "Events").locator("canvas")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
        page.screenshot(path=PICTURE)

    page.goto(f"{server.url}/retention")
    expect(page.get_by_role("columnheader", name="D30")).to_be_visible()
    cohorts = page.get_by_role("region", name="Retention by cohort")
    expect(cohorts.get_by_role("row", name=re.compile("^All finished .*%$"))).to_be_visible()
    # Every cohort is there, and none is cut by an area that scrolls within the page.
    assert cohorts.get_by_role("row").count() > 50
    assert cohorts.evaluate("area => area.scrollHeight <= area.clientHeight")

    # The days lie as far apart as they are: D14 is left of the middle between D1 and D30.
    curve = panel(page, "Curve").get_by_role("img")
    box = curve.bounding_box()
    assert box is not None
    curve.hover(position={"x": 44 + (box["width"] - 56) * 13 / 29, "y": box["height"] / 2})
    expect(page.locator(".chart-tooltip-title")).to_have_text("D14")
