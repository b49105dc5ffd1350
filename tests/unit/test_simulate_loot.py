"""The loot scenario's sheets stay within what first users' generator makes; custom stats come from YAML."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from playtrace.simulate.custom_stats import CustomStatsError, read_custom_stats
from playtrace.simulate.loot import ITEMS, LootScenario

END = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)

STATS = """
stealth: {type: int, range: [0, 3]}
accuracy: {type: float, range: [0.25, 0.75]}
class: {type: choice, choices: [scout, medic]}
"""


def test_default_is_fifty_matches_of_four():
    sheets = list(LootScenario(end=END).sheets())
    assert len(sheets) == LootScenario(end=END).sheet_count == 200
    assert len({(sheet.match_id, sheet.player_id) for sheet in sheets}) == 200
    assert len({sheet.match_id for sheet in sheets}) == 50


def test_sheets_are_the_same_each_time():
    scenario = LootScenario(seed=5, matches=20, end=END)
    once = msgspec.json.encode(list(scenario.sheets()))
    assert once == msgspec.json.encode(list(scenario.sheets()))
    assert once != msgspec.json.encode(list(LootScenario(seed=6, matches=20, end=END).sheets()))


def test_ranges():
    sheets = list(LootScenario(matches=300, end=END).sheets())
    for sheet in sheets:
        assert tuple(sheet.looted_items) == ITEMS
        assert all(0 <= count <= 5 for count in sheet.looted_items.values())
        assert set(sheet.locations) == {item for item, count in sheet.looted_items.items() if count}
        assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in sheet.locations.values())
        assert 300 <= sheet.match_duration <= 1800
        assert 1 <= sheet.player_level <= 50
        assert sheet.timestamp <= END
        began = sheet.timestamp - dt.timedelta(seconds=sheet.match_duration)
        assert all(began <= event.timestamp <= sheet.timestamp for event in sheet.events)
    assert {count for sheet in sheets for count in sheet.looted_items.values()} == set(range(6))
    assert sheets[-1].timestamp == END


def test_a_sheet_is_what_submit_takes():
    document = msgspec.json.decode(msgspec.json.encode(next(LootScenario(end=END).sheets())))
    assert {"match_id", "player_id", "looted_items", "locations", "timestamp", "match_duration"} <= set(document)


def test_custom_stats(tmp_path: Path):
    path = tmp_path / "stats.yaml"
    path.write_text(STATS)
    sheets = list(LootScenario(matches=50, end=END, custom_stats=read_custom_stats(path)).sheets())
    assert {sheet.custom_stats["stealth"] for sheet in sheets} == {0, 1, 2, 3}
    assert all(0.25 <= sheet.custom_stats["accuracy"] <= 0.75 for sheet in sheets)
    assert {sheet.custom_stats["class"] for sheet in sheets} == {"scout", "medic"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {type: int}", "range"),
        ("a: {type: text, range: [1, 2]}", "text"),
        ("a: {type: int, range: [2, 1]}", "a: the range"),
        ("a: {type: choice, choices: []}", "length"),
        ("a: {type: int, range: [1, 2], step: 3}", "step"),
        ("- a", "object"),
        ("a: [", "stats.yaml"),
    ],
)
def test_stats_that_make_no_sense(tmp_path: Path, text: str, message: str):
    path = tmp_path / "stats.yaml"
    path.write_text(text)
    with pytest.raises(CustomStatsError, match=message):
        read_custom_stats(path)


def test_stats_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(CustomStatsError, match="nowhere"):
        read_custom_stats(tmp_path / "nowhere.yaml")


def test_an_empty_stats_file_has_no_stats(tmp_path: Path):
    path = tmp_path / "stats.yaml"
    path.write_text("")
    assert read_custom_stats(path) == {}
