"""The Grafana dashboard asks what a reader of the game database may ask, and gets rows of the form that it draws."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from databases.histories import END, GAME, history, ingest, lines_of, make_game, store_with
from databases.postgresql import PostgreSQL

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "game-database.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def reader(
    postgresql: PostgreSQL, installed_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection[Any]]:
    with (
        store_with([history()], tmp_path_factory.mktemp("grafana")) as store,
        postgresql.database("grafana", template=installed_template) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        make_game(connection)
        ingest(connection, lines_of(store))
        connection.execute("SELECT game_api.flag_player(%s, 'one', 'reported')", [GAME])
        connection.execute(f"SET playtrace.as_of = '{END.isoformat()}'".encode())
        connection.execute("CALL report.refresh()")
        connection.execute("SET ROLE playtrace_reader")
        yield connection


def as_grafana_sends(sql: str) -> str:
    sql = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN '2026-02-12T17:30:00Z' AND '2026-03-12T17:30:00Z'", sql)
    sql = sql.replace("${game:sqlstring}", f"'{GAME}'")
    assert "$" not in sql
    return sql


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_each_panel_has_rows(reader: psycopg.Connection[Any], panel: dict[str, Any]):
    (target,) = panel["targets"]
    cursor = reader.execute(as_grafana_sends(target["rawSql"]).encode())
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    assert cursor.fetchall() != []
    assert (target["format"] == "time_series") == (panel["type"] == "timeseries")
    if panel["type"] == "timeseries":
        assert names[0] == "time"
        # timestamp: of a date Grafana makes no time.
        assert cursor.description[0].type_code == 1114
    if "xField" in panel["options"]:
        assert names[0] == panel["options"]["xField"]


def test_games_to_choose_from(reader: psycopg.Connection[Any]):
    (variable,) = DASHBOARD["templating"]["list"]
    assert reader.execute(variable["query"].encode()).fetchall() == [(GAME,)]


def test_what_is_provisioned_fits_together():
    folder = GRAFANA / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "game-database.yaml").read_text("utf-8"))["datasources"]
    places = json.dumps(DASHBOARD).count('"uid": "' + source["uid"] + '"')
    # Each panel and its target, the list of games, and the dashboard itself.
    assert places == 2 * len(DASHBOARD["panels"]) + 2
    assert {target["datasource"]["type"] for panel in DASHBOARD["panels"] for target in panel["targets"]} == {
        source["type"]
    }
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
