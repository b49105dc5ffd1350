"""Who may do what, and who sees what: every route of the document, with every role.

There are two games. All that is known of the second has `zebra` in it, so one word in an answer to somebody who may
not know that game tells of a hole.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import aiohttp
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from server_process import ServerProcess
from starlette.routing import BaseRoute, Mount, Route

from playtrace.alerts.incidents import Incident
from playtrace.api.access import Needs, for_everybody, myself, myself_at_the_door
from playtrace.api.app import create_app
from playtrace.api.authentication import COOKIE
from playtrace.api.permissions import Permission
from playtrace.api.shared_boards import opened_by_link
from playtrace.config import Settings
from playtrace.registry.alert_channels import ChannelDefinition
from playtrace.registry.alert_incidents import IncidentChange, IncidentRow
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry
from playtrace.registry.report_schedules import ScheduleDefinition
from playtrace.registry.roles import Grant, Role, Scope
from playtrace.registry.saved_queries import QueryDefinition

MINE, THEIRS, NOBODYS = "amberfox", "zebrahall", "nowhere"
WORD = re.compile(rb"zebra", re.IGNORECASE)
PASSWORD = "a long enough password"
NOW = dt.datetime.now(dt.UTC)
LOGIN_LESS = {"/api/events", "/api/events/batch"}
"""Games send there with their keys: test_keys.py."""
PLACES = {
    "item": "sword",
    "metric": "retention",
    "import_id": "history",
    "erasure_id": "0",
    "person_id": "999999",
    "login_id": "0",
    "token_id": "999999",
    "channel_id": "zebrachannel",
    "mirror_id": "zebramirror",
    "report_id": "zebrareport",
    "rule_id": "zebrarule",
    "segment_id": "zebrasegment",
    "annotation_id": "1",
    "tile_id": "a",
    "link_id": "1",
    "query_id": "1",
    "player_id": "zebraplayer",
    "board": "zebraboard",
}
"""What stands in an address: a thing of the other game, wherever things are not of one game by their address."""
VALUES = {"name": "of no game", "metric": "events", "map": "zebramap", "event": "match_end", "playerId": "zebraplayer"}
"""Of parameters without which a question is none."""
RULE = {"kind": "silence", "id": "another", "gameId": MINE}
READ_FROM_QUERY = {"/api/audit", "/api/alerts/rules/{rule_id}", "/debug/recent", "/debug/counts"}
ONE_METRIC = "/api/metrics/summary"
EMPTY_BOARD = {"version": 1, "range": "30d", "tiles": []}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/setup"): {"token": "guess", "email": "eve@studio.example", "password": PASSWORD},
    ("POST", "/api/session"): {"email": "eve@studio.example", "password": PASSWORD},
    ("POST", "/api/password"): {"token": "guess", "password": PASSWORD},
    ("PUT", "/api/me/password"): {"old": PASSWORD, "new": PASSWORD},
    ("POST", "/api/session/provider/return"): {"code": "guess", "state": "guess"},
    ("POST", "/api/me/identity"): {"password": "a wrong password"},
    ("POST", "/api/me/identity/return"): {"code": "guess", "state": "guess"},
    ("POST", "/api/me/identity/removal"): {"password": "a wrong password"},
    ("POST", "/api/me/second-factor"): {"password": "a wrong password"},
    ("PUT", "/api/me/second-factor"): {"code": "000000"},
    ("POST", "/api/me/second-factor/recovery-codes"): {"password": "a wrong password"},
    ("POST", "/api/me/second-factor/removal"): {"password": "a wrong password"},
    ("POST", "/api/people"): {"email": "new@studio.example", "grants": []},
    ("PUT", "/api/people/{person_id}/grants"): {"grants": []},
    ("POST", "/api/tokens"): {"scopes": ["read"], "gameIds": [MINE]},
    ("POST", "/api/games"): {"id": "another"},
    ("PATCH", "/api/games/{game_id}"): {},
    ("POST", "/api/games/{game_id}/keys"): {"note": "of a test"},
    ("PATCH", "/api/games/{game_id}/keys/{key}"): {"note": "of a test"},
    ("POST", "/api/sql"): {"sql": "SELECT DISTINCT game_id, player_id, name FROM events"},
    ("PUT", "/api/alerts/channels/{channel_id}"): {"kind": "discord", "target": "nowhere"},
    ("PATCH", "/api/alerts/channels/{channel_id}"): {"enabled": False},
    ("POST", "/api/alerts/rules"): RULE,
    ("POST", "/api/alerts/rules/preview"): {"rule": RULE},
    ("PATCH", "/api/alerts/rules/{rule_id}"): {"enabled": False},
    ("POST", "/api/alerts/silences"): {"until": str(NOW + dt.timedelta(hours=1)), "gameId": MINE},
    ("POST", "/api/backups"): {"address": "somewhere"},
    ("POST", "/api/games/{game_id}/imports/{import_id}"): {"name": "a", "after": 0, "upto": 0, "events": []},
    ("POST", "/api/boards"): {"gameId": MINE, "title": "amber", "document": EMPTY_BOARD},
    ("PUT", "/api/boards/{board_id}"): {"title": "amber", "document": EMPTY_BOARD, "revision": 1},
    ("POST", "/api/boards/{board_id}/links"): {"gameId": MINE},
    ("POST", "/api/games/{game_id}/annotations"): {"at": str(NOW), "text": "amber"},
    ("PUT", "/api/games/{game_id}/annotations/{annotation_id}"): {"at": str(NOW), "text": "amber"},
    ("POST", "/api/games/{game_id}/saved-queries"): {"name": "amber", "sql": "SELECT 1", "isShared": True},
    ("PUT", "/api/games/{game_id}/saved-queries/{query_id}"): {"name": "amber", "sql": "SELECT 1", "isShared": True},
    ("POST", "/api/games/{game_id}/segments/preview"): {"rule": {"event": "purchase"}},
    ("PUT", "/api/games/{game_id}/segments/{segment_id}"): {"players": ["ana"]},
    ("POST", "/api/games/{game_id}/erasures"): {"players": ["somebody"]},
    ("POST", "/api/games/{game_id}/erasures/preview"): {"players": ["somebody"]},
    ("POST", "/api/games/{game_id}/accepted-players"): {"players": ["somebody"]},
    ("PUT", "/api/games/{game_id}/retention"): {},
    ("POST", "/api/games/{game_id}/retention/preview"): {},
    ("PUT", "/api/games/{game_id}/rates"): {"rates": []},
    ("PUT", "/api/rates"): {"rates": []},
    ("PUT", "/api/games/{game_id}/maps/image"): {},
    ("PATCH", "/api/games/{game_id}/maps"): {"opacity": 0.5},
    ("PUT", "/api/mirrors/{mirror_id}"): {"url": "postgresql://127.0.0.1:1/x", "isChecked": False},
    ("POST", "/api/mirrors/{mirror_id}/replay"): {},
    ("POST", "/api/rollups/rebuild"): {"gameId": THEIRS},
    ("PUT", "/api/reports/{report_id}"): {"gameId": MINE, "channels": ["amberchannel"]},
}
"""What is sent where something must be. Where a body names a game it is the caller's own."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    permission: Permission | Literal["own", "link"] | None
    """None: for everybody. `link`: for whoever has one to a board; test_boards.py."""
    names_game: str
    """`path`, `query`, or nothing."""
    parameters: frozenset[str]
    has_body: bool

    def address(self, game: str | None, **places: str) -> str:
        path = self.path
        for name, value in {**PLACES, **places, "game_id": game or MINE}.items():
            path = path.replace("{" + name + "}", quote(value))
        assert "{" not in path, f"what stands for {path}? Add it to PLACES."
        query = {name: value for name, value in VALUES.items() if name in self.parameters}
        if game is not None and self.names_game == "query":
            query["gameId"] = game
        return path + ("?" if query else "") + "&".join(f"{name}={value}" for name, value in query.items())

    def games(self, *games: str | None) -> list[str | None]:
        """Those of these that a request can be about."""
        if not self.names_game:
            return [None] if games else []
        return [game for game in games if game is not None or self.names_game != "path"]


def permission_of(route: APIRoute | APIWebSocketRoute) -> Permission | Literal["own", "link"] | None:
    """The strongest that it needs; `own` for what everybody may of themselves. Fails for a route that does not say."""
    waiting, found, is_public, is_own, is_linked = [route.dependant], set[Permission](), False, False, False
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        is_public |= dependant.call is for_everybody
        is_own |= dependant.call in (myself, myself_at_the_door)
        is_linked |= dependant.call is opened_by_link
        if isinstance(dependant.call, Needs):
            found.add(dependant.call.permission)
    assert [is_public, is_own, is_linked, bool(found)].count(True) == 1, (
        f"{route.path} must say who may call it: a parameter such as CurrentReader, or FOR_EVERYBODY (api/access.py)"
    )
    if is_own or is_linked:
        return "own" if is_own else "link"
    return max(found, key=list(Permission).index) if found else None


def all_routes(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """Those of the routers that were put together too."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from all_routes(router.routes)


@pytest.fixture(scope="module")
def routes() -> dict[tuple[str, str], APIRoute]:
    return {
        (method, route.path): route
        for route in all_routes(create_app().routes)
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


class Studio:
    """A server with two games, and somebody of each kind."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.client = server.client
        self.machine = {"Authorization": f"Bearer {server.token}"}
        self.registry = Registry.open(Settings(data=server.data).registry_database)
        self._fill()
        self.places = {
            "incident_id": str(self._incident()),
            "silence_id": str(self.registry.alert_rules.silences()[0].id),
            "event_id": self._event_id,
            "board_id": self._board,
            "key": self._key,
        }
        self.callers: dict[str, dict[str, str]] = {
            "nobody": {},
            "viewer of none": self._person("none"),
            "viewer of one": self._person("viewer", Grant(Role.VIEWER, MINE)),
            "token of one": self._token([MINE]),
            "editor of one": self._person("editor", Grant(Role.EDITOR, MINE)),
            "admin of one": self._person("chief", Grant(Role.ADMIN, MINE)),
            "editor of all": self._person("all", Grant(Role.EDITOR)),
            "admin": self._person("admin", Grant(Role.ADMIN)),
        }

    def ask(self, caller: str, operation: Operation, game: str | None) -> Any:
        return self.client.request(
            operation.method,
            operation.address(game, **self.places),
            json=BODIES[operation.method, operation.path] if operation.has_body else None,
            # As behind a proxy: what is free to programs on this machine is not free to others.
            headers={"Via": "proxy"} | self.callers[caller],
        )

    def _person(self, name: str, *grants: Grant) -> dict[str, str]:
        person, secret = self.registry.people.invite(f"{name}@studio.example", list(grants))
        self.registry.password_links.use(secret, PASSWORD)
        login = self.registry.logins.begin(person.id)
        return {"Cookie": f"{COOKIE}={login.secret}", "Origin": self.server.url}

    def _token(self, games: list[str]) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.registry.tokens.add(game_ids=games, scopes=[Scope.READ, Scope.SQL])[1]}"
        }

    def _fill(self) -> None:
        for game, name, mark in ((MINE, "Amber Fox", "amber"), (THEIRS, "Zebra Hall", "zebra")):
            self.registry.games.add(game, name=name)
            target = f"https://discord.com/api/webhooks/1/{mark}"
            self.registry.alert_channels.put(
                f"{mark}channel", ChannelDefinition(kind="discord", target=target, game_ids=[game])
            )
            schedule = ScheduleDefinition(
                game_id=game,
                every="day",
                weekday=None,
                local_time=dt.time(9),
                time_zone="UTC",
                channel_ids=[f"{mark}channel"],
            )
            self.registry.reports.put(f"{mark}report", schedule)
            rule = f'{{"kind":"silence","id":"{mark}rule","gameId":"{game}"}}'
            self.registry.alert_rules.put(f"{mark}rule", rule, game_id=game)
            self._send(game, mark)
        self.registry.mirrors.put(
            "zebramirror", MirrorDefinition(url="postgresql://127.0.0.1:1/zebra", game_ids=[THEIRS])
        )
        self.registry.alert_rules.add_silence(
            NOW + dt.timedelta(hours=1), rule_id="zebrarule", game_id=THEIRS, version=None, note="zebra"
        )
        self.registry.annotations.add(THEIRS, NOW, "zebra sale")
        self._board = self.registry.boards.add(THEIRS, "zebra board", '{"version":1,"range":"7d","tiles":[]}').id
        self.registry.saved_queries.add(
            THEIRS, QueryDefinition(name="zebra query", sql="SELECT 'zebra'", is_shared=True), None
        )
        segment = self.client.put(
            f"/api/games/{THEIRS}/segments/zebrasegment",
            json={"players": ["zebraplayer"]},
            headers=self.machine,
        )
        assert segment.status_code == 200, segment.text

    def _send(self, game: str, mark: str) -> None:
        key = self._key = self.registry.keys.add(game).key
        event = {
            "player_id": f"{mark}player",
            "session_id": f"{mark}session",
            "version": f"{mark}-1.0",
            "map": f"{mark}map",
            "time": (NOW - dt.timedelta(hours=1)).isoformat(),
        }
        events = [
            {"name": "session_start"},
            {"name": f"{mark}_event", "x": 1, "y": 2, "props": {"said": f"{mark}text"}},
            {"name": "crash", "props": {"title": f"{mark}crash"}},
            {"name": "purchase", "value": 3, "currency": "USD", "props": {"product": f"{mark}product"}},
            {"name": "item_looted", "x": 1, "y": 2, "value": 1, "props": {"item": f"{mark}item"}},
        ]
        sent = self.client.post("/api/events", json=[event | one for one in events], headers={"X-Playtrace-Key": key})
        assert (sent.status_code, sent.json()["accepted"]) == (202, len(events)), sent.text
        self.client.post("/api/events", json=[{"name": 1, "note": f"{mark}refused"}], headers={"X-Playtrace-Key": key})
        self.server.wait_until_loaded()
        page = self.client.get(f"/api/events?gameId={game}&limit=1", headers=self.machine)
        self._event_id = page.json()["events"][0]["eventId"]

    def _incident(self) -> int:
        incident = Incident(
            rule_id="zebrarule",
            game_id=THEIRS,
            part="zebra-1.0",
            severity="warning",
            kind="players",
            in_words="zebra words",
            began_at=NOW,
            opened_at=NOW,
            changed_at=NOW,
            value=1.0,
            worst=1.0,
        )
        row = IncidentRow(None, "zebrarule", THEIRS, "zebra-1.0", True, NOW, NOW, incident.to_json())
        return self.registry.incidents.keep([IncidentChange(row, [], None)])[0]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    server = ServerProcess(tmp_path_factory.mktemp("roles") / "data").start()
    try:
        studio = Studio(server)
        yield studio
        studio.registry.close()
        assert server.is_running(), server.output()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def operations(routes: dict[tuple[str, str], APIRoute]) -> list[Operation]:
    found: list[Operation] = []
    for path, methods in create_app().openapi()["paths"].items():
        for method, operation in methods.items():
            if path in LOGIN_LESS and method == "post":
                continue
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            route = routes.get((method.upper(), path)) or routes[method.upper(), path.replace("}", ":path}")]
            has_body = "requestBody" in operation
            assert not has_body or (method.upper(), path) in BODIES, f"what does {path} take? Add it to BODIES."
            found.append(
                Operation(
                    method.upper(),
                    path,
                    permission_of(route),
                    "path" if "game_id" in names else "query" if "gameId" in names else "",
                    frozenset(names),
                    has_body,
                )
            )
    assert len(found) > 80
    return found


def test_every_route_says_who_may_call_it() -> None:
    for route in all_routes(create_app().routes):
        if isinstance(route, APIRoute | APIWebSocketRoute):
            permission_of(route)
        else:
            # The document itself, and the pages.
            assert (isinstance(route, Route) and route.path == "/api/openapi.json") or isinstance(route, Mount), route


def test_nobody_gets_nowhere(studio: Studio, operations: list[Operation]) -> None:
    for operation in operations:
        for game in operation.games(THEIRS):
            answer = studio.ask("nobody", operation, game)
            if operation.permission is not None:
                assert answer.status_code in (401, 403), (operation, answer.status_code, answer.text)
            assert_tells_nothing(answer, operation)


def test_who_may_nothing_sees_nothing(studio: Studio, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.permission in (None, "own", "link") or operation.path.startswith("/debug"):
            continue
        for game in operation.games(MINE, None):
            answer = studio.ask("viewer of none", operation, game)
            expected = (404,) if game is not None else (401, 403)
            assert answer.status_code in expected, (operation, answer.status_code, answer.text)


@pytest.mark.parametrize("caller", ["viewer of one", "token of one", "editor of one", "admin of one"])
def test_who_may_one_game_sees_nothing_of_another(studio: Studio, operations: list[Operation], caller: str) -> None:
    may = {
        "viewer of one": {Permission.READ},
        "token of one": {Permission.READ, Permission.SQL},
        "editor of one": {Permission.READ, Permission.SQL, Permission.EDIT},
        "admin of one": {Permission.READ, Permission.SQL, Permission.EDIT, Permission.MANAGE},
    }[caller]
    seen = 0
    for operation in operations:
        if operation.permission in (None, "own", "link") or operation.path.endswith("debug/recent"):
            continue
        if caller != "viewer of one" and operation.path.startswith("/api/metrics/") and operation.path != ONE_METRIC:
            continue  # One endpoint answers for all of them: the viewer asks each.
        for game in operation.games(MINE, None):
            answer = studio.ask(caller, operation, game)
            assert_tells_nothing(answer, operation)
            assert answer.status_code < 500 or operation.path.startswith("/debug"), (operation, answer.text)
            if operation.permission not in may:
                assert answer.status_code in (401, 403), (operation, answer.status_code, answer.text)
            seen += answer.status_code == 200
        if operation.names_game:
            theirs, nobodys = (studio.ask(caller, operation, game) for game in (THEIRS, NOBODYS))
            if operation.path.startswith("/debug"):
                assert theirs.status_code == 401
                continue
            assert theirs.status_code == 404, (operation, theirs.status_code, theirs.text)
            assert without_its_id(theirs).replace(THEIRS, NOBODYS) == without_its_id(nobodys), operation
    assert seen > (60 if caller == "viewer of one" else 15)


def test_a_game_in_the_query_opens_no_route_that_is_for_all_games(studio: Studio, operations: list[Operation]) -> None:
    seen = 0
    for operation in operations:
        if operation.names_game == "path" or operation.permission in (None, "own"):
            continue
        plain = studio.ask("admin of one", operation, None)
        if plain.status_code not in (401, 403):
            continue
        # What reads it from the query asks for it, or for a secret.
        assert operation.names_game != "query" or operation.path in READ_FROM_QUERY, operation
        address = operation.address(None, **studio.places)
        for name in ("gameId", "game_id", "game%5Fid")[operation.names_game == "query" and 2 :]:
            answer = studio.client.request(
                operation.method,
                f"{address}{'&' if '?' in address else '?'}{name}={MINE}",
                json=BODIES[operation.method, operation.path] if operation.has_body else None,
                headers={"Via": "proxy"} | studio.callers["admin of one"],
            )
            seen += 1
            if operation.path == "/api/audit":
                # What it reads in that spelling is of the game.
                assert answer.status_code in (200, 403)
                assert_tells_nothing(answer, operation)
            else:
                assert answer.status_code == plain.status_code, (operation, name, answer.text)
    assert seen > 60


def test_things_of_another_game_are_neither_changed_nor_taken_over(studio: Studio) -> None:
    editor = studio.callers["editor of one"]

    def ask(method: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = studio.client.request(method, path, json=body, headers=editor)
        return answer.status_code, answer.text

    assert ask("DELETE", "/api/reports/zebrareport")[0] == 404
    assert ask("POST", "/api/reports/zebrareport/send")[0] == 404
    assert ask("PUT", "/api/reports/zebrareport", {"gameId": MINE, "channels": ["amberchannel"]})[0] == 409
    assert ask("PUT", "/api/reports/mine", {"gameId": THEIRS, "channels": ["amberchannel"]})[0] == 404
    assert ask("DELETE", f"/api/alerts/silences/{studio.places['silence_id']}")[0] == 404
    assert ask("POST", f"/api/alerts/incidents/{studio.places['incident_id']}/acknowledge")[0] == 404
    assert ask("POST", "/api/alerts/silences", BODIES["POST", "/api/alerts/silences"] | {"gameId": THEIRS})[0] == 404
    assert ask("POST", "/api/alerts/rules", RULE | {"gameId": THEIRS})[0] == 404
    # For all games is more than one may.
    assert ask("POST", "/api/alerts/rules", RULE | {"gameId": None})[0] == 403
    assert ask("DELETE", "/api/alerts/rules/zebrarule")[0] == 403
    # A change keeps the game, however it spells it.
    for name in ("gameId", "game_id", "Game_id", "GAME_ID", "ID"):
        changed = ask("PATCH", f"/api/alerts/rules/crash_spike?gameId={MINE}", {name: THEIRS})
        assert (changed[0], "a rule keeps it" in changed[1]) == (422, True), name
    status, said = ask("POST", "/api/alerts/rules", RULE | {"id": "new", "channels": ["zebra"]})
    assert status == 422
    assert "zebrachannel" not in said
    assert "zebrareport" in studio.client.get("/api/reports", headers=studio.machine).text
    assert "zebra" in {silence.note for silence in studio.registry.alert_rules.silences()}


@pytest.mark.parametrize("caller", ["editor of all", "admin"])
def test_who_may_everything_is_refused_nothing(studio: Studio, operations: list[Operation], caller: str) -> None:
    for operation in operations:
        # What they read others read too: that was asked above, and costs time.
        if operation.permission in (None, "own", "link", Permission.READ) or operation.path.startswith("/debug"):
            continue
        answer = studio.ask(caller, operation, operation.games(MINE)[0])
        is_refused = operation.permission is Permission.OPERATE or (
            operation.permission is Permission.MANAGE and caller != "admin"
        )
        assert (answer.status_code == 403) == is_refused, (operation, answer.status_code, answer.text)
        assert answer.status_code not in (401, 500), (operation, answer.text)


def test_all_websockets_ask_too(studio: Studio) -> None:
    sockets = {route.path for route in all_routes(create_app().routes) if isinstance(route, APIWebSocketRoute)}
    assert sockets == {"/api/live"}, "let every role open the new one here"

    async def first(session: aiohttp.ClientSession, caller: str, game: str) -> int | str:
        url = f"{studio.server.url}/api/live?gameId={game}"
        try:
            async with session.ws_connect(url, headers=studio.callers[caller]) as socket:
                return (await socket.receive_json(timeout=120))["type"]
        except aiohttp.WSServerHandshakeError as error:
            return error.status

    async def all_of_them() -> dict[tuple[str, str], int | str]:
        async with aiohttp.ClientSession() as session:
            return {
                (caller, game): await first(session, caller, game)
                for caller in studio.callers
                for game in (MINE, THEIRS)
            }

    for (caller, game), said in asyncio.run(all_of_them()).items():
        if caller in ("editor of all", "admin") or (game == MINE and caller.endswith("of one")):
            assert said == "hello", (caller, game)
        else:
            assert said == (401 if caller == "nobody" else 404), (caller, game)


def without_its_id(answer: Any) -> str:
    """Each request has its own."""
    return answer.text.replace(answer.headers["x-request-id"], "")


def assert_tells_nothing(answer: Any, operation: Operation) -> None:
    """But what was said in the question."""
    said = answer.content
    for value in [*PLACES.values(), *VALUES.values(), THEIRS]:
        said = said.replace(value.encode(), b"") if value in str(answer.request.url) else said
    if operation.path == "/api/audit":
        # Who may change one game put a segment of that name into their own, and removed it.
        said = said.replace(b'"gameId":"amberfox","subject":"zebrasegment"', b"")
    found = WORD.search(said)
    assert found is None, (operation, answer.status_code, answer.text[:2000])
