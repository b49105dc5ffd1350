"""The page that asks any metric: what it lists, asks and shows is what the API lists and answers."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .conftest import OpenPage
from .played_game import GAME, PLAYERS, RETURNING


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def test_every_metric_there_is_can_be_chosen(played: ServerProcess, open_page: OpenPage) -> None:
    listed = played.client.get("/api/metrics").json()["metrics"]
    page = open_page(f"{played.url}/metrics?game={GAME}")
    links = page.get_by_role("navigation", name="Metrics").get_by_role("link")
    expect(links).to_have_count(len(listed))
    assert sorted(links.all_inner_texts()) == sorted(metric["name"] for metric in listed)
    page.get_by_label("Find a metric").fill("by the day they came first")
    expect(links).to_have_text(["retention"])
    links.first.click()
    expect(page).to_have_url(re.compile("/metrics/retention"))
    cohorts = panel(page, "Cohorts")
    cohorts.get_by_role("button", name="Cohorts as a table").click()
    expect(cohorts.locator("tbody")).to_contain_text(str(PLAYERS))


def test_a_parameter_changes_the_answer_and_the_address(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/metrics/timeseries?game={GAME}&metric=sessions")
    points = panel(page, "Points")
    points.get_by_role("button", name="Points as a table").click()
    rows = points.locator("tbody tr")
    expect(rows).to_have_count(30)
    sessions = [int(row.locator("td").first.inner_text()) for row in rows.all()]
    assert sum(sessions) == PLAYERS + RETURNING
    page.get_by_label("Interval", exact=True).select_option("week")
    expect(page).to_have_url(re.compile("interval=week"))
    expect(rows).not_to_have_count(30)
    assert sum(int(row.locator("td").first.inner_text()) for row in rows.all()) == PLAYERS + RETURNING
    page.get_by_role("group", name="Where it is asked").get_by_text("SQL", exact=True).click()
    expect(panel(page, "The same elsewhere")).to_contain_text("SELECT")


def test_what_a_metric_cannot_do_without_is_asked_for(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/metrics/heatmap?game={GAME}")
    expect(page.get_by_text("This metric needs to know: map.")).to_be_visible()
    page.get_by_label("Map", exact=True).fill("keep")
    page.get_by_label("Map", exact=True).press("Tab")
    expect(panel(page, "Cells").first).to_be_visible()


def test_a_metric_that_there_is_not_is_said(played: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{played.url}/metrics/nonsense?game={GAME}")
    expect(page.get_by_role("heading", name="No such metric")).to_be_visible()
