"""Who may read what, over the real routes, registry and store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query, WebSocket
from partial_state import partial_state
from quick_passwords import quick_passwords
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from playtrace.api import games, login_throttle, problem_documents, session
from playtrace.api.access import CurrentAdmin, CurrentReader
from playtrace.api.authentication import COOKIE
from playtrace.api.login_throttle import (
    ATTEMPTS_OF_STRANGERS_MAX,
    ATTEMPTS_PER_ADDRESS_MAX,
    ATTEMPTS_PER_PERSON_MAX,
    WINDOW_SECONDS,
    LoginThrottle,
    limits_of_password,
)
from playtrace.api.state import State
from playtrace.api.turns import Turns
from playtrace.config import Settings
from playtrace.problems import TooManyRequests
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

EMAIL, PASSWORD = "ada@studio.example", "correct horse 🐎"
LOCAL_TOKEN = "token of server.json"
OURS = {"Origin": "http://testserver"}
__all__ = ["quick_passwords"]


@dataclass
class Site:
    app: FastAPI
    registry: Registry
    client: TestClient
    seconds: float = 0
    state: State = field(default_factory=partial_state)

    def configure(self, **settings: Any) -> None:
        replace(self.state, settings=Settings(data=self.state.settings.data, **settings)).give_to(self.app)

    def bearer(self, secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}"}

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, headers: dict[str, str] = OURS) -> Any:
        return self.client.post("/api/session", json={"email": email, "password": password}, headers=headers)

    def setup(self) -> None:
        token = self.registry.first_admin.new_token()
        assert token
        self.registry.first_admin.create(token, EMAIL, PASSWORD)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = Settings(data=tmp_path)
    store = Store.open(None, settings)
    app = FastAPI(responses=problem_documents.RESPONSES)
    problem_documents.install(app)
    app.include_router(session.router)
    app.include_router(games.router)

    @app.get("/api/of-game")
    def of_game(reader: CurrentReader, game_id: Annotated[str, Query(alias="gameId")]) -> str:
        return game_id

    @app.post("/api/clear")
    def clear(admin: CurrentAdmin) -> str:
        return "cleared"

    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("a detail that is nobody's business")

    @app.get("/api/number")
    def number(limit: Annotated[int, Query(ge=1)]) -> int:
        return limit

    @app.websocket("/api/live")
    async def live(websocket: WebSocket, reader: CurrentReader, game_id: Annotated[str, Query(alias="gameId")]) -> None:
        await websocket.accept()
        await websocket.send_text(game_id)
        await websocket.close()

    site = Site(app, Registry.open(settings.registry_database), TestClient(app, raise_server_exceptions=False))
    site.state = partial_state(
        settings=settings,
        registry=site.registry,
        key_ring=KeyRing(site.registry, open_mode=False),
        store=store,
        turns=Turns(2),
        local_token=LOCAL_TOKEN,
        login_throttle=LoginThrottle(clock=lambda: site.seconds),
    )
    site.state.give_to(app)
    site.registry.games.add("a", name="<img src=x onerror=alert(1)>")
    site.registry.games.add("b")
    yield site
    site.client.close()
    site.registry.close()
    store.close()


def problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    """The problem document of an answer, after checking its form."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (answer.status_code, document["status"]) == (status, status)
    assert document["type"] == f"https://playtrace.dev/problems/{slug}"
    assert document["title"]
    assert document["detail"]
    return document


# Reading


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer read_unknown"},
        {"Authorization": "Bearer ' OR 1=1 --"},
        {"Authorization": "Bearer ünïcödé".encode("latin-1")},
        {"Authorization": f"Basic {LOCAL_TOKEN}"},
        {"Cookie": f"{COOKIE}=login_unknown"},
        {"Cookie": f"{COOKIE}=' OR 1=1 --"},
    ],
)
def test_a_stranger_reads_nothing(site: Site, headers: dict[str, Any]) -> None:
    site.setup()
    answer = site.client.get("/api/games", headers=headers)
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_for_all_games_sees_all(site: Site) -> None:
    _, secret = site.registry.tokens.add()
    answer = site.client.get("/api/games", headers=site.bearer(secret)).json()
    assert [game["id"] for game in answer["games"]] == ["a", "b"]
    created_at = answer["games"][0].pop("createdAt")
    assert created_at.endswith("Z")
    assert answer["games"][0] == {
        "id": "a",
        "name": "<img src=x onerror=alert(1)>",
        "timeZone": "UTC",
        "currency": "USD",
        "archivedAt": None,
        "firstEventAt": None,
        "lastEventAt": None,
        "events": 0,
        "environments": [],
    }


def test_games_tell_how_much_they_sent_and_when(site: Site) -> None:
    with site.state.store.writing() as connection:
        for slot, events in (("2026-03-01 10:15", 3), ("2026-03-02 00:00", 4)):
            connection.execute(
                "INSERT INTO event_counts BY NAME SELECT 'a' AS game_id, 'prod' AS env,"
                " CAST($slot AS TIMESTAMP) AS slot, 'x' AS name, '' AS platform, '' AS version, '' AS country,"
                " '' AS currency, $events AS events, 0 AS value_micros, 0 AS frames_micros, 0 AS frames_us",
                {"slot": slot, "events": events},
            )
    a, b = site.client.get("/api/games", headers=site.bearer(LOCAL_TOKEN)).json()["games"]
    assert (a["events"], a["firstEventAt"], a["lastEventAt"]) == (7, "2026-03-01T10:15:00Z", "2026-03-02T00:00:00Z")
    assert (b["events"], b["firstEventAt"], b["lastEventAt"]) == (0, None, None)


def test_a_token_of_one_game_reads_that_game_only(site: Site) -> None:
    _, secret = site.registry.tokens.add(game_ids=["a"])
    headers = site.bearer(secret)
    assert [game["id"] for game in site.client.get("/api/games", headers=headers).json()["games"]] == ["a"]
    assert site.client.get("/api/of-game", params={"gameId": "a"}, headers=headers).json() == "a"
    for other in ("b", "never heard of", "A", "' OR 1=1 --"):
        problem(site.client.get("/api/of-game", params={"gameId": other}, headers=headers), 404, "unknown-game")


def test_a_revoked_token_stops_at_once(site: Site) -> None:
    token, secret = site.registry.tokens.add()
    assert site.client.get("/api/games", headers=site.bearer(secret)).status_code == 200
    site.registry.tokens.revoke(token.id)
    problem(site.client.get("/api/games", headers=site.bearer(secret)), 401, "unauthenticated")


def test_a_wrong_token_is_not_saved_by_a_cookie(site: Site) -> None:
    site.setup()
    site.sign_in()
    assert site.client.get("/api/games").status_code == 200
    problem(site.client.get("/api/games", headers=site.bearer("read_wrong")), 401, "unauthenticated")


def test_only_an_admin_changes_things(site: Site) -> None:
    _, secret = site.registry.tokens.add()
    problem(site.client.post("/api/clear", headers=site.bearer(secret)), 403, "forbidden")
    assert site.client.post("/api/clear", headers=site.bearer(LOCAL_TOKEN)).json() == "cleared"
    site.setup()
    site.sign_in()
    assert site.client.post("/api/clear", headers=OURS).json() == "cleared"


def test_an_open_server_lets_everybody_in(site: Site) -> None:
    site.configure(open=True)
    assert len(site.client.get("/api/games").json()["games"]) == 2
    assert site.client.post("/api/clear").json() == "cleared"
    assert site.client.get("/api/me").json() | {"version": ""} == {
        "user": None,
        "open": True,
        "setupNeeded": False,
        "secondFactorMissing": False,
        "provider": None,
        "version": "",
    }
    for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        problem(site.client.post("/api/clear", headers=foreign), 403, "cross-origin")


# WebSockets


def test_a_websocket_takes_a_token_or_a_cookie(site: Site) -> None:
    _, secret = site.registry.tokens.add(game_ids=["a"])
    site.setup()

    def first_message(headers: dict[str, str]) -> str:
        with site.client.websocket_connect("/api/live?gameId=a", headers=headers) as websocket:
            return websocket.receive_text()

    assert first_message(site.bearer(secret)) == "a"
    site.sign_in()
    assert first_message(OURS) == "a"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/live?gameId=a", {}, 401),
        ("/api/live?gameId=a", {"Authorization": "Bearer wrong"}, 401),
        ("/api/live?gameId=a", {"Origin": "https://evil.example"}, 403),
        ("/api/live", {"Authorization": f"Bearer {LOCAL_TOKEN}"}, 422),
    ],
)
def test_a_websocket_is_refused_before_the_handshake(
    site: Site, path: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, site.client.websocket_connect(path, headers=headers):
        pass
    assert denied.value.status_code == status
    assert denied.value.json()["status"] == status


def test_a_websocket_of_another_game_is_refused(site: Site) -> None:
    _, secret = site.registry.tokens.add(game_ids=["a"])
    connecting = site.client.websocket_connect("/api/live?gameId=b", headers=site.bearer(secret))
    with pytest.raises(WebSocketDenialResponse) as denied, connecting:
        pass
    assert denied.value.status_code == 404


def test_a_foreign_page_cannot_use_the_cookie_on_a_websocket(site: Site) -> None:
    site.setup()
    site.sign_in()
    connecting = site.client.websocket_connect("/api/live?gameId=a", headers={"Origin": "https://evil.example"})
    with pytest.raises(WebSocketDenialResponse) as denied, connecting:
        pass
    assert denied.value.json()["type"].endswith("/cross-origin")


def test_where_the_server_cannot_answer_a_handshake_it_closes(site: Site) -> None:
    async def without_denial(scope: Any, receive: Any, send: Any) -> None:
        await site.app(scope | {"extensions": {}}, receive, send)

    client = TestClient(without_denial)
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/api/live?gameId=a"):
        pass
    assert closed.value.code == 1008
    assert closed.value.reason.startswith("Sign in first: ")
    client.close()


# Signing in


def test_the_first_admin_signs_up_once(site: Site) -> None:
    assert site.client.get("/api/me").json()["setupNeeded"]
    token = site.registry.first_admin.new_token()
    body = {"token": token, "email": EMAIL, "password": PASSWORD}
    answer = site.client.post("/api/setup", json=body, headers=OURS)
    assert answer.status_code == 201
    me = site.client.get("/api/me")
    assert me.headers["cache-control"] == "no-store"
    assert me.json()["user"] == {
        "email": EMAIL,
        "isAdmin": True,
        "grants": [{"role": "admin", "gameId": None}],
        "hasSecondFactor": False,
        "hasPassword": True,
        "isOfProvider": False,
        "isLinked": False,
    }
    assert not me.json()["setupNeeded"]

    again = site.client.post("/api/setup", json=body | {"email": "eve@studio.example"}, headers=OURS)
    problem(again, 403, "setup-refused")


def test_setup_without_the_link_is_refused_in_the_same_words_before_and_after(site: Site) -> None:
    body = {"token": "setup_guess", "email": EMAIL, "password": PASSWORD}
    before = problem(site.client.post("/api/setup", json=body), 403, "setup-refused")
    site.setup()
    assert problem(site.client.post("/api/setup", json=body), 403, "setup-refused") == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"email": "no address"}, "email"),
        ({"email": ["x"]}, "email"),
        ({"token": "x" * 500}, "token"),
    ],
)
def test_a_wrong_field_of_setup_is_named_and_nothing_is_repeated(
    site: Site, change: dict[str, object], field: str
) -> None:
    body = {"token": site.registry.first_admin.new_token(), "email": EMAIL, "password": "my secret password"} | change
    answer = site.client.post("/api/setup", json=body)
    document = problem(answer, 422, "invalid-request")
    assert [error["field"] for error in document["errors"]] == [field]
    assert field in document["detail"]
    for value in body.values():
        assert str(value) not in answer.text


def test_a_cookie_is_for_the_browser_alone(site: Site) -> None:
    site.setup()
    cookie = site.sign_in().headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "expires="):
        assert part in cookie
    assert "Secure" not in cookie
    site.configure(public_url="https://play.studio.example")
    assert "Secure" in site.sign_in(headers={"Origin": "https://play.studio.example"}).headers["set-cookie"]


def test_signing_out_ends_the_login_itself(site: Site) -> None:
    site.setup()
    site.sign_in()
    stolen = site.client.cookies[COOKIE]
    assert site.client.delete("/api/session", headers=OURS).status_code == 204
    assert COOKIE not in site.client.cookies
    problem(site.client.get("/api/games", headers={"Cookie": f"{COOKIE}={stolen}"}), 401, "unauthenticated")
    assert site.client.delete("/api/session").status_code == 204


def test_a_refused_login_tells_nothing(site: Site) -> None:
    site.setup()
    answers = [
        problem(site.sign_in(*who), 401, "unauthenticated")
        for who in [(EMAIL, "wrong password"), ("nobody@studio.example", PASSWORD), ("' OR 1=1 --", ""), ("", "")]
    ]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_pages_of_others_cannot_sign_in_or_out(site: Site, headers: dict[str, str]) -> None:
    site.setup()
    problem(site.sign_in(headers=headers), 403, "cross-origin")
    site.sign_in()
    problem(site.client.delete("/api/session", headers=headers), 403, "cross-origin")
    problem(site.client.delete("/api/session"), 403, "cross-origin")
    problem(site.client.post("/api/clear", headers=headers), 403, "cross-origin")
    assert site.client.get("/api/games").status_code == 200


def test_guessing_a_password_is_slowed_down(site: Site) -> None:
    site.setup()
    for _ in range(ATTEMPTS_PER_PERSON_MAX):
        problem(site.sign_in(password="a wrong guess"), 401, "unauthenticated")
    one_comes_back = WINDOW_SECONDS / ATTEMPTS_PER_PERSON_MAX
    site.seconds = 60
    answer = site.sign_in(email=" ADA@studio.example")
    document = problem(answer, 429, "too-many-requests")
    assert answer.headers["retry-after"] == str(round(one_comes_back - 60))
    assert document["detail"] == "Too many attempts to sign in. Try again in 2 minutes."
    site.seconds = one_comes_back
    assert site.sign_in().status_code == 200


def test_signing_in_forgives_what_was_mistyped(site: Site) -> None:
    site.setup()
    for _ in range(3):
        for _ in range(ATTEMPTS_PER_PERSON_MAX - 1):
            site.sign_in(password="a wrong guess")
        assert site.sign_in().status_code == 200


def test_an_address_that_tries_many_people_is_slowed_down() -> None:
    throttle = LoginThrottle(clock=lambda: 0)
    for number in range(ATTEMPTS_PER_ADDRESS_MAX):
        throttle.attempt(limits_of_password("2001:db8::1", f"{number}@studio.example"))
    with pytest.raises(TooManyRequests):
        throttle.attempt(limits_of_password("2001:db8::2", "another@studio.example"))
    throttle.attempt(limits_of_password("2001:db8:0:1::1", "another@studio.example"))
    throttle.attempt(limits_of_password("192.0.2.1", "another@studio.example"))
    throttle.attempt(limits_of_password("", "another@studio.example"))


def test_the_throttle_remembers_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_throttle, "ENTRIES_MAX", 5)
    throttle = LoginThrottle(clock=lambda: 0)
    for _ in range(ATTEMPTS_PER_PERSON_MAX):
        throttle.attempt(limits_of_password("192.0.2.1", EMAIL))
    with pytest.raises(TooManyRequests):
        throttle.attempt(limits_of_password("192.0.2.1", EMAIL))
    throttle.attempt(limits_of_password("192.0.2.2", EMAIL))
    throttle.attempt(limits_of_password("192.0.2.3", EMAIL))
    throttle.attempt(limits_of_password("192.0.2.1", EMAIL))


def test_made_up_names_of_one_address_do_not_make_it_forget_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_throttle, "ENTRIES_MAX", 2 * ATTEMPTS_PER_ADDRESS_MAX + 10)
    throttle = LoginThrottle(clock=lambda: 0)
    for _ in range(ATTEMPTS_PER_PERSON_MAX):
        throttle.attempt(limits_of_password("192.0.2.1", EMAIL))
    for number in range(10 * ATTEMPTS_PER_ADDRESS_MAX):
        with suppress(TooManyRequests):
            throttle.attempt(limits_of_password("192.0.2.2", f"{number}@studio.example"))
    with pytest.raises(TooManyRequests):
        throttle.attempt(limits_of_password("192.0.2.1", EMAIL))


def browser_at(site: Site, address: str) -> TestClient:
    """Another browser, without cookies."""
    return TestClient(site.app, client=(address, 50_000), headers=OURS)


def signs_in(browser: TestClient, email: str = EMAIL, password: str = PASSWORD) -> int:
    return browser.post("/api/session", json={"email": email, "password": password}).status_code


def test_strangers_lock_nobody_out_of_a_browser_in_which_they_signed_in_before(site: Site) -> None:
    site.setup()
    own = browser_at(site, "192.0.2.1")
    assert signs_in(own) == 200
    assert own.delete("/api/session").status_code == 204
    # From the same address, as all are behind a proxy that nobody named, and from everywhere.
    stranger = browser_at(site, "192.0.2.1")
    assert [signs_in(stranger, password="a guess") for _ in range(6)] == [401] * 5 + [429]
    throttle = site.state.login_throttle
    for number in range(ATTEMPTS_OF_STRANGERS_MAX):
        with suppress(TooManyRequests):
            throttle.attempt(limits_of_password("192.0.2.1", f"{number}@studio.example"))
        with suppress(TooManyRequests):
            throttle.attempt(limits_of_password(f"198.51.100.{number}", EMAIL))
    assert signs_in(stranger) == signs_in(browser_at(site, "203.0.113.1")) == 429
    assert signs_in(own) == 200
    # Who sits there and guesses is slowed down as well, and it is known for this person alone.
    assert [signs_in(own, password="a guess") for _ in range(6)] == [401] * 5 + [429]
    assert signs_in(own, email="another@studio.example") == 429


def test_a_browser_is_known_by_a_secret_of_ours_alone(site: Site) -> None:
    site.setup()
    own = browser_at(site, "192.0.2.1")
    own.cookies.set(session.BROWSER_COOKIE, "made up")
    assert signs_in(own) == 200
    secret = own.cookies.get(session.BROWSER_COOKIE, domain="testserver.local")
    assert secret is not None
    assert secret.startswith("browser_")
    assert site.registry.logins.knows_browser(EMAIL, secret)
    assert not site.registry.logins.knows_browser(EMAIL, "made up")
    assert not site.registry.logins.knows_browser("another@studio.example", secret)
    # Where several people use it, it stays known to all of them.
    _, link = site.registry.people.invite("bo@studio.example", [])
    site.registry.password_links.use(link, PASSWORD)
    assert signs_in(own, email="bo@studio.example") == 200
    assert site.registry.logins.knows_browser("bo@studio.example", secret)
    assert site.registry.logins.knows_browser(EMAIL, secret)
    # A password that is set anew trusts no browser of before.
    site.registry.people.set_password(EMAIL, PASSWORD + "!")
    assert not site.registry.logins.knows_browser(EMAIL, secret)


def test_guessing_from_many_addresses_is_slowed_down_and_locks_out_nobody(site: Site) -> None:
    throttle = LoginThrottle(clock=lambda: site.seconds)
    guesses = 0
    with pytest.raises(TooManyRequests, match=r"Try again in \d seconds"):
        for number in range(10_000):
            throttle.attempt(limits_of_password(f"192.0.{number // 250}.{number % 250}", EMAIL))
            guesses += 1
    assert guesses == ATTEMPTS_OF_STRANGERS_MAX
    throttle.attempt(limits_of_password("203.0.113.1", "another@studio.example"))
    # A new browser of hers gets its turn when the next attempt has come back.
    site.seconds += WINDOW_SECONDS / ATTEMPTS_OF_STRANGERS_MAX
    throttle.attempt(limits_of_password("203.0.113.1", EMAIL))
    with pytest.raises(TooManyRequests):
        throttle.attempt(limits_of_password("203.0.113.2", EMAIL))


# Problem documents


def test_every_error_is_a_problem_document(site: Site) -> None:
    document = problem(site.client.get("/api/nothing<b>"), 404, "not-found")
    assert document["detail"] == "There is nothing at /api/nothing<b>."
    answer = site.client.put("/api/games")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    document = problem(site.client.get("/api/broken"), 500, "internal")
    assert "business" not in str(document)
    document = problem(site.client.get("/api/number", params={"limit": "many"}), 422, "invalid-request")
    assert [(error["field"], error["location"]) for error in document["errors"]] == [("limit", "query")]
    assert "limit (query): Input should be a valid integer" in document["detail"]
    document = problem(site.client.get("/api/number"), 422, "invalid-request")
    assert document["detail"] == "limit (query): expected, but missing"
    answer = site.client.post("/api/session", content=b'{"email": ', headers={"Content-Type": "application/json"})
    assert "is not JSON" in problem(answer, 400, "bad-request")["detail"]
    for body in (b"[]", b"null", b'"x"', b'{"email": "\\ud800", "password": ""}', b""):
        answer = site.client.post("/api/session", content=body, headers={"Content-Type": "application/json"})
        problem(answer, 422, "invalid-request")


def test_the_api_description_tells_of_problem_documents(site: Site) -> None:
    description = site.client.get("/openapi.json").json()
    for path in description["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
            assert "422" not in operation["responses"]
