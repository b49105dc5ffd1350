"""Dashboards that ask the same are answered once, and see at once what was sent or changed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from server_process import ServerProcess

SUMMARY = "/api/metrics/active_players?gameId=studio"


def ask(server: ServerProcess, path: str = SUMMARY) -> tuple[dict[str, str], dict[str, Any]]:
    status, headers, body = server.request("GET", path)
    assert status == 200, body
    return headers, json.loads(body)


def test_ten_dashboards_are_one_question_and_see_what_is_sent(open_process: ServerProcess):
    open_process.send([{"game_id": "studio", "name": "a", "player_id": "ann"}])
    open_process.wait_until_loaded()
    with ThreadPoolExecutor(10) as dashboards:
        answered = list(dashboards.map(lambda _: ask(open_process), range(10)))
    # Whoever came first, or was answered when something was merged: the moment says which answer it is.
    moments = {answer["asOf"] for _, answer in answered}
    assert len(moments) < 10
    assert all(answer["days"] == answered[0][1]["days"] for _, answer in answered)
    assert all(int(headers["age"]) <= 60 for headers, _ in answered)

    open_process.send([{"game_id": "studio", "name": "a", "player_id": "bob"}])
    open_process.wait_until_loaded()
    _, after = ask(open_process)
    assert (answered[0][1]["days"][-1]["dau"], after["days"][-1]["dau"]) == (1, 2)

    assert ask(open_process, SUMMARY + "&platform=linux")[1]["days"][-1]["dau"] == 0


def test_a_segment_that_changes_is_seen(open_process: ServerProcess):
    open_process.send([{"game_id": "studio", "name": "a", "player_id": player} for player in ("ann", "bob")])
    open_process.wait_until_loaded()
    for players in (["ann"], ["ann", "bob"], []):
        body = json.dumps({"players": players}).encode()
        headers = {"Content-Type": "application/json"}
        status, _, _ = open_process.request("PUT", "/api/games/studio/segments/some", body, headers)
        assert status in (200, 201, 204)
        assert ask(open_process, SUMMARY + "&segment=some")[1]["days"][-1]["dau"] == len(players)
