"""`playtrace rollups rebuild`, with a server and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from server_process import StartProcess
from typer.testing import CliRunner, Result

from playtrace.cli.main import app

SUMMARY = "/api/metrics/summary?gameId=arena&from=2026-11-20&to=2026-11-23&source="


def rebuild(data: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["rollups", "rebuild", "--data", str(data), *options], env={"COLUMNS": "1000"})


def event(day: int, number: int) -> dict[str, Any]:
    return {
        "name": "jump",
        "game_id": "arena",
        "player_id": f"p{number % 3}",
        "time": f"2026-11-{day}T10:00:{number:02}Z",
    }


def test_rollups_are_made_anew_by_a_command(start_process: StartProcess):
    server = start_process()
    server.send([event(day, number) for day in (20, 21, 22) for number in range(10)])
    server.wait_until_loaded()
    server.stop()
    with duckdb.connect(str(server.data / "store.duckdb")) as store:
        store.execute("UPDATE event_counts SET events = events + 1")
    # Without a server: of one day, which is right then.
    assert "--days" in rebuild(server.data, "--days", "yesterday").output
    assert "ends before it begins" in rebuild(server.data, "--days", "2026-11-22..2026-11-21").output
    done = rebuild(server.data, "--days", "2026-11-21", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"days": 1})
    with duckdb.connect(str(server.data / "store.duckdb")) as store:
        counts = store.execute("SELECT day(slot), sum(events) FROM event_counts GROUP BY ALL ORDER BY ALL").fetchall()
    assert [(day, events == 10) for day, events in counts] == [(20, False), (21, True), (22, False)]
    # Through the server: of all.
    server.start()
    assert server.get(SUMMARY + "rollup")["eventCount"] != server.get(SUMMARY + "raw")["eventCount"]
    done = rebuild(server.data, "--game", "arena")
    assert done.exit_code == 0, done.output
    assert "The rollups of 3 days are made anew" in done.output
    assert server.get(SUMMARY + "rollup")["eventCount"] == server.get(SUMMARY + "raw")["eventCount"]
    assert server.get("/api/rollups") == {"upgradedTo": None, "rebuilding": None}
    done = rebuild(server.data, "--days", "2020-01-01")
    assert (done.exit_code, "There are no events on those days" in done.output) == (1, True)
    done = rebuild(server.data, "--game", "ghost")
    assert (done.exit_code, "ghost" in done.output) == (1, True)
