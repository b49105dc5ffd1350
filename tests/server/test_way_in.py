"""What clients send that is not quite right, all the way: sent to a real server, and looked up in its store."""

from __future__ import annotations

import asyncio
import codecs
import json
import re
import time
from typing import Any

import pytest
from server_process import ServerProcess

from playtrace.api.data_health import LOOKED_AT_MAX
from playtrace.bench.load_generator import press, request_bytes

JWC = {"schema": "jwc.v1", "anon": "a", "evt": "opened", "t": 1774004400}
SHEET = {"match_id": "m1", "player_id": "p1", "looted_items": {"coin": 1}}


def post(server: ServerProcess, document: Any, path: str = "/api/events") -> dict[str, Any]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    status, _, answer = server.request("POST", path, body, {"Content-Type": "application/json"})
    assert status in (200, 201, 202), answer
    return json.loads(answer)


def stored(server: ServerProcess, columns: str, game: str) -> list[list[Any]]:
    # Who asks for events waits until they are loaded.
    server.request("GET", f"/api/events?gameId={game}", None, {"Authorization": f"Bearer {server.token}"})
    sql = f"SELECT {columns} FROM events WHERE game_id = '{game}' ORDER BY seq, name"
    status, _, answer = server.request(
        "POST",
        "/api/sql",
        json.dumps({"sql": sql}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {server.token}"},
    )
    assert status == 200, answer
    return json.loads(answer)["rows"]


@pytest.mark.parametrize(
    ("path", "document"),
    [("/api/events", {"name": "a", "game_id": "bom"}), ("/t?gameId=bom", JWC), ("/api/submit?gameId=bom", SHEET)],
)
def test_a_mark_of_byte_order_is_passed_over(open_process: ServerProcess, path: str, document: Any):
    post(open_process, codecs.BOM_UTF8 + json.dumps(document).encode(), path)


@pytest.mark.parametrize("unset", ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"])
def test_an_id_that_stands_for_none_is_made_here(open_process: ServerProcess, unset: str):
    game = f"unset-{unset[0].lower()}"
    events = [{"name": name, "game_id": game, "event_id": unset} for name in ("jump", "fall")]
    post(open_process, events)
    rows = stored(open_process, "name, event_id::VARCHAR", game)
    assert [row[0] for row in rows] == ["fall", "jump"]
    assert len({row[1] for row in rows} | {unset.lower()}) == 3


def test_countries_that_are_none(open_process: ServerProcess):
    codes = ["XX", "zz", "de", "UK", "USA"]
    event = {"name": "a", "game_id": "countries"}
    post(open_process, [event | {"seq": seq, "country": code} for seq, code in enumerate(codes)])
    post(open_process, {"events": [event | {"seq": 9, "country": "XX"}]})
    found = [row[0] for row in stored(open_process, "country", "countries")]
    assert found == [None, None, "DE", "GB", "US", None]


def test_large_numbers_come_back_whole(open_process: ServerProcess):
    post(open_process, {"name": "a", "game_id": "large", "props": {"hash": 2**64 - 1, "id": 2**63 - 1}})
    assert stored(open_process, "props.hash::VARCHAR, props.id::VARCHAR", "large") == [[str(2**64 - 1), str(2**63 - 1)]]


SLASHES = {
    "//api/events": {"name": "a", "game_id": "slashes"},
    "/api/events/": {"name": "a", "game_id": "slashes"},
    "//api//events//": {"name": "a", "game_id": "slashes"},
    "/t/?gameId=slashes": JWC | {"t": int(time.time())},
    "//api/submit/?gameId=slashes": SHEET,
}


def test_slashes_too_many_are_passed_over(open_process: ServerProcess):
    for path, document in SLASHES.items():
        post(open_process, document, path)
    names = [row[0] for row in stored(open_process, "name", "slashes")]
    assert sorted(names) == ["a", "a", "a", "item_looted", "opened", "stat_sheet"]


def test_who_asks_may_write_them_too(open_process: ServerProcess):
    for path in ("//api/health", "/api/health/", "/api//games/", "//api/events/?gameId=none"):
        status, _, body = open_process.request("GET", path)
        assert status == 200, (path, body)
    status, headers, body = open_process.request("POST", "//api/nothing/", b"{}")
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert "/api/nothing" in json.loads(body)["detail"]


def test_data_health_says_what_looks_like_a_player(open_process: ServerProcess):
    unread = [{"name": "a", "game_id": "nameless", "props": {"user_id": f"u{n}", "level": n}} for n in range(30)]
    read = [{"name": "a", "game_id": "nameless", "userId": "u", "sessionId": "s", "props": {"user_id": "u"}}]
    post(
        open_process,
        [*unread, *read, {"name": "a", "game_id": "nameless", "player_id": "p", "props": {"SessionId": 1}}],
    )
    assert open_process.get("/api/games/nameless/books")["hints"] == [
        "At least 30 events of the last 7 days without a player carry 'user_id' among the properties, where it is not"
        " read: send it beside them, as player_id.",
        "At least 1 event of the last 7 days without a session carries 'SessionId' among the properties, where it is"
        " not read: send it beside them, as session_id.",
    ]

    # Of many some are looked at.
    many = [{"name": "a", "game_id": "nameless", "props": {"uid": n}} for n in range(LOOKED_AT_MAX)]
    post(open_process, many)
    post(open_process, many[:100])
    (hint, *_) = open_process.get("/api/games/nameless/books")["hints"]
    found = re.match(r"At least ([\d,]+) events of .* without a player carry 'uid'", hint)
    assert found is not None, hint
    told = int(found[1].replace(",", ""))
    assert LOOKED_AT_MAX - 30 <= told <= LOOKED_AT_MAX

    post(open_process, {"name": "a", "game_id": "named", "player_id": "p"})
    assert open_process.get("/api/games/named/books")["hints"] == []


def test_many_at_once_may_send_to_a_game_that_nobody_has_seen(open_process: ServerProcess):
    host, port = open_process.address
    for game in range(8):
        body = json.dumps({"game_id": f"unseen-{game}", "name": "session_start", "player_id": "p1"}).encode()
        request = request_bytes(host, port, "/api/events", body)
        # More than may wait for what takes long to read.
        pressed = press(host, port, [request], connections=256, seconds=0.2)
        assert asyncio.run(pressed).statuses.keys() == {202}
