"""The page of tools that send `jwc.v1` telemetry, beside a plain computation over what was sent."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from jwc_stats_oracle import random_events, stats
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .accessible import is_for_everybody
from .conftest import OpenPage

GAME = "editor"
NOW = dt.datetime.now(dt.UTC)
EVENTS = random_events(seed=5, count=1500, end=NOW)
# An exit code may be called like something that each object of JavaScript has.
EVENTS += [
    {"anon": "someone", "evt": "java.run.completed", "t": int(NOW.timestamp() * 1000) - 1000, "m": {"exit": code}}
    for code in ("constructor", "__proto__")
]
UNITS = {"ms": 1, "s": 1000, "min": 60_000}
WEEK = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

Table = dict[str, list[str]]
ROWS = """rows => rows.map(row => [
    row.querySelector('th').innerText, [...row.querySelectorAll('td')].map(cell => cell.innerText)])"""


@pytest.fixture(scope="module")
def told(open_process: ServerProcess) -> ServerProcess:
    """A server that was sent the telemetry of a tool, and of a game that is none."""
    body = {"schema": "jwc.v1", "batch": EVENTS}
    answer = open_process.client.post("/t", json=body, params={"gameId": GAME})
    assert answer.json() == {"ok": True, "accepted": len(EVENTS), "skipped": 0}
    open_process.send({"events": [{"name": "login", "game_id": "arena", "player_id": "p"}]})
    open_process.wait_until_loaded()
    return open_process


def expected(days: int) -> dict[str, Any]:
    today = dt.datetime.now(dt.UTC).date()
    return stats([(event, None) for event in EVENTS], today - dt.timedelta(days=days - 1), today)


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def tile(page: Page, label: str) -> Locator:
    return page.locator("dl > div", has=page.locator("dt", has_text=label))


def figures(page: Page, title: str) -> Table:
    """What a panel says as a table: the first cell of each row, and what follows it."""
    of_it = panel(page, title)
    toggle = of_it.get_by_role("button", name=f"{title} as a table")
    if toggle.count() and toggle.get_attribute("aria-pressed") == "false":
        toggle.click()
    everything = of_it.get_by_role("button", name=re.compile("^Show all"))
    if everything.count():
        everything.click()
    # All of it in one question: there are hundreds of cells.
    return dict(of_it.locator("tbody tr").evaluate_all(ROWS))


def counts(table: Table) -> dict[str, int]:
    return {key: int(cells[0].replace(",", "")) for key, cells in table.items()}


def in_words(span: str) -> str:
    """`500-1000ms` as a person writes it."""
    edges = [int(edge) for edge in re.findall(r"\d+", span)]
    unit = "ms" if edges[-1] < 1000 else "s" if edges[-1] < 60_000 else "min"
    written = [f"{edge / UNITS[unit]:g}" for edge in edges]
    return f"{' – '.join(written)} {unit}" + (" or more" if len(edges) == 1 else "")


def labelled(by_name: dict[str, int], names: dict[str, str]) -> dict[str, int]:
    return {names.get(name, name): count for name, count in by_name.items()}


def shows(page: Page, answer: dict[str, Any]) -> None:
    """The page has the figures of that document."""
    runs, errors = answer["runs"], answer["errors"]
    expect(tile(page, "People")).to_contain_text(re.compile(rf"{answer['uniques']:,}\s*{answer['total']:,} events"))
    expect(tile(page, "Runs started")).to_contain_text(
        re.compile(rf"{runs['started']:,}\s*{runs['completed']:,} completed")
    )
    for label, kind in (("Compile errors", "compile"), ("Runtime errors", "runtime")):
        expect(tile(page, label)).to_contain_text(f"{errors[f'{kind}Rate']:.1%}")
        expect(tile(page, label)).to_contain_text(f"{errors[kind]:,} of {runs['started']:,} runs")
    expect(tile(page, "Interactive runs")).to_contain_text(
        re.compile(rf"{answer['interactiveRate']:.1%}\s*{answer['truncationRate']:.1%} cut off")
    )
    hours = figures(page, "Hours of the day")
    assert hours == {
        f"{hour:02}:00": [str(answer["hourly"][hour]), str(answer["hourlyVisitors"][hour])] for hour in range(24)
    }
    assert counts(figures(page, "Days of the week")) == dict(zip(WEEK, answer["dow"], strict=True))
    hist = answer["durations"]["hist"]
    assert counts(figures(page, "How long runs take")) == {
        in_words(span): count for span, count in zip(hist["labels"], hist["values"], strict=True)
    }
    exits = labelled(answer["exitCodes"], {"0": "0 (success)"})
    assert counts(figures(page, "Exit codes")) == exits
    assert counts(figures(page, "Commonest exceptions")) == answer["topExceptions"]
    assert counts(figures(page, "Size of the output")) == labelled(answer["outputBuckets"], {"-": "(not said)"})
    assert counts(figures(page, "Versions of the tool")) == answer["byExt"]
    assert counts(figures(page, "Versions of the editor")) == answer["byVscode"]
    systems = {"win32": "Windows", "darwin": "macOS", "linux": "Linux"}
    assert counts(figures(page, "Systems")) == labelled(answer["byOs"], systems)
    assert counts(figures(page, "Events by name")) == answer["byEvent"]
    success = figures(page, "Exit codes")["0 (success)"][1]
    assert success == f"{answer['exitCodes']['0'] / runs['completed']:.1%}"

    by_day = {label.split(" (")[0]: cells for label, cells in figures(page, "Learning outcomes").items()}
    codes = panel(page, "Learning outcomes").locator("thead th").all_inner_texts()[1:]
    assert set(codes) == set(exits)
    for date in answer["daily"]["dates"]:
        of_day = labelled(answer["dailyLearningOutcomes"].get(date, {}), {"0": "0 (success)"})
        day = dt.date.fromisoformat(date)
        assert by_day[f"{day:%b} {day.day}" + ("" if day.year == NOW.year else f", {day.year}")] == [
            str(of_day.get(code, 0)) for code in codes
        ], date
    people = {label.split(" (")[0]: int(cells[0]) for label, cells in figures(page, "People by day").items()}
    assert list(people.values()) == answer["daily"]["uniques"]


def test_figures_are_those_of_what_was_sent(told: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{told.url}/?game={GAME}")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Tool usage").click()
    expect(panel(page, "Hours of the day").locator("canvas")).to_be_visible()
    shows(page, expected(30))

    page.get_by_role("button", name=re.compile("^Date range")).click()
    page.get_by_role("button", name="7 days", exact=True).click()
    expect(page).to_have_url(re.compile("range=7d"))
    week = expected(7)
    expect(tile(page, "Runs started")).to_contain_text(f"{week['runs']['started']:,}")
    shows(page, week)

    page.get_by_role("link", name="lifecycle.activate").click()
    expect(page).to_have_url(re.compile(r"/events\?.*type=lifecycle.activate"))
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    expect(rows).to_have_count(min(100, week["byEvent"]["lifecycle.activate"]))


def test_days_without_any(told: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{told.url}/usage?game={GAME}&from=2020-02-01&to=2020-02-03")
    expect(page.get_by_role("heading", name="Nothing in these days")).to_be_visible()


@pytest.mark.parametrize("time_zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_days_are_those_of_utc_whatever_the_time_zone(told: ServerProcess, open_page: OpenPage, time_zone: str) -> None:
    """Somewhere it is another day than in UTC at any time."""
    page = open_page(f"{told.url}/usage?game={GAME}&range=7d&tz={time_zone}")
    week = expected(7)
    expect(tile(page, "People")).to_contain_text(re.compile(rf"{week['uniques']:,}\s*{week['total']:,} events"))
    expect(page.get_by_role("button", name=re.compile("^Time zone"))).to_have_count(0)


def test_a_game_that_is_no_tool_has_no_such_page(told: ServerProcess, open_page: OpenPage) -> None:
    assert told.get(f"/api/games/{GAME}/dimensions")["protocols"] == ["jwc.v1"]
    assert told.get("/api/games/arena/dimensions")["protocols"] == []
    page = open_page(f"{told.url}/?game=arena")
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Data health")).to_be_visible()
    expect(pages.get_by_role("link", name="Tool usage")).to_have_count(0)
    page.goto(f"{told.url}/usage?game=arena")
    expect(page.get_by_role("heading", name="No tool telemetry yet")).to_be_visible()


def test_the_page_is_accessible_and_fits_a_phone(told: ServerProcess, open_page: OpenPage, axe_source: str) -> None:
    page = open_page(f"{told.url}/usage?game={GAME}")
    expect(panel(page, "Exit codes").get_by_role("table")).to_be_visible()
    is_for_everybody(page, axe_source)
