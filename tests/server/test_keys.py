"""Who may write and who may read, on a server that is not open."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import warm_program
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.registry.registry import Registry
from playtrace.registry.roles import Scope

DEADLINE_S = 120.0
"""A change is known after a second; on a machine that is busy with other tests much later."""
EVENT = {"name": "level_start"}


class Studio:
    """A server with two games, a write key for each, and a read token for the first."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        with self.registry() as registry:
            registry.games.add("arena")
            registry.games.add("harbour")
            self.arena = registry.keys.add("arena").key
            self.harbour = registry.keys.add("harbour").key
            _, self.token = registry.tokens.add(game_ids=["arena"])
        deadline = time.monotonic() + DEADLINE_S
        while self.post({"Authorization": f"Bearer {self.harbour}"})[0] == 401:
            assert time.monotonic() < deadline, "the new keys are not known"
            time.sleep(0.05)

    @contextmanager
    def registry(self, **clock: Any) -> Generator[Registry]:
        """As another process has it open."""
        registry = Registry.open(f"sqlite:///{(self.server.data / 'registry.sqlite').as_posix()}", **clock)
        try:
            yield registry
        finally:
            registry.close()

    def post(self, headers: dict[str, str], event: Any = EVENT, path: str = "/api/events") -> tuple[int, Any]:
        status, _, body = self.server.request(
            "POST", path, json.dumps(event).encode(), {"Content-Type": "application/json", **headers}
        )
        return status, json.loads(body)

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        status, answer_headers, body = self.server.request("GET", path, headers=headers)
        if status == 401:
            assert answer_headers["www-authenticate"] == "Bearer"
        return status, json.loads(body)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    server = ServerProcess(tmp_path_factory.mktemp("studio") / "data", environment=SEVERAL).start()
    try:
        yield Studio(server)
    finally:
        server.stop()


def slug(document: Any) -> str:
    return document["type"].removeprefix("https://playtrace.dev/problems/")


def test_a_key_wherever_a_client_can_put_it(studio: Studio):
    key = studio.arena
    for headers, path in (
        ({"Authorization": f"Bearer {key}"}, "/api/events"),
        ({"Authorization": f"bearer  {key} "}, "/api/events"),
        ({"X-Playtrace-Key": key}, "/api/events"),
        ({}, f"/api/events?key={key}"),
        ({"Authorization": "Basic Zm9vOmJhcg=="}, f"/api/events?key={key}"),
    ):
        assert studio.post(headers, path=path) == (202, {"accepted": 1, "rejected": []})
    # The key implies the game.
    studio.server.wait_until_loaded()
    games = studio.server.sql("SELECT DISTINCT game_id FROM events WHERE name = 'level_start'")
    assert ["arena"] in games


@pytest.mark.parametrize("key", ["", "nonsense", "0" * 32, "'; DROP TABLE write_keys; --", "x" * 10_000])
def test_without_a_key_nothing_is_taken(studio: Studio, key: str):
    status, document = studio.post({"Authorization": f"Bearer {key}"} if key else {})
    assert (status, slug(document)) == (401, "key-missing")


def test_a_key_opens_its_own_game_only(studio: Studio):
    headers = {"Authorization": f"Bearer {studio.arena}"}
    assert studio.post(headers, EVENT | {"game_id": "arena"})[0] == 202
    status, document = studio.post(headers, EVENT | {"game_id": "harbour"})
    assert (status, slug(document)) == (403, "key-for-other-game")
    status, document = studio.post(headers, EVENT | {"game_id": "nowhere"})
    assert (status, slug(document)) == (404, "game-unknown")
    status, answer = studio.post(
        headers, [EVENT, EVENT | {"game_id": "harbour"}, EVENT | {"game_id": "nowhere"}, EVENT | {"game_id": "arena"}]
    )
    assert (status, answer["accepted"]) == (202, 2)
    assert [(refusal["index"], refusal["reason"]) for refusal in answer["rejected"]] == [
        (1, "wrong_game"),
        (2, "unknown_game"),
    ]


@pytest.mark.parametrize("event_id", ["match 17 #2", 17])
def test_an_id_is_the_same_event_whether_the_event_names_the_game_or_the_key_does(studio: Studio, event_id: str | int):
    headers, event = {"Authorization": f"Bearer {studio.arena}"}, {"name": "said", "event_id": event_id}
    sent = (event, event | {"game_id": "arena"}, {"events": [event], "game_id": "arena"})
    for one in sent:
        assert studio.post(headers, one) == (202, {"accepted": 1, "rejected": []})
    # In another game it is another event.
    assert studio.post({"Authorization": f"Bearer {studio.harbour}"}, event)[0] == 202
    studio.server.wait_until_loaded()
    stored = "SELECT game_id FROM events WHERE event_id = '{}'"
    for game in ("arena", "harbour"):
        found = studio.server.get(f"/api/events/{quote(str(event_id))}?gameId={game}")
        assert studio.server.sql(stored.format(found["eventId"])) == [[game]]


READS = (
    "/api/games",
    "/api/events",
    "/api/events?gameId=arena",
    "/api/games/arena/books",
    "/api/games/arena/dimensions",
    "/api/metrics/summary?gameId=arena",
    "/api/metrics/active_players?gameId=arena",
    "/api/metrics/retention?gameId=arena",
    "/api/metrics/timeseries?gameId=arena&metric=events",
    "/api/metrics/heatmap?gameId=arena&map=m&event=e",
)


@pytest.mark.parametrize("path", READS)
def test_reading_needs_a_token_and_not_a_write_key(studio: Studio, path: str):
    for headers in ({}, {"Authorization": f"Bearer {studio.arena}"}, {"Authorization": "Bearer read_nonsense"}):
        status, document = studio.get(path, **headers)
        assert (status, slug(document)) == (401, "unauthenticated")
    status, _ = studio.get(path, Authorization=f"Bearer {studio.token}")
    assert status == 200


def test_a_key_and_a_token_that_were_mixed_up_are_told_apart(studio: Studio):
    _, document = studio.get("/api/games", Authorization=f"Bearer {studio.arena}")
    assert document["detail"].startswith("This is a write key")
    _, document = studio.post({"Authorization": f"Bearer {studio.token}"})
    assert document["detail"].startswith("This is a read token")
    _, document = studio.post({"Authorization": studio.arena})
    assert document["detail"].startswith("The Authorization header holds no key behind the word Bearer")


def test_a_token_without_its_word_is_told_what_is_missing(studio: Studio):
    status, document = studio.get("/api/games", Authorization=studio.token)
    assert (status, slug(document)) == (401, "unauthenticated")
    assert "'Authorization: Bearer read_...'" in document["detail"]
    assert studio.token not in document["detail"]


GOLDEN = Path(__file__).parent.parent / "golden" / "openapi.json"


VALUES = {"metric": "events", "map": "m", "event": "match_end", "playerId": "p"}
"""Of parameters without which a question is none."""


PLACES = {
    "{game_id}": "harbour",
    "{item}": "sword",
    "{player_id}": "ana",
    "{event_id}": "0198a000-0000-7000-8000-000000000001",
    "{segment_id}": "buyers",
    "{annotation_id}": "1",
    "{query_id}": "1",
    "{rule_id}": "crash_spike",
    "{metric}": "retention",
    "{import_id}": "history",
    "{erasure_id}": "0198a000-0000-7000-8000-000000000002",
    "{key}": "0" * 32,
    "{board}": "wins",
}
"""What stands for what in an address."""


def in_place(path: str) -> str:
    for place, value in PLACES.items():
        path = path.replace(place, value)
    assert "{" not in path, f"what stands for {path}?"
    return path


def routes_of_a_game() -> list[tuple[str, str]]:
    """Method and address of every documented route that is about one game, asked of `harbour`."""
    paths = json.loads(GOLDEN.read_text("utf-8"))["paths"]
    found: list[tuple[str, str]] = []
    for path, methods in paths.items():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            if "game_id" in names:
                found.append((method.upper(), in_place(path)))
            elif "gameId" in names:
                address = in_place(path)
                needed = "".join(f"&{name}={value}" for name, value in VALUES.items() if name in names)
                found.append((method.upper(), f"{address}?gameId=harbour{needed}"))
    return found


def test_no_route_of_a_game_opens_to_another_games_credentials(studio: Studio):
    routes = routes_of_a_game()
    assert {("GET", "/api/games/harbour/books"), ("GET", "/api/events?gameId=harbour&map=m&playerId=p")} <= set(routes)
    for method, path in routes:
        for credential in ("", studio.arena, studio.token):
            headers = {"Authorization": f"Bearer {credential}"} if credential else {}
            status, _, body = studio.server.request(method, path, headers=headers)
            assert status in (401, 403, 404), (method, path, credential[:8], status, body[:300])
            if status == 404:
                # As one that there is not.
                assert credential and json.loads(body).get("type", "unknown-game").endswith("unknown-game")


def test_one_games_key_writes_nothing_into_another_games_books(studio: Studio):
    books = studio.server.get("/api/games/harbour/books")
    mine = studio.server.get("/api/games/arena/books")["total"]
    headers = {"Authorization": f"Bearer {studio.arena}"}
    foreign = {"name": "insulting text", "game_id": "harbour"}
    wrong = {"name": 1, "game_id": "harbour"}
    ghosts = [{"name": 1, "game_id": f"ghost-{number}"} for number in range(500)]
    studio.post(headers, [EVENT, foreign, wrong, *ghosts])
    studio.post(headers, foreign)
    studio.post(headers, {"schema": "jwc.v1", "evt": 1}, path="/t?gameId=harbour")
    studio.post(headers, {"nonsense": 1}, path="/api/submit?gameId=harbour")
    studio.server.wait_until_loaded()
    assert studio.server.get("/api/games/harbour/books") == books
    after = studio.server.get("/api/games/arena/books")["total"]
    assert after["received"] - mine["received"] == 1 + 1 + 1 + len(ghosts) + 1 + 1 + 1
    assert after["refused"] - mine["refused"] == after["received"] - mine["received"] - 1
    assert studio.server.sql("SELECT DISTINCT game_id FROM books WHERE game_id NOT IN ('arena', 'harbour')") == []


@pytest.mark.parametrize("path", [path for path in READS if "arena" in path])
def test_a_token_for_one_game_reads_that_one(studio: Studio, path: str):
    status, document = studio.get(path.replace("arena", "harbour"), Authorization=f"Bearer {studio.token}")
    assert (status, slug(document)) == (404, "unknown-game")


@pytest.mark.parametrize(
    ("path", "field"),
    [("/api/events?game=arena", "game"), ("/api/metrics/summary?gameId=arena&plattform=linux", "plattform")],
)
def test_a_filter_that_is_not_known_is_named(studio: Studio, path: str, field: str):
    """Else the answer would be about more than was asked."""
    status, document = studio.get(path, Authorization=f"Bearer {studio.token}")
    assert status == 422
    assert document["errors"] == [{"field": field, "location": "query", "expected": "not known here"}]


def test_what_needs_no_login_and_what_needs_more(studio: Studio):
    assert studio.get("/api/health")[0] == 200
    assert studio.get("/api/me")[0] == 200
    body = json.dumps({"sql": "SELECT 1"}).encode()
    for token, expected in ((studio.token, 403), ("", 401)):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        assert studio.server.request("POST", "/api/sql", body, headers)[0] == expected


def test_a_body_that_does_not_say_that_it_is_json(studio: Studio):
    credentials = {"email": "a@b.example", "password": "x" * 12}
    status, _, answer = studio.server.request("POST", "/api/session", json.dumps(credentials).encode())
    assert status == 422
    assert "Content-Type: application/json" in json.loads(answer)["detail"]


def test_a_revoked_key_is_refused_within_two_seconds(start_process: StartProcess):
    studio = Studio(start_process(()))
    headers = {"Authorization": f"Bearer {studio.arena}"}
    assert studio.post(headers)[0] == 202
    warm_program.run("keys", "revoke", studio.arena, "--data", str(studio.server.data), check=True)
    deadline = time.monotonic() + DEADLINE_S
    while studio.post(headers)[0] != 401:
        assert time.monotonic() < deadline, "the revoked key is still good"
        time.sleep(0.05)
    assert studio.post({"Authorization": f"Bearer {studio.harbour}"})[0] == 202


def test_a_token_with_the_scope_send_sends_for_its_games(studio: Studio):
    with studio.registry() as registry:
        one = registry.tokens.add(game_ids=["arena"], scopes=[Scope.SEND])[1]
        two = registry.tokens.add(game_ids=["arena", "harbour"], scopes=[Scope.SEND, Scope.READ])[1]
        reading = registry.tokens.add(game_ids=["arena"], scopes=[Scope.READ])[1]
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    with studio.registry(clock=lambda: ago - dt.timedelta(days=1)) as registry:
        over = registry.tokens.add(game_ids=["arena"], scopes=[Scope.SEND], expires_at=ago)[1]

    def send(token: str, query: str = "", event: Any = EVENT) -> tuple[int, str]:
        status, answer = studio.post({"Authorization": f"Bearer {token}"}, event, f"/api/events{query}")
        return status, slug(answer) if "type" in answer else ""

    assert send(one) == (202, "")
    assert send(one, "?gameId=arena") == (202, "")
    assert send(one, "?gameId=harbour") == (401, "key-missing")
    assert send(one, event=EVENT | {"game_id": "harbour"}) == (403, "key-for-other-game")
    # Of several it says which.
    assert send(two) == (401, "key-missing")
    assert send(two, "?gameId=harbour") == (202, "")
    assert send(two, "?game_id=harbour", EVENT | {"game_id": "harbour"}) == (202, "")
    assert send(over) == send(reading) == (401, "key-missing")
    # It reads nothing.
    assert studio.get("/api/events?gameId=arena", Authorization=f"Bearer {one}")[0] == 403
    assert studio.get("/api/events?gameId=arena", Authorization=f"Bearer {two}")[0] == 200
    with studio.registry() as registry:
        registry.tokens.revoke(next(token.id for token in registry.tokens.all() if one.startswith(token.prefix)))
    deadline = time.monotonic() + DEADLINE_S
    while send(one)[0] != 401:
        assert time.monotonic() < deadline, "the revoked token still sends"
        time.sleep(0.05)


# ── the stream ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_stream_acknowledges_each_message(studio: Studio):
    async def stream() -> None:
        url = f"{studio.server.url}/api/stream?key={studio.arena}"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            messages: list[Any] = [
                EVENT,
                [EVENT, EVENT],
                {"events": [EVENT], "sent_at": "2026-11-22T10:00:00Z"},
                {"nonsense": 1},
                [EVENT, {"name": 5}],
                EVENT | {"game_id": "harbour"},
            ]
            for message in messages:
                await socket.send_str(json.dumps(message))
            await socket.send_str("this is no JSON")
            await socket.send_str("")
            await socket.send_bytes(b"\xff\x00")
            await socket.send_bytes(json.dumps(EVENT).encode())
            await socket.send_str("[" * 10_000)
            answers = [await socket.receive_json(timeout=120) for _ in range(11)]
        assert [answer["number"] for answer in answers] == list(range(11))
        assert [answer["status"] for answer in answers] == [202, 202, 202, 400, 202, 403, 400, 400, 400, 202, 400]
        assert [answer.get("accepted") for answer in answers[:5]] == [1, 2, 1, 0, 1]
        assert answers[4]["rejected"][0]["index"] == 1

    asyncio.run(stream())


def test_a_stream_without_a_key_is_told_why(studio: Studio):
    async def stream() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{studio.server.url}/api/stream") as socket:
            answer = await socket.receive_json(timeout=120)
            assert answer["status"] == 401
            assert slug(answer) == "key-missing"
            assert (await socket.receive(timeout=120)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)

    asyncio.run(stream())


def test_streams_that_end_in_the_middle_cost_nothing(studio: Studio):
    """What was acknowledged is stored; the server goes on."""

    async def stream(number: int) -> int:
        url = f"{studio.server.url}/api/stream?key={studio.harbour}"
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(url)
            for _ in range(20):
                await socket.send_str(json.dumps([{"name": "streamed"}] * 10))
            acknowledged = 0
            for _ in range(number):
                acknowledged += (await socket.receive_json(timeout=120))["accepted"]
            # No closing handshake: the connection is gone.
            connection = socket._response.connection  # pyright: ignore[reportPrivateUsage]
            assert connection is not None
            transport = connection.transport
            assert transport is not None
            transport.abort()
            return acknowledged

    async def all_streams() -> int:
        return sum(await asyncio.gather(*[stream(number) for number in range(10)]))

    acknowledged = asyncio.run(all_streams())
    studio.server.wait_until_loaded()
    ((stored,),) = studio.server.sql("SELECT count(*) FROM events WHERE name = 'streamed'")
    assert acknowledged <= stored <= 10 * 20 * 10
    assert studio.server.is_running()


def test_a_message_that_is_too_large(studio: Studio):
    async def stream() -> None:
        url = f"{studio.server.url}/api/stream?key={studio.arena}"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            await socket.send_str("[" + " " * (6 * 1024 * 1024) + "]")
            answer = await socket.receive_json(timeout=120)
            assert (answer["status"], slug(answer)) == (413, "too-large")
            await socket.send_str(json.dumps(EVENT))
            assert (await socket.receive_json(timeout=120))["status"] == 202

    asyncio.run(stream())


def test_live_needs_a_login_too(studio: Studio):
    async def live(headers: dict[str, str]) -> int | str:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(f"{studio.server.url}/api/live?gameId=arena", headers=headers) as socket:
                    return (await socket.receive(timeout=120)).type.name
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    assert asyncio.run(live({})) in (401, 403, "CLOSE", "CLOSED")
    assert asyncio.run(live({"Authorization": f"Bearer {studio.arena}"})) in (401, 403, "CLOSE", "CLOSED")
    assert asyncio.run(live({"Authorization": f"Bearer {studio.token}"})) == "TEXT"


def test_live_ends_with_the_right_to_read(studio: Studio):
    async def watch_until_revoked() -> tuple[int | None, str]:
        with studio.registry() as registry:
            token, secret = registry.tokens.add(game_ids=["arena"])
        headers = {"Authorization": f"Bearer {secret}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{studio.server.url}/api/live?gameId=arena", headers=headers) as socket,
        ):
            assert (await socket.receive_json(timeout=120))["type"] == "hello"
            assert (await socket.receive_json(timeout=120))["type"] == "tick"
            with studio.registry() as registry:
                registry.tokens.revoke(token.id)
            while (message := await socket.receive(timeout=120)).type is aiohttp.WSMsgType.TEXT:
                pass
            return socket.close_code, str(message.extra)

    code, reason = asyncio.run(watch_until_revoked())
    assert code == 1008
    assert "revoked" in reason
