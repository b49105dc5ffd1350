"""A picture is laid on the world by two clicks; a match is played again on it, here and from a file with no server."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect
from server_process import ServerProcess

from playtrace.simulate.png import encoded

from .accessible import is_accessible
from .conftest import OpenPage

GAME, MAP = "raid", "/Game/Keep"
WIDTH, HEIGHT = 300, 150
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e__proto__"
MATCH = 'match, the "first" & <b>last</b>'
SECONDS = 120


@pytest.fixture(scope="module")
def raid(open_process: ServerProcess) -> ServerProcess:
    """Two players walk across a map of 200 by 100 for two minutes; one of them dies in its middle."""
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=2)
    events: list[dict[str, Any]] = []

    def add(name: str, player: str, second: int, **fields: Any) -> None:
        time = (begin + dt.timedelta(seconds=second)).isoformat()
        place = {"game_id": GAME, "match_id": MATCH, "session_id": f"s-{player}", "map": MAP}
        events.append({"name": name, "player_id": player, "time": time, "mono_ms": second * 1000, **place, **fields})

    for second in range(0, SECONDS + 1, 10):
        share = second / SECONDS
        add("position", "ann", second, x=-100 + 200 * share, y=-50 + 100 * share)
        add("position", HOSTILE, second, x=100 - 200 * share, y=-50 + 100 * share)
        add("performance", "ann", second, value=60 - second / 10)
    add("player_death", "ann", 60, x=0.5, y=0.5, props={"weapon": HOSTILE, "team": "red"})
    add("feedback", HOSTILE, 90, x=-50, y=25, props={"text": f"lost here {HOSTILE}", "team": "blue"})
    assert open_process.send({"events": events})[1]["accepted"] == len(events)
    open_process.wait_until_loaded()
    return open_process


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("picture") / "keep.png"
    file.write_bytes(encoded(np.full((HEIGHT, WIDTH, 3), 120, np.uint8)))
    return file


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def middle_of(part: Locator) -> tuple[float, float]:
    box = box_of(part)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_picture_is_calibrated_by_two_clicks_and_lies_below_the_cells(
    raid: ServerProcess, open_page: OpenPage, axe_source: str, picture: Path
) -> None:
    page = open_page(f"{raid.url}/heatmap?game={GAME}")
    page.get_by_role("button", name="Add a picture").click()
    page.locator("input[type=file]").set_input_files(picture)
    drawing = page.get_by_role("group", name="Picture with its two points")
    scale = box_of(drawing)["width"] / WIDTH
    # The upper left third of the picture is margin: there is nothing of the world.
    for pixel in ((100, 50), (300, 150)):
        drawing.click(position={"x": min(pixel[0] * scale, WIDTH * scale - 1), "y": min(pixel[1] * scale, 149 * scale)})
    for number, fields in ((1, (100, 50, -100, 50)), (2, (300, 150, 100, -50))):
        point = page.get_by_role("group", name=f"Point {number}")
        x, y = (float(point.get_by_label(f"Pixel {axis}").input_value()) for axis in "xy")
        assert (x, y) == (pytest.approx(fields[0], abs=2), pytest.approx(fields[1], abs=2))
        for label, value in zip(("Pixel x", "Pixel y", "World x", "World y"), fields, strict=True):
            point.get_by_label(label).fill(str(value))
    is_accessible(page, axe_source)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    (stored,) = raid.get(f"/api/games/{GAME}/maps")["maps"]
    assert stored["calibration"] == {
        "first": {"pixelX": 100, "pixelY": 50, "x": -100, "y": 50},
        "second": {"pixelX": 300, "pixelY": 150, "x": 100, "y": -50},
        "yUp": True,
    }

    # The death at 0.5, 0.5 is in the cell whose lower left corner is the middle of the world: pixel 200, 100.
    grid = page.get_by_role("application")
    expect(grid.locator("image")).to_have_attribute("href", re.compile("maps/image"))
    map_box, cell = box_of(grid), box_of(grid.locator("rect.cell[data-heat='9']"))
    assert cell["x"] == pytest.approx(map_box["x"] + map_box["width"] * 200 / WIDTH, abs=3)
    assert cell["y"] + cell["height"] == pytest.approx(map_box["y"] + map_box["height"] * 100 / HEIGHT, abs=3)
    is_accessible(page, axe_source)
    page.mouse.click(*middle_of(grid.locator("rect.cell[data-heat='9']")))
    table = page.get_by_role("table", name=re.compile("^player_death at x 0"))
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table).to_contain_text(HOSTILE)
    # By keyboard: to the highest cell, and nearer to it.
    page.mouse.move(0, 0)
    grid.focus()
    for key in ("ArrowRight", "+", "+", "+"):
        grid.press(key)
    expect(grid.locator("circle")).to_have_count(1)


def test_a_heatmap_is_gone_through_minute_by_minute_of_the_match(
    raid: ServerProcess, open_page: OpenPage, axe_source: str
) -> None:
    page = open_page(f"{raid.url}/heatmap?game={GAME}")
    cells = page.get_by_role("application").locator("rect.cell[data-heat]")
    expect(cells).to_have_count(1)
    page.get_by_role("button", name="By match time").click()
    minutes = page.get_by_role("slider", name="Minute of the match")
    # The death is a minute after the start.
    expect(minutes).to_have_attribute("aria-valuetext", "Minute 1 of 2")
    expect(cells).to_have_count(0)
    minutes.press("ArrowRight")
    expect(page).to_have_url(re.compile("minute=1"))
    expect(cells).to_have_count(1)
    is_accessible(page, axe_source)
    page.get_by_role("button", name="Whole matches").click()
    expect(page).not_to_have_url(re.compile("minute="))
    expect(minutes).to_have_count(0)
    expect(cells).to_have_count(1)


def test_a_match_is_played_and_saved_as_a_file_that_plays_without_a_server(
    raid: ServerProcess, open_page: OpenPage, axe_source: str, chromium: Browser, tmp_path: Path
) -> None:
    page = open_page(f"{raid.url}/playback?game={GAME}")
    is_accessible(page, axe_source)
    page.get_by_role("link", name=MATCH).click()
    stage = page.get_by_role("application")
    stage.focus()
    for _ in range(12):
        stage.press("ArrowRight")
    expect(page.get_by_text("1:00 / 2:00")).to_be_visible()
    events = page.get_by_role("region", name="Events around the moment")
    expect(events.locator("li.now")).to_contain_text("player_death ann")
    expect(events).to_contain_text(f"lost here {HOSTILE}")
    is_accessible(page, axe_source)
    page.get_by_role("combobox", name="Speed").select_option("60")
    stage.press(" ")
    expect(page.get_by_text("2:00 / 2:00")).to_be_visible()
    expect(page).to_have_url(re.compile("speed=60.*t=120"))
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as HTML").click()
    file = tmp_path / "match.html"
    saving.value.save_as(file)

    context = chromium.new_context(offline=True)
    try:
        alone = context.new_page()
        faults: list[str] = []
        alone.on("console", lambda message: faults.append(message.text))
        alone.on("pageerror", lambda error: faults.append(str(error)))
        alone.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
        alone.goto(file.as_uri())
        expect(alone.get_by_role("heading")).to_have_text(f"{GAME}: Match {MATCH}")
        expect(alone.get_by_text(f"feedback {HOSTILE} lost here {HOSTILE}")).to_be_visible()
        before = alone.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")
        alone.get_by_role("combobox", name="Speed").select_option("60")
        alone.get_by_role("button", name="Play", exact=True).click()
        expect(alone.get_by_text("2:00 / 2:00")).to_be_visible()
        assert alone.locator("canvas").first.evaluate("canvas => canvas.toDataURL()") != before
        assert faults == []
    finally:
        context.close()
