"""The pages of the dashboard, used as people use them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess, StartProcess

from .accessible import fits_a_phone, is_for_everybody
from .conftest import DESKTOP, PHONE, OpenPage, Watched
from .played_game import CRASHES, DEATHS_BY_PLACE, GAME, PLAYERS, RETURNING

PAGES = ("/", "/live", "/retention", "/heatmap", "/events", "/players", "/data-health", "/docs")
WIDE = (2200, 1200)
BESIDE = {
    "/": ("Daily active players", "Sessions"),
    "/retention": ("Curve", "Cohorts"),
    "/data-health": ("Refused and quarantined", "By hour of receipt"),
}
"""Panels that stand beside each other on a wide screen."""
SESSIONS = PLAYERS + RETURNING


def tile(page: Page, label: str) -> Locator:
    return page.locator("dl > div", has=page.locator("dt", has_text=label))


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def test_overview_shows_the_numbers_of_the_game_and_what_they_mean(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url)
    expect(tile(page, "Sessions").first).to_contain_text(str(SESSIONS))
    expect(tile(page, "Median session")).to_contain_text("10 min 0 s")
    expect(tile(page, "Crash-free sessions")).to_contain_text(f"{1 - CRASHES / SESSIONS:.2%}")
    expect(panel(page, "Crashes")).to_contain_text(str(CRASHES))
    chart = panel(page, "Events").get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile(r"Events over time, .* The table has all figures\."))
    expect(chart.locator("canvas")).to_be_visible()

    page.get_by_role("button", name="What is Revenue?").click()
    text = page.locator(".definition", has_text="Purchases net of refunds")
    expect(text).to_be_visible()
    box = text.bounding_box()
    assert box is not None
    assert box["width"] <= 300
    assert text.evaluate("element => parseFloat(getComputedStyle(element).paddingLeft)") >= 8


def test_a_chart_is_a_table_too(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/?range=7d")
    page.get_by_role("button", name="Crashes as a table").click()
    table = page.get_by_role("table", name="Crashes over time")
    expect(table.get_by_role("row")).to_have_count(1 + 7)
    expect(table.get_by_role("cell", name=str(CRASHES), exact=True)).to_have_count(1)
    expect(table.get_by_role("row").last).to_contain_text("not finished yet")


def test_what_is_shown_is_in_the_address(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url)
    sessions = tile(page, "Sessions").first
    expect(sessions).to_contain_text(str(SESSIONS))

    page.get_by_role("button", name="Platform: All platforms").click()
    page.get_by_role("option", name="Linux").click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"[?&]platform=linux(&|$)"))
    # Every third player is on Linux: 4 of 12, and 2 of the 6 who return.
    expect(sessions).to_contain_text(str(SESSIONS // 3))

    page.get_by_role("radio", name="By version").or_(page.get_by_role("button", name="By version")).click()
    expect(page).to_have_url(re.compile(r"[?&]split=version(&|$)"))
    expect(panel(page, "Events").get_by_role("button", name=re.compile("^1.1.0"))).to_be_visible()

    shared = page.url
    page.go_back()
    page.go_back()
    expect(page).to_have_url(f"{played.url}/")
    expect(sessions).to_contain_text(str(SESSIONS))

    colleague = open_page(shared)
    expect(tile(colleague, "Sessions").first).to_contain_text(str(SESSIONS // 3))
    expect(colleague.get_by_role("button", name="Platform: Linux")).to_be_visible()


def test_filters_go_along_to_the_next_page(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/?platform=linux&range=7d&split=version")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Retention").click()
    expect(page).to_have_url(f"{played.url}/retention?platform=linux&range=7d")


def test_the_navigation_leads_to_every_page(played: ServerProcess, open_page: OpenPage) -> None:
    """What has a folder and a line in `pages.ts` is in the navigation under its title."""
    # Of what is not in view nothing is asked.
    page = open_page(played.url, size=(1280, 300))
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    page.get_by_role("button", name="Settings").click()
    expect(links.first).to_be_visible()
    titles = links.all_inner_texts()
    assert len(titles) >= 6
    for title in titles:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
        expect(page).to_have_title(f"{title} · playtrace")


def test_a_filter_that_nothing_matches_says_what_may_be_meant(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/?platform=Linus")
    hint = page.get_by_text("Did you mean 'linux'?")
    for title in ("Overview", "Retention", "Heatmap"):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        expect(hint).to_have_count(1)
        page.get_by_role("button", name="Clear filters").click()
        expect(hint).to_have_count(0)
        page.go_back()
        expect(hint).to_have_count(1)


def test_a_map_that_there_is_not_is_said(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/heatmap?game={GAME}&map=keeep&floorFrom=0&floorTo=10")
    expect(page.get_by_text("Did you mean 'keep'?")).to_be_visible()
    page.get_by_role("button", name="Map: keeep").click()
    page.get_by_role("option", name=re.compile("^keep ?[0-9]")).click()
    expect(page).to_have_url(f"{played.url}/heatmap?game={GAME}&map=keep")
    expect(page.get_by_role("heading", level=2, name="player_death on keep")).to_be_visible()


def test_another_game_is_shown_without_the_filters_of_the_last(played: ServerProcess, open_page: OpenPage) -> None:
    played.send({"events": [{"name": "login", "game_id": "pond", "player_id": "p"}]})
    played.wait_until_loaded()
    page = open_page(f"{played.url}/events?game={GAME}&playerId=player-3&type=crash&platform=linux&range=7d")
    page.get_by_role("button", name=f"Game: {GAME}").click()
    page.get_by_role("option", name=re.compile("^pond")).click()
    expect(page).to_have_url(f"{played.url}/events?game=pond&range=7d")
    expect(page.get_by_role("button", name="login")).to_be_visible()

    of_panels = "step=login&step=crash&start=login&end=crash&resource=gold&board=keep&a=1.0&b=1.1&segment=fans"
    page.goto(f"{played.url}/economy?game={GAME}&{of_panels}&range=7d")
    page.get_by_role("button", name=f"Game: {GAME}").click()
    page.get_by_role("option", name=re.compile("^pond")).click()
    expect(page).to_have_url(f"{played.url}/economy?game=pond&range=7d")


def test_own_days_and_time_zone(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url)
    page.get_by_role("button", name=re.compile("^Date range")).click()
    page.get_by_label("From", exact=True).fill("2020-02-01")
    page.get_by_label("To and including").fill("2020-02-03")
    page.get_by_role("button", name="Show these days").click()
    expect(page).to_have_url(re.compile("range=custom&from=2020-02-01&to=2020-02-03"))
    expect(panel(page, "Events")).to_contain_text("None in these days")

    page.get_by_role("button", name="Time zone: UTC").click()
    page.get_by_placeholder("Search time zone").fill("tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    expect(page).to_have_url(re.compile("tz=Asia(/|%2F)Tokyo"))


def test_live_shows_events_as_they_come_and_waits_while_somebody_reads(
    played: ServerProcess, open_page: OpenPage
) -> None:
    page = open_page(f"{played.url}/live?game={GAME}")
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
    played.send({"events": [{"name": "bell_rung", "game_id": GAME}]})
    row = (
        page.get_by_role("region", name="Events as they come")
        .get_by_role("table")
        .get_by_role("button", name="bell_rung")
    )
    expect(row).to_be_visible()
    expect(tile(page, "Events stored")).to_contain_text(re.compile(r"\d"))

    row.hover()
    played.send({"events": [{"name": "horn_blown", "game_id": GAME} for _ in range(2)]})
    held = page.get_by_role("button", name="2 new")
    expect(held).to_be_visible()
    expect(page.get_by_role("button", name="horn_blown")).to_have_count(0)
    held.click()
    expect(page.get_by_role("button", name="horn_blown")).to_have_count(2)

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()
    played.send({"events": [{"name": "drum_beaten", "game_id": GAME}]})
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="drum_beaten")).to_be_visible()


def test_retention_hatches_what_is_not_finished(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/retention?range=7d")
    cohort = page.get_by_role("row", name=re.compile(rf"^\w+ \d+(, \d+)? {PLAYERS} 100\.0%"))
    # Players, then day 0, 1, ...: half came back a day later, and today's cell is day 5.
    cells = cohort.get_by_role("cell")
    expect(cells.nth(2)).to_have_text("50.0%")
    expect(cells.nth(2)).to_have_attribute("data-complete", "true")
    unfinished = cells.nth(6)
    expect(unfinished).to_contain_text("not finished yet")
    assert "repeating-linear-gradient" in unfinished.evaluate("cell => getComputedStyle(cell).backgroundImage")

    page.get_by_text("On or after").click()
    expect(page).to_have_url(re.compile("kind=rolling"))
    expect(page.get_by_role("columnheader", name="D1+")).to_be_visible()


def test_heatmap_as_counted_and_per_hour_differ_and_is_read_by_keyboard(
    played: ServerProcess, open_page: OpenPage
) -> None:
    page = open_page(f"{played.url}/heatmap?event=player_death")
    page.get_by_role("button", name="Heatmap as a table").click()
    table = page.get_by_role("table", name="Cells, highest first")
    deaths = str(DEATHS_BY_PLACE["deadly"])
    expect(table.get_by_role("row").nth(1).get_by_role("cell").first).to_have_text(deaths)

    page.get_by_text("Per hour spent").click()
    expect(page).to_have_url(re.compile("view=rate"))
    # As many deaths in both places, but a tenth of the time in one of them.
    highest = table.get_by_role("row").nth(1)
    expect(highest.get_by_role("rowheader")).to_have_text("80, 70")

    page.get_by_role("button", name="Heatmap as a table").click()
    # Cells are read out by keyboard, the highest first.
    grid = page.get_by_role("application")
    grid.focus()
    grid.press("ArrowRight")
    readout = page.locator("[aria-live=polite]", has_text="Time spent")
    expect(readout).to_contain_text("x 80 – 85, y 70 – 75")
    grid.press("ArrowLeft")
    expect(readout).not_to_contain_text("x 80 – 85")

    steps = "cells => cells.map(cell => cell.dataset.heat ?? '').join()"
    by_rate = page.locator("svg rect.cell").evaluate_all(steps)
    page.get_by_text("As counted").click()
    expect(page).not_to_have_url(re.compile("view=rate"))
    expect(page.locator("svg rect.cell[data-heat='9']")).to_have_count(2)
    assert by_rate != page.locator("svg rect.cell").evaluate_all(steps)


def test_an_event_opens_as_json(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/events?type=crash")
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    expect(rows).to_have_count(CRASHES)
    rows.first.get_by_role("button", name="crash").click()
    drawer = page.get_by_role("dialog", name="crash")
    expect(drawer.get_by_label("Event as JSON")).to_contain_text('"eventType": "crash"')
    expect(drawer.get_by_label("Stack trace")).to_contain_text("at Keep.Gate.Open ()")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawer.get_by_role("button", name="Copy").click()
    expect(drawer.get_by_role("button", name="Copied")).to_be_visible()
    assert '"eventType": "crash"' in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(rows.first.get_by_role("button", name="crash")).to_be_focused()


def test_a_stack_of_frames_is_readable(played: ServerProcess, open_page: OpenPage) -> None:
    frames = [
        {"function": "Renderer::present", "file": "renderer.cpp", "line": 133, "module": "arena"},
        {"function": "present", "module": "gpu"},
    ]
    played.send({"events": [{"name": "error", "game_id": GAME, "props": {"stack_trace": frames}}]})
    played.wait_until_loaded()
    page = open_page(f"{played.url}/events?game={GAME}&type=error")
    page.get_by_role("button", name="error", exact=True).click()
    stack = page.get_by_role("dialog", name="error").get_by_label("Stack trace")
    expect(stack).to_have_text(
        "at Renderer::present (renderer.cpp:133) in arena\nat present in gpu", use_inner_text=True
    )


def test_the_event_log_goes_on_behind_its_cursor(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/events")
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    loaded = page.get_by_role("status").filter(has_text="loaded")
    expect(loaded).to_have_text("100 loaded")
    page.get_by_role("button", name="Older events").click()
    expect(loaded).not_to_have_text("100 loaded")
    # Of a long list only what is in view is there, and each row says which one it is.
    assert rows.count() < 80
    page.get_by_role("region", name="Events, newest first").evaluate("log => log.scrollTo(0, 120 * 29)")
    expect(rows.and_(page.locator("[aria-rowindex='122']"))).to_be_visible()
    page.get_by_role("textbox", name="Player id").fill("player-3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("playerId=player-3"))
    expect(rows.first).to_contain_text("player-3")


def test_data_health_balances_and_shows_what_was_set_aside(played: ServerProcess, open_page: OpenPage) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=60)
    late = {"name": "bell_rung", "game_id": GAME, "time": long_ago.isoformat(), "props": {"tower": "north"}}
    status, _ = played.send({"events": [late]})
    assert status == 202
    played.wait_until_loaded()
    page = open_page(f"{played.url}/data-health?game={GAME}&range=today")
    expect(page.get_by_text("The books balance.")).to_be_visible()
    expect(tile(page, "Quarantined")).to_contain_text(re.compile(r"Quarantined\s*1\b"))
    expect(panel(page, "Refused and quarantined")).to_contain_text("north")
    hour = panel(page, "By hour of receipt").get_by_role("row").nth(1)
    expect(hour.get_by_role("cell").nth(3)).to_have_text("1")
    # What is in the store says how it was sent.
    page.goto(f"{played.url}/data-health?game={GAME}&range=30d")
    quality = played.get(f"/api/metrics/data_quality?gameId={GAME}")
    versions = panel(page, "Last event of each version").locator("tbody tr")
    expect(versions).to_have_count(len(quality["versions"]))
    lacking = panel(page, "What events lack").locator("tbody tr")
    expect(lacking.first).to_contain_text(quality["missing"][0]["name"])
    expect(panel(page, "How late events come").get_by_role("img")).to_be_visible()


def test_all_of_it_works_by_keyboard(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url)
    expect(tile(page, "Sessions").first).to_contain_text(str(SESSIONS))
    page.keyboard.press("Tab")
    skip = page.get_by_role("button", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    page.get_by_role("button", name="Platform: All platforms").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox", name="Platform")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("platform="))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Platform:"))).to_be_focused()


@pytest.mark.parametrize("path", PAGES)
def test_pages_use_a_wide_screen_fit_a_phone_and_are_accessible(
    played: ServerProcess, open_page: OpenPage, axe_source: str, path: str
) -> None:
    page = open_page(played.url + path, size=WIDE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    if path == "/docs":
        fits_a_phone(page)
        # Each operation of the API has a card and a link, all of one kind: axe is told of the first in each part.
        page.locator("article ~ article, nav li ~ li").evaluate_all("all => all.forEach(one => one.remove())")
    else:
        uses_all_of_it(page)
    if path in BESIDE:
        stand_beside_each_other(*(panel(page, title) for title in BESIDE[path]))
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    is_for_everybody(page, axe_source)


def uses_all_of_it(page: Page) -> None:
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main section')].map(one => one.getBoundingClientRect().right))"
    )
    assert right > 0.97 * WIDE[0]


def stand_beside_each_other(left: Locator, right: Locator) -> None:
    boxes = [left.bounding_box(), right.bounding_box()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["x"] > boxes[0]["x"] + boxes[0]["width"]
    assert boxes[1]["y"] == boxes[0]["y"]


def test_the_phones_menu(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url, size=PHONE)
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("dialog", name="Menu").get_by_role("link", name="Data health").click()
    expect(page.get_by_role("heading", level=1, name="Data health")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_theme_is_remembered(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(played.url)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name=re.compile("^Theme: system")).click()
    page.get_by_role("button", name=re.compile("^Theme: light")).click()
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


def test_the_old_address_leads_to_the_same_pages(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/dashboard/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    expect(page).to_have_url(f"{played.url}/")
    page.goto(f"{played.url}/dashboard/retention?range=7d")
    expect(page.get_by_role("heading", level=1, name="Retention")).to_be_visible()


def test_the_api_is_documented(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/docs")
    expect(page.get_by_role("heading", name="GET /api/metrics/retention")).to_be_visible()
    expect(page.get_by_label("Example of GET /api/metrics/retention")).to_contain_text(f'curl "{played.url}/api/')
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="GET /api/metrics/retention").click()
    expect(page.get_by_role("heading", name="GET /api/metrics/retention")).to_be_in_viewport()
    expect(page).to_have_url(f"{played.url}/docs#metric_retention")
    card = page.locator("article", has=page.get_by_role("heading", name="GET /api/metrics/retention"))
    card.locator("summary", has_text="Answer").click()
    expect(card.get_by_text("First instant, UTC.")).to_be_visible()
    colleague = open_page(page.url)
    expect(colleague.get_by_role("heading", name="GET /api/metrics/retention")).to_be_in_viewport()


def test_a_new_server_says_how_to_send_the_first_event(start_process: StartProcess, open_page: OpenPage) -> None:
    server = start_process()
    page = open_page(server.url)
    command = page.get_by_label("Command that sends an event")
    expect(command).to_contain_text(f"curl {server.url}/api/events")
    server.send({"events": [{"name": "session_start", "game_id": "my-game", "player_id": "player-1"}]})
    # The page looks again by itself.
    expect(tile(page, "Sessions").first).to_contain_text("1")


def test_events_of_another_environment_are_a_click_away(start_process: StartProcess, open_page: OpenPage) -> None:
    server = start_process()
    tried_out = [
        {"name": "position", "game_id": "arena", "player_id": f"p-{n}", "env": "dev", "map": "keep", "x": n, "y": n}
        for n in range(3)
    ]
    assert server.send(tried_out)[0] == 202
    server.wait_until_loaded()
    page = open_page(f"{server.url}/?game=arena")
    expect(page.get_by_text("another environment than prod")).to_be_visible()
    expect(page.get_by_role("button", name="Environment: prod")).to_be_visible()
    page.get_by_role("button", name="Show dev").click()
    expect(page).to_have_url(re.compile("env=dev"))
    expect(tile(page, "Players now")).to_contain_text("3")

    page.get_by_role("link", name="Events").click()
    expect(page.get_by_title("Environment: dev")).to_have_count(3)
    assert [len(server.get(f"/api/events?gameId=arena&env={env}")["events"]) for env in ("dev", "prod")] == [3, 0]

    page.get_by_role("link", name="Heatmap").click()
    expect(page).to_have_url(re.compile("env=dev"))
    expect(page.get_by_role("button", name=re.compile("Map: keep"))).to_be_visible()
    page.get_by_role("button", name="Environment: dev").click()
    page.get_by_role("option", name="prod").click()
    expect(page.get_by_text("another environment than prod")).to_be_visible()


def test_an_error_says_what_went_wrong_and_tries_again(
    played: ServerProcess, open_page: OpenPage, watched: Watched
) -> None:
    page = open_page(f"{played.url}/live")
    problem = '{"type":"about:blank","title":"Too slow","status":400,"detail":"Ask for fewer days."}'
    watched.expected.append("400 (Bad Request)")
    page.route(
        "**/api/metrics/retention?*",
        lambda route: route.fulfill(status=400, content_type="application/problem+json", body=problem),
    )
    page.get_by_role("link", name="Retention").click()
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("Ask for fewer days.")
    page.unroute("**/api/metrics/retention?*")
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=2, name="Cohorts")).to_be_visible()
