"""The studio notebook beside a real server: a simulated game whose truths it must name, and games that have little."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import re
import uuid
from collections import Counter, defaultdict
from pathlib import Path

import nbformat
import pytest
from notebook_run import NOTEBOOKS, cells_of, run_as_a_program
from server_process import ServerProcess

from playtrace.event import Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.arena_map import ZONES
from playtrace.simulate.upload import upload

NOTEBOOK = "studio.ipynb"
CHARTS = {
    "who_plays.png",
    "who_stays.png",
    "where_they_quit.png",
    "what_next.png",
    "what_they_buy.png",
    "economy.png",
    "where_they_die.png",
    "does_it_crash.png",
}
LEFT_OUT = {"item_looted", "player_kill", "achievement_unlocked"}
DAY = dt.timedelta(days=1)


def test_it_is_a_notebook_without_outputs():
    nbformat.validate(nbformat.read(NOTEBOOKS / NOTEBOOK, 4))
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells_of(NOTEBOOK))


@pytest.mark.drill
def test_it_answers_what_the_simulator_knows(open_process: ServerProcess, tmp_path: Path):
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    scenario = ArenaScenario(seed=5, players=150, days=4, end=today)
    # Nothing is asked about what is left out, and half as many events are loaded in half the time.
    batches = [[event for event in batch if event.name not in LEFT_OUT] for batch in scenario.batches()]
    asyncio.run(upload(batches, open_process.url))
    open_process.wait_until_loaded()
    ran = run_as_a_program(NOTEBOOK, tmp_path, open_process.url, "arena")
    assert ran.code == 0, ran.errors
    assert ran.charts.keys() == CHARTS
    for picture in ran.charts.values():
        assert picture.read_bytes().startswith(b"\x89PNG")

    truth, printed, events = scenario.truth(), ran.printed, [event for batch in batches for event in batch]
    assert f"and {truth.players:,} came new in" in printed
    for group, (size, back) in back_on_day_1(events, today.date()).items():
        assert re.search(rf"^{group} +1 +{size} +{back / size:.1%} ", printed, re.MULTILINE)
    assert f"\n{truth.planted.hard_level} is too hard: " in printed
    assert f"\n{sum(day.revenue_micros for day in truth.days) / 1e6:,.2f} USD in " in printed

    gained = [event for event in events if event.name == "resource_gain" and (event.value or 0) > 10_000]
    cheaters = {event.player_id for event in gained}
    assert cheaters
    assert f"\n{len(cheaters)} of " in printed
    for cheater in cheaters:
        assert f"\n{cheater}  " in printed

    place = re.search(r"Most dangerous is x ([\d.]+), y ([\d.]+):", printed)
    assert place is not None
    deadly = [zone for zone in ZONES if zone.deaths_per_hour >= 250]
    assert min(math.dist((float(place[1]), float(place[2])), (zone.x, zone.y)) for zone in deadly) < 15

    versions, crashed = Counter[str](), Counter[str]()
    for one in truth.stability:
        versions[one.version] += one.sessions
        crashed[one.version] += one.crashed_sessions
    worst = worst_of({version: (crashed[version], count) for version, count in versions.items()})
    assert any(f"\nVersion {version} crashes most: " in printed for version in worst)
    for version in worst:
        if f"\nVersion {version} crashes most: " in printed:
            of_it = {
                one.platform: (one.crashed_sessions, one.sessions) for one in truth.stability if one.version == version
            }
            assert any(f"\nWorst on {on}: {of_it[on][0]} of {of_it[on][1]} " in printed for on in worst_of(of_it))
    assert "\n1.2.0 had " in printed  # and 1.2.1 came after it
    crashes = [event for event in events if event.name == "crash"]
    for title, count in Counter(str((event.props or {})["title"]) for event in crashes).items():
        players = {event.player_id for event in crashes if (event.props or {})["title"] == title}
        assert re.search(rf"^{re.escape(title)} +{count} +{len(players)} ", printed, re.MULTILINE)


def back_on_day_1(events: list[Event], today: dt.date) -> dict[str, tuple[int, int]]:
    """For each group of the experiment, and everybody: players whose next day is over, and who was back on it."""
    days, groups = defaultdict[str, set[dt.date]](set), dict[str, str]()
    for event in events:
        assert event.player_id is not None and event.time is not None
        days[event.player_id].add(event.time.date())
        if event.name == "session_start":
            groups[event.player_id] = str((event.props or {})["experiment_group"])
    counted = dict[str, tuple[int, int]]()
    for player, played in days.items():
        first = min(played)
        if first + DAY < today:
            for group in ("everybody", groups[player]):
                size, back = counted.get(group, (0, 0))
                counted[group] = (size + 1, back + (first + DAY in played))
    return counted


def worst_of(parts: dict[str, tuple[int, int]]) -> list[str]:
    """Those of 20 sessions or more with the largest share of crashed ones; several where it is the same."""
    shares = {part: crashed / sessions for part, (crashed, sessions) in parts.items() if sessions >= 20}
    return [part for part, share in shares.items() if share == max(shares.values())]


@pytest.mark.drill
def test_a_game_that_sends_little_is_answered_too(open_process: ServerProcess, tmp_path: Path):
    now = dt.datetime.now(dt.UTC).isoformat()
    event = {"game_id": "little", "name": "session_start", "time": now, "player_id": "$x^$", "version": "$1", "props": {
        "experiment_group": 'a",b$'}, "event_id": str(uuid.uuid4()), "session_id": "s"}  # fmt: skip
    assert open_process.send({"events": [event]})[0] == 202
    open_process.wait_until_loaded()
    ran = run_as_a_program(NOTEBOOK, tmp_path, open_process.url, "little")
    assert ran.code == 0, ran.errors
    for sentence in (
        "No level was played.",
        "Nobody failed a level.",
        "Nobody bought anything.",
        "No resource was gained or spent.",
        "No death has a place.",
        "Nothing crashed, or too little was played.",
        "There are no two versions in the range.",
    ):
        assert f"{sentence}\n" in ran.printed


def test_a_game_that_is_not_there(open_process: ServerProcess, tmp_path: Path):
    ran = run_as_a_program(NOTEBOOK, tmp_path, open_process.url, "not-yet")
    assert ran.code != 0
    assert f"playtrace simulate --server {open_process.url} --game not-yet" in ran.errors


def test_no_server(tmp_path: Path):
    ran = run_as_a_program(NOTEBOOK, tmp_path, "http://127.0.0.1:9", "arena")
    assert ran.code != 0
    assert "playtrace serve --open" in ran.errors
