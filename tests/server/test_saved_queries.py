"""Saved queries: whose they are, who sees them and who may change them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from server_process import ServerProcess

from playtrace.registry.errors import UnknownSavedQuery
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Grant, Role
from playtrace.registry.saved_queries import QueryDefinition

MINE = QueryDefinition(name="mine", sql="SELECT 1", is_shared=False)
QUERIES = "/api/games/arena/saved-queries"
OURS = QueryDefinition(name="ours", sql="SELECT 2", is_shared=True)


def ask(server: ServerProcess, method: str, path: str, body: object = None) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    status, _, answer = server.request(method, path, sent, headers={"Content-Type": "application/json"})
    return status, json.loads(answer) if answer else None


def test_queries_are_kept_changed_and_forgotten(open_process: ServerProcess) -> None:
    open_process.send({"events": [{"name": "login", "game_id": "arena"}]})
    query = {"name": "daily'; --", "sql": "SELECT '<b>' -- not looked at", "isShared": True}
    status, kept = ask(open_process, "POST", QUERIES, query)
    assert (status, kept | query) == (201, kept)
    assert ask(open_process, "GET", QUERIES)[1] == {"queries": [kept]}
    status, changed = ask(open_process, "PUT", f"{QUERIES}/{kept['id']}", query | {"name": "weekly"})
    assert (status, changed["name"], changed["mayChange"]) == (200, "weekly", True)
    assert ask(open_process, "DELETE", f"{QUERIES}/{kept['id']}") == (204, None)
    assert ask(open_process, "DELETE", f"{QUERIES}/{kept['id']}")[0] == 404
    assert ask(open_process, "GET", "/api/games/nowhere/saved-queries")[0] == 404
    # Where nobody signs in nothing is anybody's own.
    assert ask(open_process, "POST", QUERIES, query | {"isShared": False})[0] == 422
    assert ask(open_process, "POST", QUERIES, query | {"name": " "})[0] == 422


def test_what_somebody_keeps_is_seen_by_nobody_else_and_goes_with_them(tmp_path: Path) -> None:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    for game in ("arena", "harbour"):
        registry.games.add(game)
    ann, bob = (registry.people.invite(f"{name}@example.org", [Grant(Role.EDITOR)])[0] for name in ("ann", "bob"))
    mine, ours = (registry.saved_queries.add("arena", definition, ann.id) for definition in (MINE, OURS))
    assert [query.name for query in registry.saved_queries.visible_to("arena", ann.id)] == ["mine", "ours"]
    assert [query.name for query in registry.saved_queries.visible_to("arena", bob.id)] == ["ours"]
    assert [query.name for query in registry.saved_queries.visible_to("arena", None)] == ["ours"]
    assert registry.saved_queries.visible_to("harbour", ann.id) == []
    with pytest.raises(UnknownSavedQuery):
        registry.saved_queries.find("harbour", ours.id)
    registry.people.remove(ann.id)
    assert registry.saved_queries.find("arena", ours.id).owner_id is None
    with pytest.raises(UnknownSavedQuery):
        registry.saved_queries.find("arena", mine.id)
    registry.close()
