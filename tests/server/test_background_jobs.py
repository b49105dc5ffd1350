"""What the server does again and again: health tells of each job, and one that fails holds up nothing else."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
from server_process import ServerProcess, StartProcess

from playtrace.config import Settings

SECONDS_MAX = 120.0
JOBS = {
    "read keys",
    "live view",
    "rebuild rollups",
    "merge rollups",
    "checkpoint",
    "tidy the store",
    "forget samples",
    "forget logins",
    "give memory back",
    "refresh segments",
    "judge alerts",
    "send reports",
    "send alerts",
    "tidy alerts",
    "follow mirrors",
    "back up",
    "remove what is kept no longer",
    "free space",
    "erase players",
    "remember",
    "delete games",
}


def wait_for_health(server: ServerProcess, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS_MAX
    health: dict[str, Any] = {}
    while time.monotonic() < deadline:
        health = json.loads(server.request("GET", "/api/health")[2])
        if is_so(health):
            return health
        time.sleep(0.05)
    raise AssertionError(health)


def job(health: dict[str, Any], name: str) -> dict[str, Any]:
    return next(job for job in health["jobs"] if job["name"] == name)


def change_registry(server: ServerProcess, sql: str) -> None:
    settings = Settings(data=server.data)
    with closing(sqlite3.connect(settings.registry_database.removeprefix("sqlite:///"))) as registry:
        registry.execute(sql)


def test_a_job_that_fails_is_shown_and_tried_again_while_all_others_go_on(start_process: StartProcess):
    server = start_process()
    assert server.send({"name": "login", "game_id": "arena", "player_id": "p"})[0] == 202
    healthy = wait_for_health(server, lambda health: all(job["lastRun"] for job in health["jobs"]))
    assert {job["name"] for job in healthy["jobs"]} == JOBS
    assert (healthy["status"], [job["lastError"] for job in healthy["jobs"]]) == ("healthy", [None] * len(JOBS))
    assert job(healthy, "forget logins")["periodSeconds"] == 3600
    until_next = dt.datetime.fromisoformat(job(healthy, "forget logins")["nextRun"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=55) < until_next <= dt.timedelta(hours=1)

    change_registry(server, "ALTER TABLE revision RENAME TO lost")
    ask_for_it = {"read keys", "judge alerts"}  # whether the registry has changed
    failing = wait_for_health(
        server, lambda health: all(job(health, name)["lastError"] is not None for name in ask_for_it)
    )
    assert failing["status"] == "degraded"
    assert "read keys" in failing["message"]
    assert "no such table: revision" in failing["message"]
    assert {job["name"] for job in failing["jobs"] if job["lastError"] is not None} == ask_for_it
    # It is tried again, the others have their turns, and events come in and are loaded.
    wait_for_health(
        server,
        lambda health: all(
            job(health, name)["lastRun"] > job(failing, name)["lastRun"] for name in ("read keys", "merge rollups")
        ),
    )
    assert server.send({"name": "logout", "game_id": "arena", "player_id": "p"})[0] == 202
    wait_for_health(server, lambda health: health["store"]["events"] == 2)

    change_registry(server, "ALTER TABLE lost RENAME TO revision")
    wait_for_health(server, lambda health: health["status"] == "healthy")
    assert "a job failed" in server.output()


def test_after_an_upgrade_rollups_are_made_anew_while_the_server_runs(start_process: StartProcess):
    server = start_process()
    now = dt.datetime.now(dt.UTC)
    days = [now - dt.timedelta(days=days) for days in range(3)]
    play = [{"name": "login", "game_id": "arena", "player_id": "p", "time": day.isoformat()} for day in days]
    assert server.send(play)[0] == 202
    server.stop()
    # As an upgrade finds them that changed their definition.
    with duckdb.connect(str(Settings(data=server.data).store_path)) as store:
        store.execute("UPDATE rollup_builds SET version = version - 1")
    server.start()
    wait_for_health(server, lambda health: health["store"]["rebuildingFrom"] is None)
    active = server.get("/api/metrics/active_players?gameId=arena&source=rollup&from=" + days[-1].date().isoformat())
    assert [row["dau"] for row in active["days"]] == [1, 1, 1]
