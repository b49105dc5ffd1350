"""docs/events.md tells the truth: its limits, its fields, and all that the simulator emits."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from playtrace import event as limits
from playtrace.event import Event
from playtrace.protocols.events.spellings import OTHER_SPELLINGS
from playtrace.simulate.arena import ArenaScenario

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text("utf-8")

STANDARD = {
    "session_start session_end level_start level_complete level_fail match_start match_end player_death player_kill",
    "item_looted resource_gain resource_spend purchase achievement_unlocked ad_impression performance crash error",
    "position stat_sheet level_abandon score_posted scene_loaded player_merged",
}


NOT_SIMULATED = {
    "item_looted": {"rarity"},
    "purchase": {"kind", "validated"},
    "performance": {"hitches", "excluded", "frame_p50_ms", "frame_p95_ms", "frame_p99_ms"},
}
"""Properties that only some games have."""


def catalogue() -> dict[str, dict[str, str]]:
    """For each event of the page, its properties and their types."""
    events: dict[str, dict[str, str]] = {}
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        name = re.match(r"`(\w+)`", section)
        assert name, section[:40]
        rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, flags=re.MULTILINE)
        events[name[1]] = {prop: kind.strip() for prop, kind in rows}
    return events


def fits(value: object, kind: str) -> bool:
    python = {
        "text": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "object": dict,
        "list of objects": list,
    }
    return isinstance(value, python[kind]) and (kind == "boolean" or not isinstance(value, bool))


def test_every_standard_event_is_described():
    assert set(catalogue()) == {name for line in STANDARD for name in line.split()} == set(limits.STANDARD_EVENTS)


def test_every_field_is_described():
    table = PAGE.split("## Fields")[1].split("\n## ")[0]
    described = {
        name for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert described == set(Event.__struct_fields__)


def test_limits_are_those_of_the_code():
    table = PAGE.split("## Limits")[1].split("\n## ")[0]
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\| ([\d,]+) \|", table)]
    assert numbers == [
        limits.NAME_LENGTH_MAX,
        limits.ID_LENGTH_MAX,
        limits.PROPERTIES_MAX,
        limits.PROPERTY_DEPTH_MAX,
        limits.EVENT_BYTES_MAX,
        limits.REQUEST_BYTES_MAX,
        limits.EVENTS_PER_REQUEST_MAX,
        limits.SAMPLE_BYTES_MAX,
    ]


def test_spellings_are_those_of_the_code():
    table = PAGE.split("| field | also read |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    assert {field: tuple(re.findall(r"`([^`]+)`", names)) for field, names in rows} == OTHER_SPELLINGS


def test_the_simulator_emits_what_the_page_says():
    described = catalogue()
    emitted: set[str] = set()
    scenario = ArenaScenario(seed=1, players=40, days=8, end=dt.datetime(2026, 3, 20, tzinfo=dt.UTC))
    for batch in scenario.batches():
        for event in batch:
            emitted.add(event.name)
            properties = described[event.name]
            assert set(event.props or {}) == set(properties) - NOT_SIMULATED.get(event.name, set()), event.name
            assert all(fits(value, properties[name]) for name, value in (event.props or {}).items()), event
    assert emitted == set(described) - {"stat_sheet", "level_abandon", "player_merged"}
