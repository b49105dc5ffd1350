"""People on a running server: invited, reset, removed, signed in and out; and what the audit says of it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import warm_program
from server_process import ServerProcess

PASSWORD, OTHER = "a long enough password", "another long password"
EMAIL = "ada@studio.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path_factory.mktemp("people") / "data").start()
    try:
        run(server, "games", "add", "arena")
        run(server, "games", "add", "harbour")
        yield server
        assert server.is_running(), server.output()
    finally:
        server.stop()


@pytest.fixture
def browser(server: ServerProcess) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=120, headers={"Origin": server.url, "User-Agent": "Fox"}) as client:
        yield client


def run(server: ServerProcess, *arguments: str) -> Any:
    environment = {**os.environ, "PLAYTRACE_LOG_LEVEL": "error"}
    done = warm_program.run(*arguments, "--data", str(server.data), "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_machine(server: ServerProcess, method: str, path: str, body: Any = None) -> httpx2.Response:
    return server.client.request(method, path, json=body, headers={"Authorization": f"Bearer {server.token}"})


def token_in(link: str) -> str:
    return link.partition("#token=")[2]


def sign_in(browser: httpx2.Client, email: str = EMAIL, password: str = PASSWORD) -> int:
    return browser.post("/api/session", json={"email": email, "password": password}).status_code


def test_from_an_invitation_to_the_end(server: ServerProcess, browser: httpx2.Client):
    made = run(server, "people", "invite", EMAIL, "--role", "viewer", "--game", "arena")
    assert made["link"].startswith(f"{server.url}/password#token=password_")
    # Nobody signs in before a password was chosen, with an empty one neither.
    assert sign_in(browser, password="") == 401
    use = {"token": token_in(made["link"]), "password": PASSWORD}
    assert browser.post("/api/password", json=use | {"token": "password_guess"}).status_code == 403
    answer = browser.post("/api/password", json=use)
    assert answer.status_code == 200
    assert answer.json()["user"]["grants"] == [{"role": "viewer", "gameId": "arena"}]
    # Once.
    assert browser.post("/api/password", json=use).status_code == 403
    assert [game["id"] for game in browser.get("/api/games").json()["games"]] == ["arena"]

    # What they may changes with their next request.
    changed = run(server, "people", "role", EMAIL, "editor", "--game", "harbour")
    assert len(changed["grants"]) == 2
    assert len(browser.get("/api/games").json()["games"]) == 2
    rates = {"rates": []}
    assert browser.put("/api/games/harbour/rates", json=rates).status_code == 200
    assert browser.put("/api/games/arena/rates", json=rates).status_code == 403
    assert browser.get("/api/people").status_code == 403

    # A reset leaves the old password until it is used; then everybody is out who was in.
    link = run(server, "people", "reset", EMAIL)["link"]
    assert sign_in(browser) == 200
    with httpx2.Client(base_url=server.url, timeout=120, headers={"Origin": server.url}) as elsewhere:
        assert elsewhere.post("/api/password", json={"token": token_in(link), "password": OTHER}).status_code == 200
        assert browser.get("/api/games").status_code == 401
        assert (sign_in(browser), sign_in(browser, password=OTHER)) == (401, 200)

        # The own password, and the own logins.
        change = {"old": "a wrong password", "new": PASSWORD}
        assert browser.put("/api/me/password", json=change).status_code == 403
        assert browser.put("/api/me/password", json=change | {"old": OTHER}).status_code == 204
        assert elsewhere.get("/api/games").status_code == 401
        assert sign_in(elsewhere) == 200
        logins = browser.get("/api/me/logins").json()["logins"]
        assert [(one["isThis"], one["agent"]) for one in logins if one["isThis"]] == [(True, "Fox")]
        there = next(one for one in logins if not one["isThis"])
        assert browser.delete(f"/api/me/logins/{there['id']}").status_code == 204
        assert browser.delete(f"/api/me/logins/{there['id']}").status_code == 404
        assert elsewhere.get("/api/games").status_code == 401

    run(server, "people", "remove", EMAIL)
    assert browser.get("/api/games").status_code == 401
    assert sign_in(browser) == 401


def test_an_admin_does_it_in_the_browser(server: ServerProcess, browser: httpx2.Client):
    new = {"email": "Boss@studio.example", "grants": [{"role": "admin"}]}
    made = by_machine(server, "POST", "/api/people", new)
    assert made.status_code == 201
    assert by_machine(server, "POST", "/api/people", new).status_code == 409
    use = {"token": token_in(made.json()["link"]), "password": PASSWORD}
    assert browser.post("/api/password", json=use).json()["user"]["isAdmin"]

    # Somebody must be left who may do everything.
    boss = made.json()["person"]["id"]
    for refused in (
        browser.put(f"/api/people/{boss}/grants", json={"grants": [{"role": "viewer"}]}),
        browser.delete(f"/api/people/{boss}"),
    ):
        assert refused.status_code == 409
        assert "only admin" in refused.json()["detail"]
    wrong = browser.post("/api/people", json={"email": "b@studio.example", "grants": [{"role": "king"}]})
    assert wrong.status_code == 422
    wrong = browser.post("/api/people", json={"email": "b", "grants": []})
    assert wrong.json()["errors"][0]["field"] == "email"
    nowhere = {"email": "b@studio.example", "grants": [{"role": "viewer", "gameId": "nowhere"}]}
    assert browser.post("/api/people", json=nowhere).status_code == 422

    second = browser.post("/api/people", json={"email": "b@studio.example", "grants": [{"role": "admin"}]}).json()
    assert second["person"]["linkUntil"]
    assert browser.delete(f"/api/people/{boss}").status_code == 200
    assert browser.get("/api/people").status_code == 401


def test_a_login_of_somebody_else_is_ended(server: ServerProcess, browser: httpx2.Client):
    made = by_machine(server, "POST", "/api/people", {"email": "cleo@studio.example", "grants": []}).json()
    path = f"/api/people/{made['person']['id']}/logins"
    assert made["person"]["signedInAt"] is None
    use = {"token": token_in(made["link"]), "password": PASSWORD}
    assert browser.post("/api/password", json=use).status_code == 200
    everybody = by_machine(server, "GET", "/api/people").json()["people"]
    assert next(one for one in everybody if one["email"] == "cleo@studio.example")["signedInAt"]
    (login,) = by_machine(server, "GET", path).json()["logins"]
    assert by_machine(server, "DELETE", f"{path}/{login['id']}").status_code == 204
    assert by_machine(server, "DELETE", f"{path}/{login['id']}").status_code == 404
    assert browser.get("/api/me/logins").status_code == 401


def test_tokens_are_made_used_and_revoked(server: ServerProcess):
    asked = {"note": "notebook", "scopes": ["sql", "read"], "gameIds": ["arena"], "days": 30}
    made = by_machine(server, "POST", "/api/tokens", asked).json()
    token = made["token"]
    assert (token["scopes"], token["gameIds"], token["usedAt"]) == (["read", "sql"], ["arena"], None)
    assert made["secret"].startswith(token["prefix"])
    with_it = {"Authorization": f"Bearer {made['secret']}"}
    games = server.client.get("/api/games", headers=with_it).json()["games"]
    assert [game["id"] for game in games] == ["arena"]
    listed = by_machine(server, "GET", "/api/tokens")
    assert made["secret"] not in listed.text
    one = next(one for one in listed.json()["tokens"] if one["id"] == token["id"])
    assert (one["note"], one["usedAt"] is not None, one["revokedAt"]) == ("notebook", True, None)

    assert by_machine(server, "DELETE", f"/api/tokens/{token['id']}").json()["revokedAt"]
    assert server.client.get("/api/games", headers=with_it).status_code == 401
    assert by_machine(server, "DELETE", "/api/tokens/999999").status_code == 404
    for wrong in ({"scopes": []}, {"scopes": ["king"]}, {"gameIds": []}, {"days": 0}, {"note": "x" * 300}):
        assert by_machine(server, "POST", "/api/tokens", wrong).status_code == 422, wrong
    assert by_machine(server, "POST", "/api/tokens", {"gameIds": ["nowhere"]}).status_code == 404
    actions = by_machine(server, "GET", "/api/audit?action=token").json()["entries"]
    assert [one["action"] for one in actions[:2]] == ["token.revoked", "token.added"]


def test_a_token_may_no_more_than_who_makes_it(server: ServerProcess):
    def ask(secret: str, method: str, path: str, body: Any = None) -> Any:
        return server.client.request(method, path, json=body, headers={"Authorization": f"Bearer {secret}"})

    manages = {"scopes": ["manage"], "gameIds": ["arena"]}
    secret = by_machine(server, "POST", "/api/tokens", manages).json()["secret"]
    of_all = by_machine(server, "POST", "/api/tokens", {}).json()["token"]["id"]
    assert ask(secret, "POST", "/api/tokens", manages).status_code == 201
    # Not for a game that it is not for, not for all, and not in SQL, which it may not ask in.
    assert ask(secret, "POST", "/api/tokens", {"gameIds": ["arena", "harbour"]}).status_code == 404
    assert ask(secret, "POST", "/api/tokens", {}).status_code == 403
    assert ask(secret, "POST", "/api/tokens", {"scopes": ["sql"], "gameIds": ["arena"]}).status_code == 403
    assert {tuple(one["gameIds"]) for one in ask(secret, "GET", "/api/tokens").json()["tokens"]} == {("arena",)}
    assert ask(secret, "DELETE", f"/api/tokens/{of_all}").status_code == 404
    reads = by_machine(server, "POST", "/api/tokens", {"gameIds": ["arena"]}).json()["secret"]
    assert ask(reads, "GET", "/api/tokens").status_code == 403


def test_a_program_has_no_password(server: ServerProcess):
    assert by_machine(server, "GET", "/api/me/logins").status_code == 403
    assert by_machine(server, "PUT", "/api/me/password", {"old": PASSWORD, "new": PASSWORD}).status_code == 403


def test_the_audit_says_who_did_what(server: ServerProcess):
    by_machine(server, "POST", "/api/people", {"email": "=cmd@studio.example", "grants": []})
    page = by_machine(server, "GET", "/api/audit?action=person&limit=2").json()
    latest = page["entries"][0]
    assert (latest["actor"], latest["action"]) == ("the command line", "person.invited")
    assert (latest["subject"], latest["address"]) == ("=cmd@studio.example", "127.0.0.1")
    older = by_machine(server, "GET", f"/api/audit?action=person&before={page['next']}").json()["entries"]
    assert all(one["id"] < page["next"] for one in older)
    assert all(one["action"].startswith("person.") for one in older)
    of_game = by_machine(server, "GET", "/api/audit?gameId=arena").json()["entries"]
    assert {one["action"] for one in of_game} >= {"game.added"}
    assert all(one["gameId"] == "arena" for one in of_game)
    by_address = by_machine(server, "GET", "/api/audit?address=127.0.0.1").json()["entries"]
    assert {one["address"] for one in by_address} == {"127.0.0.1"}
    assert by_machine(server, "GET", "/api/audit?address=10.0.0.1").json()["entries"] == []

    for since in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "0000-01-01", "10000-01-01", "1e400"):
        for name in ("since", "until"):
            answer = by_machine(server, "GET", f"/api/audit?{name}={since}")
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), since
    assert by_machine(server, "GET", "/api/audit?since=9000-12-31T23:00:00-14:00").json()["entries"] == []

    file = by_machine(server, "GET", "/api/audit?format=csv")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert rows[0]["subject"] == "'=cmd@studio.example"
    lines = by_machine(server, "GET", "/api/audit?format=ndjson").text.splitlines()
    assert len(lines) == len(rows)
    # No secret is in it.
    assert not re.search(r"password_[\w-]{20}", file.text)
    assert PASSWORD not in file.text


def test_an_admin_of_some_games_reads_what_was_done_to_these(server: ServerProcess, browser: httpx2.Client):
    link = by_machine(server, "POST", "/api/people", {"email": "chief@studio.example", "grants": []}).json()["link"]
    run(server, "people", "role", "chief@studio.example", "admin", "--game", "arena")
    assert browser.post("/api/password", json={"token": token_in(link), "password": PASSWORD}).status_code == 200
    entries = browser.get("/api/audit?limit=1000").json()["entries"]
    assert {one["gameId"] for one in entries} == {"arena"}
    assert {one["action"] for one in entries} >= {"game.added"}
    rows = list(csv.DictReader(io.StringIO(browser.get("/api/audit?format=csv").text)))
    assert [int(row["id"]) for row in rows] == [one["id"] for one in entries]
    assert browser.get("/api/audit?gameId=harbour").status_code == 404
