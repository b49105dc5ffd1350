"""Boards over HTTP: who sees and changes them, and that a link opens the questions of its board and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from server_process import ServerProcess

from playtrace.api.access import for_everybody
from playtrace.api.app import create_app
from playtrace.config import Settings
from playtrace.registry.registry import Registry

GOLDEN = Path(__file__).parent.parent / "golden" / "openapi.json"
TODAY = dt.datetime.now(dt.UTC).date()


def panel(tile_id: str = "a", **changes: Any) -> dict[str, Any]:
    question = {"label": None, "values": {"platform": ["linux"]}, "fromDaysBack": 6, "toDaysBack": 0}
    whose = {"id": tile_id, "kind": "panel", "width": 6, "height": 5, "page": "overview", "panel": "summary"}
    return whose | {"settings": {}, "metric": "summary", "questions": [question]} | changes


def document(*tiles: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "range": "7d", "tiles": list(tiles)}


class Studio:
    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        registry = Registry.open(Settings(data=server.data).registry_database)
        for game in ("arena", "harbour"):
            registry.games.add(game)
        key = registry.keys.add("arena").key
        self.viewer = registry.tokens.add(game_ids=["arena"])[1]
        registry.close()
        events = [
            {"name": "session_start", "player_id": name, "session_id": name, "platform": platform}
            for name, platform in (("ann", "linux"), ("bob", "linux"), ("cleo", "windows"))
        ]
        sent = server.client.post("/api/events", json=events, headers={"X-Playtrace-Key": key})
        assert sent.json()["rejected"] == []
        server.wait_until_loaded()

    def ask(self, method: str, path: str, body: Any = None, *, by: str | None = None) -> tuple[int, Any]:
        answer = self.server.client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {by or self.server.token}", "Via": "proxy"}
        )
        return answer.status_code, answer.json() if answer.content else None

    def board(self, *tiles: dict[str, Any], game: str | None = "arena") -> dict[str, Any]:
        status, board = self.ask(
            "POST", "/api/boards", {"gameId": game, "title": "Launch", "document": document(*tiles)}
        )
        assert status == 201, board
        return board


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    server = ServerProcess(tmp_path_factory.mktemp("boards") / "data").start()
    try:
        yield Studio(server)
    finally:
        server.stop()


def test_a_board_is_kept_changed_and_removed(studio: Studio) -> None:
    text = {"id": "b", "kind": "text", "width": 12, "height": 2, "text": "# <b>Hello</b>"}
    board = studio.board(panel(), text)
    path = f"/api/boards/{board['id']}"
    assert studio.ask("GET", path, by=studio.viewer)[1]["document"] == board["document"]
    assert (board["mayEdit"], studio.ask("GET", path, by=studio.viewer)[1]["mayEdit"]) == (True, False)
    listed = studio.ask("GET", "/api/boards?gameId=arena", by=studio.viewer)[1]["boards"]
    assert [one["id"] for one in listed] == [board["id"]]
    change = {"title": "Launch week", "document": document(text), "revision": 1}
    assert studio.ask("PUT", path, change, by=studio.viewer)[0] == 403
    assert studio.ask("PUT", path, change)[1]["revision"] == 2
    # Who worked on what is no more does not overwrite it.
    status, problem = studio.ask("PUT", path, change)
    assert (status, "in the meantime" in problem["detail"]) == (409, True)
    assert studio.ask("DELETE", path, by=studio.viewer)[0] == 403
    assert studio.ask("DELETE", path)[0] == 204
    assert studio.ask("GET", path)[0] == 404
    actions = [one["action"] for one in studio.ask("GET", "/api/audit?action=board")[1]["entries"]]
    assert actions == ["board.removed", "board.changed", "board.added"]


@pytest.mark.parametrize(
    "tile",
    [
        panel(metric="nothing"),
        panel(width=13),
        panel(questions=[]),
        panel(questions=[{"values": {"plattform": ["linux"]}}]),
        panel(questions=[{"values": {"gameId": ["harbour"]}}]),
        panel(questions=[{"values": {"explain": ["true"]}}]),
        panel(questions=[{"values": {"from": ["2020-01-01"]}}]),
        panel(questions=[{"values": {}, "fromDay": "2020-01-01", "fromDaysBack": 3}]),
        panel(questions=[{"values": {}, "toDay": "today"}]),
        panel(settings={"x" * 65: ["a"]}),
        panel(settings={"split": ["a" * 1001]}),
        {"id": "a", "kind": "text", "width": 12, "height": 2, "text": "x" * 4001},
        {"id": "a", "kind": "script", "width": 12, "height": 2},
    ],
)
def test_what_no_board_may_have(studio: Studio, tile: dict[str, Any]) -> None:
    status, problem = studio.ask("POST", "/api/boards", {"gameId": "arena", "title": "x", "document": document(tile)})
    assert status == 422, problem
    assert problem["errors"][0]["expected"]


def test_boards_are_bounded(studio: Studio) -> None:
    for tiles in ([panel(f"t{number}") for number in range(41)], [panel(), panel()]):
        asked = {"gameId": "arena", "title": "x", "document": document(*tiles)}
        assert studio.ask("POST", "/api/boards", asked)[0] == 422


def test_a_link_answers_the_questions_of_its_board(studio: Studio) -> None:
    board = studio.board(panel())
    links = f"/api/boards/{board['id']}/links"
    assert studio.ask("POST", links, {"gameId": "arena"}, by=studio.viewer)[0] == 403
    assert studio.ask("POST", links, {"gameId": "harbour"})[0] == 422
    link = studio.ask("POST", links, {"gameId": "arena", "note": "the publisher"})[1]
    shared = studio.ask("GET", "/api/shared-board", by=link["secret"])[1]
    assert (shared["title"], shared["gameName"], shared["range"]) == ("Launch", "arena", "7d")
    assert "questions" not in json.dumps(shared)
    asked = f"gameId=arena&platform=linux&from={TODAY - dt.timedelta(days=6)}&to={TODAY}"
    expected = studio.ask("GET", f"/api/metrics/summary?{asked}", by=studio.viewer)[1]
    tile = "/api/shared-board/tiles/a"
    # What the caller says beside it changes nothing.
    for path in (tile, f"{tile}?gameId=harbour&platform=windows&from=2020-01-01"):
        (answer,) = studio.ask("GET", path, by=link["secret"])[1]["answers"]
        assert answer["answer"]["current"] == expected["current"]
        assert answer["answer"]["current"]["activePlayers"] == 2
    assert studio.ask("GET", "/api/shared-board/tiles/b", by=link["secret"])[0] == 404
    assert "secret" not in studio.ask("GET", links)[1]["links"][0]
    revoked = studio.ask("DELETE", f"{links}/{link['id']}")[1]
    assert revoked["revokedAt"]
    for path in ("/api/shared-board", tile):
        assert studio.ask("GET", path, by=link["secret"])[0] == 401


def test_a_question_may_be_about_days_that_do_not_move(studio: Studio) -> None:
    first, last = f"{TODAY - dt.timedelta(days=400)}", f"{TODAY}"
    board = studio.board(panel(questions=[{"values": {}, "fromDay": first, "toDay": last}]))
    secret = studio.ask("POST", f"/api/boards/{board['id']}/links", {"gameId": "arena"})[1]["secret"]
    (answer,) = studio.ask("GET", "/api/shared-board/tiles/a", by=secret)[1]["answers"]
    expected = studio.ask("GET", f"/api/metrics/summary?gameId=arena&from={first}&to={last}")[1]
    assert [answer["answer"][name] for name in ("from", "to")] == [expected["from"], expected["to"]]
    assert answer["answer"]["current"]["activePlayers"] == 3


def for_anybody() -> set[tuple[str, str]]:
    """Method and address of every route that says that it is no secret."""
    found: set[tuple[str, str]] = set()
    waiting = list(create_app().routes)
    while waiting:
        route = waiting.pop()
        if router := getattr(route, "original_router", None):
            waiting += router.routes
        elif isinstance(route, APIRoute) and any(one.call is for_everybody for one in route.dependant.dependencies):
            found |= {(method.lower(), route.path) for method in route.methods or ()}
    return found


def test_a_link_opens_no_other_route(studio: Studio) -> None:
    """Every address of the API, with whatever it takes: a link is to it what a guess is."""
    board = studio.board(panel())
    links = f"/api/boards/{board['id']}/links"
    secret = studio.ask("POST", links, {"gameId": "arena"})[1]["secret"]
    places = {"game_id": "arena", "board_id": board["id"], "metric": "summary", "tile_id": "a"}
    public, walked = for_anybody(), 0
    assert ("get", "/api/health") in public
    for path, methods in json.loads(GOLDEN.read_text("utf-8"))["paths"].items():
        if path.startswith("/api/shared-board"):
            continue
        address = "/".join(
            places.get(part.strip("{}"), "1") if part.startswith("{") else part for part in path.split("/")
        )
        for method in methods:
            if (method, path) in public:
                continue
            for query in ("", "?gameId=arena", f"?key={secret}"):
                status, _, body = studio.server.request(
                    method.upper(), address + query, b"{}" if method in ("post", "put", "patch") else None,
                    {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Via": "proxy"},
                )  # fmt: skip
                assert status in (400, 401, 403, 404, 422), (method, address + query, status, body[:200])
                assert b"ann" not in body or status == 422, (path, body[:200])
                walked += 1
    assert walked > 300
    assert studio.ask("GET", "/api/shared-board", by=secret)[0] == 200


@pytest.mark.parametrize("secret", ["", "board_", "board_guess", "read_guess", "board_" + "x" * 5_000])
def test_a_guess_opens_nothing(studio: Studio, secret: str) -> None:
    status, problem = studio.ask("GET", "/api/shared-board", by=secret or "x")
    assert (status, problem["type"].rpartition("/")[2]) == (401, "unauthenticated")


def test_a_board_for_all_games_shows_the_game_of_its_link(studio: Studio) -> None:
    board = studio.board(panel(), game=None)
    secret = studio.ask("POST", f"/api/boards/{board['id']}/links", {"gameId": "harbour"})[1]["secret"]
    (answer,) = studio.ask("GET", "/api/shared-board/tiles/a", by=secret)[1]["answers"]
    assert answer["answer"]["current"]["activePlayers"] == 0
    assert studio.ask("GET", "/api/shared-board", by=secret)[1]["gameName"] == "harbour"


def test_annotations_are_written_by_editors_and_bounded(studio: Studio) -> None:
    path = "/api/games/arena/annotations"
    sale = {"at": "2026-11-27T18:00:00+01:00", "text": "Autumn sale"}
    assert studio.ask("POST", path, sale, by=studio.viewer)[0] == 403
    status, added = studio.ask("POST", path, sale)
    assert (status, added["at"], added["changedBy"]) == (201, "2026-11-27T17:00:00Z", "the command line")
    for wrong in ({"at": "2026-11-27T18:00:00"}, {"at": "0001-01-01T00:00:00+14:00"}, {"text": ""}, {"text": "a\nb"},
                  {"text": "x" * 201}):  # fmt: skip
        assert studio.ask("POST", path, sale | wrong)[0] == 422
    within = "since=2026-11-27T17:00:00Z&until=2026-11-27T17:00:01Z"
    assert [one["text"] for one in studio.ask("GET", f"{path}?{within}", by=studio.viewer)[1]["annotations"]] == [
        "Autumn sale"
    ]
    assert studio.ask("GET", f"{path}?until=2026-11-27T17:00:00Z", by=studio.viewer)[1]["annotations"] == []
    assert studio.ask("PUT", f"/api/games/harbour/annotations/{added['id']}", sale)[0] == 404
    assert studio.ask("PUT", f"{path}/{added['id']}", sale | {"text": "Sale"})[1]["text"] == "Sale"
    assert studio.ask("DELETE", f"{path}/{added['id']}")[0] == 204
    assert studio.ask("DELETE", f"{path}/{added['id']}")[0] == 404
