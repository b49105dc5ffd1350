"""What people look for by a part of its name: events, properties, players."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from server_process import ServerProcess

HOSTILE = "%_'; DROP TABLE events; --<b>"


@pytest.fixture(scope="module")
def played(open_process: ServerProcess) -> ServerProcess:
    events: list[dict[str, Any]] = [
        {"name": f"name_{number}", "game_id": "arena", "player_id": f"Player-{number:03}"} for number in range(303)
    ]
    events += [{"name": "name_1", "game_id": "arena", "player_id": HOSTILE, "version": "9.9", "env": "dev"}]
    events += [
        {"name": "hit", "game_id": "arena", "props": {"weapon": "bow", "damage": 3, "at": {"x": 1}, "crit": True}},
        {"name": "hit", "game_id": "arena", "props": {"weapon": 7}},
        {"name": "hit", "game_id": "arena", "props": {"__proto__": "x"}},
        {
            "name": "player_merged",
            "game_id": "arena",
            "player_id": "Player-302",
            "props": {"previous_id": "Player-301"},
        },
        {"name": "name_1", "game_id": "other", "player_id": "Player-of-another-game"},
    ]
    assert open_process.send({"events": events})[0] == 202
    open_process.wait_until_loaded()
    return open_process


def ask(server: ServerProcess, what: str, **asked: str) -> Any:
    return server.get(f"/api/games/arena/{what}?{urlencode(asked)}")


def test_the_rarest_of_303_names_is_found(played: ServerProcess) -> None:
    assert ask(played, "names", text="NAME_302") == {"names": [{"name": "name_302", "events": 1}], "isCut": False}
    many = ask(played, "names", text="name_")
    assert (len(many["names"]), many["isCut"]) == (50, True)
    assert ask(played, "names", text="%") == {"names": [], "isCut": False}
    assert ask(played, "names", of="version", env="dev")["names"] == [{"name": "9.9", "events": 1}]


def test_properties_of_an_event_are_told_with_what_they_hold(played: ServerProcess) -> None:
    told = ask(played, "properties", event="hit")
    assert told["lookedAt"] == 3
    assert {one["name"]: (set(one["kinds"]), one["events"]) for one in told["properties"]} == {
        "weapon": ({"text", "number"}, 2),
        "damage": ({"number"}, 1),
        "at": ({"nested"}, 1),
        "crit": ({"boolean"}, 1),
        "__proto__": ({"text"}, 1),
    }
    assert ask(played, "properties", event="nothing") == {"properties": [], "lookedAt": 0}


def test_players_are_found_by_a_part_of_their_id(played: ServerProcess) -> None:
    found = ask(played, "players", text="player-29")
    assert {one["playerId"] for one in found["players"]} == {f"Player-{number}" for number in range(290, 300)}
    assert all(one["firstSeen"] <= one["lastSeen"] for one in found["players"])
    everybody = ask(played, "players")
    assert (len(everybody["players"]), everybody["isCut"]) == (50, True)
    # Who is called just so comes first; nobody of another environment or game is told.
    assert [one["playerId"] for one in ask(played, "players", text=HOSTILE, env="dev")["players"]] == [HOSTILE]
    assert ask(played, "players", text="another-game")["players"] == ask(played, "players", text="%")["players"] == []
    assert played.request("GET", "/api/games/arena/players?text=" + "x" * 257)[0] == 422


def test_two_ids_that_are_one_player_are_found_as_who_stays(played: ServerProcess) -> None:
    for text in ("Player-301", "Player-302"):
        assert [one["playerId"] for one in ask(played, "players", text=text)["players"]] == ["Player-302"]
