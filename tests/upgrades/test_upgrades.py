"""Folders that older versions of playtrace left are opened by this one, which answers as if it had always been there.

`folders/` has one for each schema that the store ever had, as text: what `record.py` found after a real server of that
time had loaded one batch, acknowledged another, and was killed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from journals.engines import eventually
from server_process import StartProcess

from playtrace.config import Settings
from playtrace.metrics.frame.metric import metrics
from playtrace.rollups import ROLLUPS
from playtrace.server import Playtrace
from playtrace.store.duckdb import migrations
from upgrades.as_text import make_duckdb, make_sqlite
from upgrades.story import EMAIL, GAME, PASSWORD, PLAYERS, story

FOLDERS = sorted(path for path in (Path(__file__).parent / "folders").iterdir())
BATCHES = (1, 2)


def known(kept: Path) -> dict[str, str]:
    return json.loads((kept / "known.json").read_text("utf-8"))


def make_folder(kept: Path, data: Path) -> None:
    data.mkdir()
    make_duckdb(data / "store.duckdb", (kept / "store.sql").read_text("utf-8"))
    make_sqlite(data / "registry.sqlite", (kept / "registry.sql").read_text("utf-8"))
    make_sqlite(data / "journal.sqlite", (kept / "journal.sql").read_text("utf-8"))


def told(kept: Path) -> list[dict[str, Any]]:
    """All events that were acknowledged."""
    return [event for number in BATCHES for event in story(known(kept)["day"], number=number)]


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda path: path.name)
def upgraded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Playtrace]]:
    """What was kept, and all that a server of today has open of it, once it has loaded and made anew what it had to."""
    kept: Path = request.param
    data = tmp_path_factory.mktemp(kept.name) / "data"
    make_folder(kept, data)
    playtrace = Playtrace(Settings(data=data))
    try:
        while playtrace.loader.load_waiting() is not None:
            pass
        while playtrace.rebuild.day is not None:
            playtrace.rebuild.work()
        yield kept, playtrace
    finally:
        asyncio.run(playtrace.close())


def test_there_is_a_folder_of_each_schema_up_to_one(upgraded: tuple[Path, Playtrace]) -> None:
    assert [int(path.name) for path in FOLDERS] == list(range(1, len(FOLDERS) + 1))
    kept, playtrace = upgraded
    numbers = [row["number"] for row in playtrace.store.query("FROM schema_migrations ORDER BY number").to_pylist()]
    assert numbers == sorted(migrations()) and int(kept.name) <= numbers[-1]
    assert f"INSERT INTO schema_migrations VALUES ({int(kept.name)}," in (kept / "store.sql").read_text("utf-8")


def test_every_event_is_there_once_with_all_that_it_said(upgraded: tuple[Path, Playtrace]) -> None:
    kept, playtrace = upgraded
    rows = playtrace.store.query(
        "SELECT event_id::VARCHAR AS event_id, name, time, player_id, session_id, platform, version, map_id, x,"
        " value, currency, seq, mono_ms, props::JSON::VARCHAR AS props FROM events"
    ).to_pylist()
    assert len(rows) == len(told(kept))
    found = {row["event_id"]: row for row in rows}
    for event in told(kept):
        row = found[event["event_id"]]
        assert row["time"] == dt.datetime.fromisoformat(event["time"]).replace(tzinfo=None)
        assert json.loads(row["props"]) == event["props"]
        assert row["map_id"] == event.get("map")
        for column in ("name", "player_id", "session_id", "platform", "version", "x", "value", "currency", "seq"):
            assert row[column] == event.get(column), column
    books = playtrace.store.query("SELECT outcome, sum(events)::BIGINT AS events FROM books GROUP BY outcome")
    assert books.to_pylist() == [{"outcome": "stored", "events": len(rows)}]
    assert (playtrace.journal.damaged_events, playtrace.store.damage) == (0, None)


def test_rollups_that_were_made_anew_say_what_the_events_do(upgraded: tuple[Path, Playtrace]) -> None:
    kept, playtrace = upgraded
    builds = playtrace.store.query("SELECT rollup, version, built_to FROM rollup_builds").to_pylist()
    assert {(rollup.table, rollup.version, None) for rollup in ROLLUPS} <= {tuple(row.values()) for row in builds}
    counted = playtrace.store.query("SELECT name, sum(events)::BIGINT AS events FROM event_counts GROUP BY name")
    expected = Counter(event["name"] for event in told(kept))
    assert {row["name"]: row["events"] for row in counted.to_pylist()} == expected
    metric, day = metrics()["summary"], known(kept)["day"]
    answer = metric.answer(metric.parameters.model_validate({"gameId": GAME, "from": day, "to": day}), playtrace.store)
    prices = [round(event["value"] * 1_000_000) for event in told(kept) if event["name"] == "purchase"]
    assert answer.source == "rollup"
    assert (answer.event_count, answer.revenue_micros) == (len(told(kept)), sum(prices))
    assert (answer.active_players, answer.session_count) == (len(PLAYERS), len(PLAYERS) * len(BATCHES))


def test_its_key_still_opens_its_game(upgraded: tuple[Path, Playtrace]) -> None:
    kept, playtrace = upgraded
    assert playtrace.key_ring.game_of_key(known(kept)["key"]) == GAME


def test_a_server_goes_on_with_the_oldest_folder(tmp_path: Path, start_process: StartProcess) -> None:
    (oldest, *_) = FOLDERS
    make_folder(oldest, tmp_path / "data")
    server = start_process(())
    headers = {"Authorization": f"Bearer {known(oldest)['token']}"}
    day = known(oldest)["day"]
    status, _, body = server.request("GET", f"/api/metrics/summary?gameId={GAME}&from={day}&to={day}", headers=headers)
    assert status == 200, body
    signing_in = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    assert server.request("POST", "/api/session", signing_in, {"Content-Type": "application/json"})[0] == 200
    # Sent once more, as by a client that got no answer.
    assert server.send(story(day, number=2), Authorization=f"Bearer {known(oldest)['key']}")[0] == 202
    server.wait_until_loaded()
    assert server.sql("SELECT count(*) FROM events") == [[len(told(oldest))]]
    assert server.sql("SELECT outcome, sum(events)::BIGINT FROM books GROUP BY outcome ORDER BY outcome") == [
        ["duplicate", len(story(day, number=2))],
        ["stored", len(told(oldest))],
    ]
    # Rules of alerts have their turn when the counts are there.
    eventually(lambda: json.loads(server.request("GET", "/api/health")[2])["status"] == "healthy", server.output)


def test_a_start_with_what_a_newer_playtrace_wrote_ends_with_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_folder(FOLDERS[-1], data)
    with closing(sqlite3.connect(data / "journal.sqlite", isolation_level=None)) as journal:
        journal.execute("PRAGMA user_version = 9999")
    command = [sys.executable, "-P", "-m", "playtrace", "serve", "--data", str(data), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert ended.returncode == 1
    assert "was written by a newer playtrace" in ended.stderr and "Traceback" not in ended.stderr, ended.stderr
    assert not (data / "server.json").exists()
