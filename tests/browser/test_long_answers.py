"""What is long stays usable: a log of many rows has few of them at a time, a chart of many points tells of each."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect
from server_process import ServerProcess

from .conftest import OpenPage
from .test_sql_page import write

GAME = "marathon"
BATCH = 10_000
ROW_PX = 29
ROWS_MAX = 100
"""Those in view, and a few beyond."""
TO_THE_END = """() => {
  const log = document.querySelector('.log')
  log?.scrollTo(0, log.scrollHeight)
  return document.body.innerText.includes('That is all of them')
}"""
POINTS = 10_000
MINUTES = (
    f"SELECT TIMESTAMP '2026-01-01' + INTERVAL 1 MINUTE * i AS moment, i AS number FROM range({POINTS}) AS minutes(i)"
)


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=(pytest.mark.drill, pytest.mark.timeout(900)))])
def test_a_log_is_scrolled_from_its_first_row_to_its_last(
    open_process: ServerProcess, open_page: OpenPage, count: int
) -> None:
    game = f"{GAME}-{count}"
    began = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    step = dt.timedelta(milliseconds=1)
    common = {"name": "step", "game_id": game, "player_id": "walker"}
    events = [{**common, "time": (began + n * step).isoformat(), "props": {"n": n}} for n in range(count)]
    for first in range(0, count, BATCH):
        assert open_process.send({"events": events[first : first + BATCH]})[0] == 202
    open_process.wait_until_loaded()
    page = open_page(f"{open_process.url}/events?game={game}")
    table = page.get_by_role("table", name="Stored events, newest first")
    rows = table.locator("tbody tr")
    expect(rows.first).to_contain_text(f"n: {count - 1}")
    page.wait_for_function(TO_THE_END, timeout=600_000)
    expect(table).to_have_attribute("aria-rowcount", str(count + 1))
    expect(rows.last).to_contain_text("n: 0")
    log = page.get_by_role("region", name="Events, newest first")
    for place in (count // 2, 0, count // 3):
        log.evaluate("(log, top) => log.scrollTo(0, top)", place * ROW_PX)
        shown = table.locator(f"[aria-rowindex='{place + 2}']")
        expect(shown).to_be_in_viewport()
        expect(shown).to_contain_text(f"n: {count - 1 - place}")
        assert rows.count() <= ROWS_MAX


def test_a_chart_of_ten_thousand_points_tells_of_each(open_process: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{open_process.url}/sql")
    write(page, MINUTES)
    page.get_by_role("button", name="Run").click()
    page.get_by_text("Chart", exact=True).click()
    chart = page.get_by_role("region", name="Answer", exact=True).locator("canvas")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    tooltip = page.locator(".chart-tooltip")

    def told_at(x: float) -> int:
        page.mouse.move(x, middle)
        expect(tooltip).to_be_visible()
        found = re.search(r"([\d,]+)\s*$", tooltip.inner_text())
        assert found is not None
        return int(found[1].replace(",", ""))

    # It is drawn as it is: as far along the axis as along the list.
    left, right = box["x"] + box["width"] * 0.25, box["x"] + box["width"] * 0.75
    first, last = told_at(left), told_at(right)
    assert last - first > POINTS / 3
    for part in (0.2, 0.4, 0.6, 0.8):
        expected = first + part * (last - first)
        assert told_at(left + part * (right - left)) == pytest.approx(expected, abs=POINTS / 100)
