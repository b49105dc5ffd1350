"""The loot notebook, run cell by cell in a real kernel beside a real server."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from server_process import ServerProcess

from playtrace.simulate.loot import LootScenario, StatSheet, submit_sheets

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "loot.ipynb"
CHARTS = {
    "item_distribution.png",
    "location_heatmaps.png",
    "performance_dashboard.png",
    "data_quality.png",
    "local_against_server.png",
}
RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        print(output.get("text", ""), end="")
"""
"""In a process of its own: the kernel's client keeps threads and sockets, which are not what is tested."""


class Ran:
    def __init__(self, folder: Path, done: subprocess.CompletedProcess[str]) -> None:
        self.charts = {path.name: path for path in folder.glob("charts/*.png")}
        self.code = done.returncode
        self.printed = done.stdout
        self.errors = done.stderr


RunNotebook = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> RunNotebook:
    def run(url: str, game: str, local: list[StatSheet] | None = None) -> Ran:
        if local is not None:
            (tmp_path / "sheets.json").write_bytes(msgspec.json.encode(local))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PLAYTRACE_", "LOOT_"))},
            "PLAYTRACE_URL": url,
            "PLAYTRACE_GAME": game,
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": str(tmp_path / "matplotlib"),
            "IPYTHONDIR": str(tmp_path / "ipython"),
        }
        done = subprocess.run(
            [sys.executable, "-c", RUN, NOTEBOOK, tmp_path],
            env=environment, capture_output=True, text=True, encoding="utf-8", timeout=200, check=False,
        )  # fmt: skip
        return Ran(tmp_path, done)

    return run


def test_it_comes_without_outputs():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


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
