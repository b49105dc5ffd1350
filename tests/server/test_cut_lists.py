"""No list is cut without a word."""

from __future__ import annotations

from server_process import StartProcess


def test_a_game_with_more_names_than_are_listed_says_which_list_is_cut(start_process: StartProcess):
    server = start_process()
    events = [{"name": f"name_{number}", "game_id": "arena", "version": "1.0"} for number in range(205)]
    assert server.send({"events": events})[0] == 202
    server.wait_until_loaded()
    found = server.get("/api/games/arena/dimensions")
    assert (len(found["eventNames"]), found["cut"]) == (200, ["eventNames"])
    assert found["versions"] == ["1.0"]
    assert server.get("/api/games/arena/imports") == {"imports": [], "isCut": False}
