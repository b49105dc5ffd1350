"""A registry on a server of a database: connections that break, a server that restarts, and the whole program on it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from doctor_table import found_wrong
from server_process import ServerProcess
from typer.testing import CliRunner

from databases.mariadb import PASSWORD, MariaDB
from databases.postgresql import PostgreSQL
from playtrace.cli.main import app
from playtrace.registry.errors import RegistryAway, Unusable
from playtrace.registry.registry import Registry

CutOff = Callable[[], None]
"""Ends all connections of clients, as a server does that restarts."""


pytestmark = pytest.mark.outside


@pytest.fixture
def cut_off_postgresql(postgresql: PostgreSQL) -> CutOff:
    def cut_off() -> None:
        with psycopg.connect(postgresql.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'registry'")

    return cut_off


@pytest.fixture
def cut_off_mariadb(mariadb: MariaDB) -> CutOff:
    def cut_off() -> None:
        for row in mariadb.ask("SELECT id FROM information_schema.processlist WHERE user = 'studio'"):
            mariadb.ask(f"KILL {row['id']}")

    return cut_off


@pytest.fixture(params=["postgresql", "mariadb"])
def connected(request: pytest.FixtureRequest) -> Iterator[tuple[Registry, CutOff]]:
    url: str = request.getfixturevalue(f"registry_in_{request.param}")
    with closing(Registry.open(url)) as registry:
        yield registry, request.getfixturevalue(f"cut_off_{request.param}")


def test_connections_that_break_are_made_anew(connected: tuple[Registry, CutOff]) -> None:
    registry, cut_off = connected
    registry.games.add("a")
    cut_off()
    assert [game.id for game in registry.games.all()] == ["a"]
    cut_off()
    registry.games.add("b")
    # In the middle of a transaction nothing of it is kept, and it is told.
    with pytest.raises(RegistryAway), registry._writing() as session:
        registry_row = session.connection().exec_driver_sql("SELECT count(*) FROM games").scalar_one()
        assert registry_row == 2
        session.connection().exec_driver_sql("DELETE FROM games WHERE id = 'a'")
        cut_off()
        session.connection().exec_driver_sql("SELECT 1")
    assert [game.id for game in registry.games.all()] == ["a", "b"]
    registry.games.add("c")


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(Unusable, match=rf"registry at {scheme}\S*://ana:\*\*\*@127.0.0.1:9/games cannot") as caught:
            Registry.open(f"{scheme}://ana:hidden-word@127.0.0.1:9/games")
        assert "hidden-word" not in str(caught.value)
        with pytest.raises(Unusable, match=r"password=\*\*\*") as caught:
            Registry.open(f"{scheme}://127.0.0.1:9/games?user=ana&password=hidden-word")
        assert "hidden-word" not in str(caught.value)


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, scheme, extra in (("psycopg", "postgresql", "postgresql"), ("pymysql", "mariadb", "mysql")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(Unusable, match=rf"pip install 'playtrace\[{extra}\]'"):
            Registry.open(f"{scheme}://127.0.0.1:9/games")


def test_the_program_with_its_registry_on_a_server(mariadb: MariaDB, tmp_path: Path) -> None:
    url = mariadb.url(mariadb.new_database())
    environment = {"PLAYTRACE_REGISTRY_URL": url}
    server = ServerProcess(tmp_path / "data", environment=environment, from_nothing=True).start()
    try:
        with closing(Registry.open(url)) as registry:
            registry.games.add("arena")
            key = registry.keys.add("arena").key
        event = {"events": [{"name": "jump", "player_id": "p"}]}
        assert server.send(event, authorization=f"Bearer {key}")[0] == 202
        # It restarts; what was known of keys goes on to hold, and the rest is told.
        mariadb.kill()
        assert server.send(event, authorization=f"Bearer {key}")[0] == 202
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.token}"}
        status, _, answer = server.request("GET", "/api/reports", None, headers)
        assert (status, json.loads(answer)["title"]) == (503, "Not now")
        # Events are taken all the same: no load balancer is told otherwise.
        assert server.request("GET", "/api/health")[0] == 200
        mariadb.start()
        with closing(Registry.open(url)) as registry:
            registry.games.add("pond")
            other = registry.keys.add("pond").key
        assert server.send(event, authorization=f"Bearer {other}")[0] == 202
        server.wait_until_loaded()
        games = json.loads(server.request("GET", "/api/games", None, headers)[2])["games"]
        assert sorted(game["id"] for game in games) == ["arena", "pond"]
        beside = {**os.environ, **environment, "COLUMNS": "1000"}
        checked = CliRunner().invoke(app, ["doctor", "--data", str(server.data)], env=beside)
        assert [what for what, _ in found_wrong(checked) if what == "registry"] == []
        assert not (server.data / "registry.sqlite").exists()
        for text in (server.output(), checked.output):
            assert PASSWORD not in text and "s3cret" not in text
    finally:
        server.stop()
