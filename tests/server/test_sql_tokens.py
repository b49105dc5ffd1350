"""Read tokens that may ask in SQL, and the formats of the answers, over HTTP."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pytest
from server_process import SEVERAL, ServerProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Scope


class Studio:
    """Two games, and a token for SQL about one of them."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        registry = Registry.open(Settings(data=server.data).registry_database)
        try:
            self.keys = {game: self.add(registry, game) for game in ("arena", "harbour")}
            self.sql_token = registry.tokens.add(game_ids=["arena"], scopes=[Scope.READ, Scope.SQL])[1]
            self.all_games_token = registry.tokens.add(scopes=[Scope.READ, Scope.SQL])[1]
            self.plain_token = registry.tokens.add(game_ids=["arena"])[1]
        finally:
            registry.close()

    @staticmethod
    def add(registry: Registry, game: str) -> str:
        registry.games.add(game)
        return registry.keys.add(game).key

    def ask(self, sql: str, token: str | None = None, **more: object) -> tuple[int, dict[str, str], bytes]:
        headers = {"Authorization": f"Bearer {token or self.sql_token}", "Content-Type": "application/json"}
        return self.server.request("POST", "/api/sql", json.dumps({"sql": sql, **more}).encode(), headers)

    def rows(self, sql: str, token: str | None = None) -> list[list[object]]:
        status, _, body = self.ask(sql, token)
        assert status == 200, body
        return json.loads(body)["rows"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    server = ServerProcess(tmp_path_factory.mktemp("one") / "data", environment=SEVERAL).start()
    try:
        studio = Studio(server)
        for game in studio.keys:
            sent = [{"name": "purchase", "player_id": "p1", "value": 1.0, "props": {"score": "1"}} for _ in range(20)]
            assert server.send(sent, Authorization=f"Bearer {studio.keys[game]}")[0] == 202
        yield studio
    finally:
        server.stop()


def test_a_token_of_one_game_reads_that_one(studio: Studio):
    assert studio.rows("SELECT game_id, count(*) FROM events GROUP BY game_id") == [["arena", 20]]
    assert studio.rows("SELECT count(*) FROM events", studio.all_games_token) == [[40]]
    status, _, body = studio.ask("FROM store.events")
    assert (status, b"not for your token" in body) == (400, True)


def test_who_may_ask(studio: Studio):
    assert studio.ask("SELECT 1", studio.plain_token)[0] == 403
    status, _, body = studio.ask("SELECT 1", internal=True)
    assert (status, json.loads(body)["type"].rpartition("/")[2]) == (403, "forbidden")
    assert studio.ask("SELECT count(*) FROM rollup_builds", studio.server.token, internal=True)[0] == 200


def test_arrow_and_csv(studio: Studio):
    sql = (
        "SELECT name, time, props, sum(value::BIGINT) AS total, '=1+1' AS formula FROM events GROUP BY ALL ORDER BY ALL"
    )
    status, headers, body = studio.ask(sql, format="arrow")
    assert (status, headers["content-type"]) == (200, "application/vnd.apache.arrow.stream")
    table = pa.ipc.open_stream(body).read_all()
    assert table.column_names == ["name", "time", "props", "total", "formula"]
    assert table.schema.field("time").type == pa.timestamp("us", "UTC")
    assert table.schema.field("total").type == pa.int64()
    assert json.loads(table["props"][0].as_py())["score"] == "1"
    status, headers, body = studio.ask(sql, format="csv")
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/csv")
    columns, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    assert columns == table.column_names and len(rows) == table.num_rows
    assert rows[0][-1] == "'=1+1" and json.loads(rows[0][2])["score"] == "1"


@pytest.mark.parametrize("format_", ["arrow", "csv"])
def test_what_is_whole_or_refused(studio: Studio, format_: str):
    status, _, body = studio.ask("SELECT i FROM range(20_000) AS t(i)", format=format_)
    assert status == 200
    status, _, body = studio.ask("SELECT i FROM range(1_000_001) AS t(i)", format=format_)
    assert (status, b"more than 1,000,000 rows" in body) == (400, True)
