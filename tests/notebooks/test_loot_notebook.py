"""The loot notebook, run cell by cell in a real kernel beside a real server."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from notebook_run import Ran, cells_of, run_in_a_kernel
from server_process import ServerProcess

from playtrace.simulate.loot import LootScenario, StatSheet, submit_sheets

NOTEBOOK = "loot.ipynb"
CHARTS = {
    "item_distribution.png",
    "location_heatmaps.png",
    "performance_dashboard.png",
    "data_quality.png",
    "local_against_server.png",
}
RunNotebook = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> RunNotebook:
    def run(url: str, game: str, local: list[StatSheet] | None = None) -> Ran:
        if local is not None:
            (tmp_path / "sheets.json").write_bytes(msgspec.json.encode(local))
        return run_in_a_kernel(NOTEBOOK, tmp_path, url, game)

    return run


def test_it_comes_without_outputs():
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells_of(NOTEBOOK))


def test_all_that_the_server_has(open_process: ServerProcess, run: RunNotebook):
    scenario = LootScenario(seed=7, matches=6, players=4, end=dt.datetime.now(dt.UTC))
    report = asyncio.run(submit_sheets(scenario, open_process.url, game_id="notebook"))
    assert report.accepted == scenario.sheet_count
    sheets = list(scenario.sheets())
    ran = run(open_process.url, "notebook", sheets)
    assert ran.code == 0, ran.errors

    items = Counter[str]()
    for sheet in sheets:
        items.update(sheet.looted_items)
    players = len({sheet.player_id for sheet in sheets})
    assert f"24 stat sheets of 6 matches and {players} players, {items.total():,} items of 5 kinds." in ran.printed
    for item, count in items.items():
        assert f"{item}: {count:,} ({count / items.total():.1%})\n" in ran.printed
    assert f"{items.total() / players:,.1f} items per player, {items.total() / 6:,.1f} per match." in ran.printed
    assert "24 of 24 expected sheets." in ran.printed
    assert "The server has what the file has, item by item." in ran.printed
    assert ran.charts.keys() == CHARTS
    for chart in ran.charts.values():
        assert chart.read_bytes().startswith(b"\x89PNG")


def test_what_did_not_arrive_is_named(open_process: ServerProcess, run: RunNotebook):
    sheets = list(LootScenario(seed=9, matches=3, players=2, end=dt.datetime.now(dt.UTC)).sheets())
    for sheet in [*sheets[1:], sheets[2]]:  # one is missing, and one came twice
        body = msgspec.json.encode(sheet)
        open_process.client.post("/api/submit", params={"gameId": "holes"}, content=body).raise_for_status()
    ran = run(open_process.url, "holes", sheets)
    assert ran.code == 0, ran.errors
    missing, twice = (f"{sheet.match_id} of {sheet.player_id}" for sheet in (sheets[0], sheets[2]))
    assert f"Missing on the server: 1 sheets ({missing}).\n" in ran.printed
    assert f"Only on the server, or there more than once: 1 sheets ({twice}).\n" in ran.printed
    assert "item by item" not in ran.printed


def test_a_server_that_has_nothing(open_process: ServerProcess, run: RunNotebook):
    ran = run(open_process.url, "not-yet")
    assert ran.code == 0, ran.errors
    assert f"The server at {open_process.url} has no stat sheets of the game 'not-yet' yet" in ran.printed
    assert f"playtrace simulate --scenario loot --server {open_process.url} --game not-yet" in ran.printed
    assert "There is no file sheets.json" in ran.printed
    assert ran.charts == {}


def test_no_server(run: RunNotebook):
    ran = run("http://127.0.0.1:9", "loot")
    assert ran.code != 0
    assert "http://127.0.0.1:9 does not answer" in ran.errors
    assert "playtrace serve --open" in ran.errors
