"""Games over HTTP and on the command line: made, changed, archived, and deleted with all that is there of them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
import warm_program
from server_process import ServerProcess

from playtrace.rollups import MADE_OF_DAYS
from playtrace.simulate.png import encoded

DELETED_WITHIN_S = 120.0
MADE_BY_ITSELF = {"alert_positions", *(made.TABLE for made in MADE_OF_DAYS)}
"""Up to when alerts have judged, and what compaction makes: they come when they come."""
EVENTS = [
    {
        "name": name,
        "player_id": player,
        "session_id": f"{player}-session-1",
        "map": "keep",
        "x": 1,
        "y": 2,
        "mono_ms": n,
    }
    for player in ("ann", "bob")
    for n, name in enumerate(("session_start", "position", "position", "purchase", "performance"))
]


class Studio:
    def __init__(self, server: ServerProcess) -> None:
        self.server = server

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        by_default = {"Content-Type": "application/json", "Authorization": f"Bearer {self.server.token}"}
        status, _, answer = self.server.request(method, path, sent, by_default | headers)
        return status, json.loads(answer)

    def make(self, game_id: str, **settings: str) -> str:
        """A game; its write key."""
        assert self.ask("POST", "/api/games", {"id": game_id, **settings})[0] == 201
        status, key = self.ask("POST", f"/api/games/{game_id}/keys", {"note": "build server"})
        assert status == 201
        return key["key"]

    def send(self, key: str, events: object) -> tuple[int, Any]:
        return self.ask("POST", "/api/events", events, Authorization=f"Bearer {key}")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return warm_program.run(*words, "--data", str(self.server.data))

    def rows(self, game_id: str) -> dict[str, int]:
        """Of a game, in the tables of store and registry that have any."""
        tables = self.server.sql(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = 'game_id' AND NOT internal"
            " AND schema_name = 'main' AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)"
        )
        assert len(tables) > 15
        counts = [f"SELECT '{table}', count(*) FROM \"{table}\" WHERE game_id = '{game_id}'" for (table,) in tables]
        found = {str(row[0]): int(row[1]) for row in self.server.sql(" UNION ALL ".join(counts))}
        with closing(sqlite3.connect(self.server.data / "registry.sqlite")) as registry:
            names = registry.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'audit'"
            ).fetchall()
            for (name,) in names:
                columns = {column[1] for column in registry.execute(f"PRAGMA table_info({name})")}
                for column in columns & {"game_id"} | ({"id"} if name == "games" else set[str]()):
                    (found[name],) = registry.execute(
                        f"SELECT count(*) FROM {name} WHERE {column} = ?", [game_id]
                    ).fetchone()
        return {table: count for table, count in found.items() if count}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    server = ServerProcess(tmp_path_factory.mktemp("games") / "data").start()
    try:
        yield Studio(server)
    finally:
        server.stop()


def test_a_game_is_made_and_changed_and_its_days_are_cut_when_they_are_asked_for(studio: Studio) -> None:
    key = studio.make("arena", name="The Arena")
    for wrong in ("Arena", "", "a" * 65, "with space", "-a", "ä"):
        status, problem = studio.ask("POST", "/api/games", {"id": wrong})
        assert (status, problem["errors"][0]["field"]) == (422, "id"), wrong
    assert studio.ask("POST", "/api/games", {"id": "arena"})[0] == 409
    # Six in the evening of 1 May in Los Angeles is 2 May in UTC and in Kathmandu.
    at = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 5 * 86400))
    moments = [f"{at}T01:00:00Z", f"{at}T18:30:00Z"]
    assert studio.send(key, [{"name": "jump", "player_id": "zoe", "time": moment} for moment in moments])[0] == 202
    studio.server.wait_until_loaded()

    def days(query: str = "") -> Any:
        status, answer = studio.ask("GET", f"/api/metrics/active_players?gameId=arena&hours=240{query}")
        assert status == 200
        return answer["timeZone"], [(day["day"], day["dau"]) for day in answer["days"] if day["dau"]]

    asked = {zone: days(f"&timeZone={zone}") for zone in ("UTC", "America/Los_Angeles", "Asia/Kathmandu")}
    assert len({str(answer) for answer in asked.values()}) == 3
    for zone, expected in asked.items():
        status, changed = studio.ask("PATCH", "/api/games/arena", {"timeZone": zone, "currency": "EUR"})
        assert (status, changed["timeZone"], changed["currency"], changed["name"]) == (200, zone, "EUR", "The Arena")
        assert days() == expected
    status, problem = studio.ask("PATCH", "/api/games/arena", {"timeZone": "Mars/Olympus"})
    assert (status, problem["errors"][0]["field"]) == (422, "time zone")
    assert studio.ask("PATCH", "/api/games/nowhere", {"name": "x"})[0] == 404
    edited = studio.command("games", "edit", "arena", "--name", "Arena 2", "--json")
    assert json.loads(edited.stdout)["name"] == "Arena 2"


def test_keys_are_listed_named_and_revoked(studio: Studio) -> None:
    key = studio.make("keys")
    assert studio.ask("PATCH", f"/api/games/keys/keys/{key}", {"note": "console build"})[1]["note"] == "console build"
    assert [one["note"] for one in studio.ask("GET", "/api/games/keys/keys")[1]["keys"]] == ["console build"]
    assert studio.ask("PATCH", f"/api/games/arena/keys/{key}", {"note": "stolen"})[0] == 404
    assert studio.ask("DELETE", f"/api/games/arena/keys/{key}")[0] == 404
    assert studio.send(key, {"name": "jump"})[0] == 202
    assert studio.ask("DELETE", f"/api/games/keys/keys/{key}")[1]["revokedAt"] is not None
    assert studio.send(key, {"name": "jump"})[0] == 401


def test_an_archived_game_refuses_events_and_is_read_as_before(studio: Studio) -> None:
    key = studio.make("old")
    assert studio.send(key, EVENTS)[0] == 202
    status, archived = studio.ask("POST", "/api/games/old/archive")
    assert (status, archived["archivedAt"] is not None) == (200, True)
    status, problem = studio.send(key, EVENTS[:3])
    assert (status, problem["type"].rpartition("/")[2], problem["rejected"][0]["reason"]) == (
        403,
        "game-archived",
        "archived_game",
    )
    assert "playtrace games unarchive" in problem["detail"]
    studio.server.wait_until_loaded()
    total = studio.server.get("/api/games/old/books")["total"]
    assert (total["stored"], total["refused"], total["reasons"]) == (len(EVENTS), 3, {"archived_game": 3})
    listed = {game["id"]: game for game in studio.server.get("/api/games")["games"]}
    assert listed["old"]["archivedAt"] is not None
    assert listed["old"]["events"] == len(EVENTS)
    assert studio.command("games", "unarchive", "old").returncode == 0
    deadline = time.monotonic() + 120
    while studio.send(key, EVENTS[0])[0] == 403:
        assert time.monotonic() < deadline, "it is still archived"


def test_a_deleted_game_goes_with_all_of_it_also_after_a_kill(studio: Studio) -> None:
    key, other = studio.make("doomed", name="Doomed Game"), studio.make("harbour")
    studio.send(key, [*EVENTS, {"name": 1}])
    studio.send(other, EVENTS)
    studio.server.wait_until_loaded()
    assert studio.ask("PUT", "/api/games/doomed/segments/buyers", {"event": "purchase"})[0] == 200
    picture = encoded(np.zeros((9, 9, 3), np.uint8))
    headers = {"Authorization": f"Bearer {studio.server.token}"}
    assert studio.server.request("PUT", "/api/games/doomed/maps/image?map=keep", picture, headers)[0] == 200
    before = {table: count for table, count in studio.rows("harbour").items() if table not in MADE_BY_ITSELF}
    assert {"events", "players", "sessions", "position_spans", "set_aside", "segments", "books", "game_maps"} <= set(
        studio.rows("doomed")
    )

    status, problem = studio.ask("DELETE", "/api/games/doomed?name=Doomed%20Game")
    assert (status, "archive it first" in problem["detail"]) == (422, True)
    studio.ask("POST", "/api/games/doomed/archive")
    status, problem = studio.ask("DELETE", "/api/games/doomed?name=harbour")
    assert (status, problem["errors"][0]["field"]) == (422, "name")
    contents = studio.ask("GET", "/api/games/doomed/contents")[1]
    assert (contents["events"], contents["players"], contents["writeKeys"], contents["segments"]) == (10, 2, 1, 1)
    assert contents["maps"] == 1
    assert contents["says"][0].startswith("10 events from ")

    assert studio.ask("DELETE", "/api/games/doomed?name=Doomed%20Game")[0] == 202
    assert studio.send(key, EVENTS[0])[0] == 403
    assert studio.ask("GET", "/api/metrics/summary?gameId=doomed")[0] == 404
    status, problem = studio.ask("POST", "/api/games", {"id": "doomed"})
    assert (status, "is being deleted" in problem["detail"]) == (409, True)
    studio.server.kill()
    studio.server.start()
    deadline = time.monotonic() + DELETED_WITHIN_S
    while studio.ask("GET", "/api/game-deletions")[1]["games"]:
        assert time.monotonic() < deadline, "it is not gone"
        time.sleep(0.1)
    assert studio.rows("doomed") == {}
    assert {table: count for table, count in studio.rows("harbour").items() if table not in MADE_BY_ITSELF} == before
    assert "doomed" not in json.dumps(studio.server.get("/api/games"))
    assert studio.send(key, EVENTS[0])[0] == 401

    again = studio.make("doomed")
    assert studio.ask("GET", "/api/metrics/summary?gameId=doomed&hours=240")[1]["eventCount"] == 0
    # The same events are new to it.
    assert studio.send(again, EVENTS)[0] == 202
    studio.server.wait_until_loaded()
    assert studio.server.get("/api/games/doomed/books")["total"]["stored"] == len(EVENTS)
