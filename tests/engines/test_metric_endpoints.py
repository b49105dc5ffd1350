"""Every metric is a route and a command, with the same parameters and answers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FROM_EVENTS, Engine, api_client
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from playtrace.api import metrics as metric_routes
from playtrace.cli.query import app as query_command
from playtrace.config import Settings
from playtrace.metrics.frame.metric import metrics
from playtrace.metrics.frame.models import DAYS_MAX
from playtrace.problems import MEDIA_TYPE
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

NEEDED = {"heatmap": {"map": "arena"}, "journey": {"playerId": "ann"}, "player": {"playerId": "ann"}}
"""Parameters that a metric cannot do without."""
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}


@pytest.fixture(scope="module")
def game(engine: Engine) -> str:
    game = engine.new_game()
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    place = {"map": "arena", "x": 1.0, "y": 2.0}
    engine.load(game, [{"name": "player_death", "player_id": "ann", "time": noon, **place}])
    return game


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, game: str) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path_factory.mktemp('registry') / 'registry.sqlite'}")
    registry.games.add(game, time_zone="Asia/Kathmandu", currency="NPR")
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def client(engine: Engine, registry: Registry) -> Iterator[TestClient]:
    with api_client(engine, registry, metric_routes.router(), settings=Settings(open=True)) as client:
        yield client


@pytest.mark.parametrize("name", metrics())
def test_every_metric_answers(client: TestClient, game: str, name: str) -> None:
    answer = client.get(f"/api/metrics/{name}", params={"gameId": game} | MARCH | NEEDED.get(name, {}))
    assert answer.status_code == 200, answer.text
    document = answer.json()
    source = "raw" if name in FROM_EVENTS else "rollup"
    assert (document["metric"], document["gameId"], document["source"]) == (name, game, source)
    assert document["timeZone"] == "Asia/Kathmandu"
    # A range is widened to whole windows, which begin on a Monday.
    assert document["from"] == ("2026-02-22T18:15:00Z" if name == "growth" else "2026-02-28T18:15:00Z")
    assert document["definition"] == f"/docs#metric_{name}"
    assert metrics()[name].answer_type.model_validate(document).model_dump(mode="json") == document


def test_the_catalogue_has_what_a_form_needs(client: TestClient, game: str) -> None:
    entries = {entry["name"]: entry for entry in client.get("/api/metrics").json()["metrics"]}
    assert list(entries) == sorted(metrics())
    retention = {parameter["name"]: parameter for parameter in entries["retention"]["parameters"]}
    assert retention["gameId"]["required"]
    assert retention["gameId"]["isCommon"]
    assert (retention["from"]["type"], retention["timeZone"]["type"]) == ("day or instant", "time zone")
    assert (retention["platform"]["type"], retention["platform"]["isList"]) == ("text", True)
    kind = retention["kind"]
    assert (kind["default"], kind["isCommon"], kind["required"]) == ("classic", False, False)
    assert kind["allowedValues"] == ["classic", "rolling", "bracket", "calendar_week", "window_24h"]
    assert (retention["hours"]["minimum"], retention["hours"]["maximum"]) == (1, 24 * DAYS_MAX)
    # What is said to be the default is what is asked where nothing is said.
    for name, entry in entries.items():
        given = NEEDED.get(name, {})
        needed = {parameter["name"] for parameter in entry["parameters"] if parameter["required"]}
        assert needed == {"gameId", *given}
        defaults = {
            parameter["name"]: parameter["default"]
            for parameter in entry["parameters"]
            if parameter["default"] is not None
        }
        model = metrics()[name].parameters
        asked = {"gameId": game} | given
        assert model.model_validate(asked | defaults) == model.model_validate(asked)


@pytest.mark.parametrize("name", ["retention", *NEEDED])
def test_parameters_are_spelled_either_way(client: TestClient, game: str, name: str) -> None:
    asked = {"game_id": game, "time_zone": "UTC"} | MARCH | NEEDED.get(name, {})
    assert client.get(f"/api/metrics/{name}", params=asked).json()["timeZone"] == "UTC"


@pytest.mark.parametrize("name", metrics())
def test_two_segments_are_compared(client: TestClient, engine: Engine, game: str, name: str) -> None:
    engine.make_segment(game, "those", ["ann"])
    engine.make_segment(game, "others", ["bob"])
    asked = {"gameId": game} | MARCH | NEEDED.get(name, {})

    def ask(**more: str) -> dict[str, Any]:
        return client.get(f"/api/metrics/{name}", params=asked | more).json()

    def apart(answer: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in answer.items() if key not in ("asOf", "elapsedMs", "compared")}

    both = ask(segment="those", compareSegment="others")
    assert (both["segment"], both["compared"]["segment"]) == ("those", "others")
    assert both["asOf"] == both["compared"]["asOf"]
    assert apart(both) == apart(ask(segment="those"))
    assert apart(both["compared"]) == apart(ask(segment="others"))
    assert both["compared"]["compared"] is None
    assert ask(segment="those")["compared"] is None
    # All players beside some.
    assert ask(compareSegment="others")["segment"] is None


def test_segments_that_are_compared_are_known_or_told(client: TestClient, game: str) -> None:
    (hint,) = client.get("/api/metrics/summary", params={"gameId": game, "compareSegment": "nobody"}).json()["hints"]
    assert hint.startswith("compareSegment: there is no segment 'nobody' of this game.")


def test_money_is_in_the_currency_of_the_game(client: TestClient, game: str) -> None:
    assert client.get("/api/metrics/summary", params={"gameId": game}).json()["currency"] == "NPR"


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"gameId": None}, 422, "gameId"),
        ({"from": "yesterday"}, 422, "from"),
        ({"from": "2026-03-10"}, 422, "from"),
        ({"from": "0001-01-01", "to": "0001-01-05"}, 422, "from"),
        ({"from": "9999-12-01", "to": "9999-12-30"}, 422, "from"),
        ({"timeZone": "Mars/Olympus"}, 422, "timeZone"),
        ({"timezone": "UTC"}, 422, "timezone"),
        ({"filter": "level:1", "source": "rollup"}, 422, "source"),
        ({"filter": "nothing"}, 422, "filter"),
        ({"interval": "minute"}, 422, "interval"),
        ({"gameId": "nobodys"}, 404, None),
    ],
)
def test_a_wrong_parameter_is_named(
    client: TestClient, game: str, asked: dict[str, str | None], status: int, field: str | None
) -> None:
    parameters = {"gameId": game} | MARCH | asked
    answer = client.get("/api/metrics/timeseries", params={k: v for k, v in parameters.items() if v is not None})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert field is None or [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_range_has_as_many_days_as_the_documentation_says(client: TestClient, game: str) -> None:
    first = dt.date(2016, 3, 1)

    def ask(days: int) -> tuple[int, str]:
        span = {"from": str(first), "to": str(first + dt.timedelta(days=days - 1))}
        answer = client.get("/api/metrics/timeseries", params={"gameId": game} | span)
        return answer.status_code, answer.text

    assert ask(DAYS_MAX)[0] == 200
    status, text = ask(DAYS_MAX + 1)
    assert status == 422
    assert "not be longer than 3700 days" in text
    documented = (Path(__file__).parents[2] / "docs" / "metrics" / "README.md").read_text("utf-8")
    assert f"has at most {DAYS_MAX:,} days" in documented


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that no server has open."""
    settings = Settings(data=tmp_path_factory.mktemp("quiet") / "data")
    Store.open(settings.store_path, settings).close()
    registry = Registry.open(settings.registry_database)
    registry.games.add("quiet")
    registry.close()
    return settings.data


@pytest.mark.parametrize("name", metrics())
def test_every_metric_is_a_command(data: Path, name: str) -> None:
    given = [name, "--game", "quiet", "--data", str(data)]
    for key, value in NEEDED.get(name, {}).items():
        given += ["--" + re.sub("([A-Z])", r"-\1", key).lower(), value]
    for output in ("table", "csv", "json"):
        done = CliRunner().invoke(query_command, [*given, "--format", output])
        assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["metric"] == name


def test_metrics_are_listed() -> None:
    listed = CliRunner().invoke(query_command, ["--list"])
    assert listed.exit_code == 0, listed.output
    assert "--cell-size" in listed.stdout
    told = CliRunner().invoke(query_command, ["--list-json"])
    assert [entry["name"] for entry in json.loads(told.stdout)["metrics"]] == sorted(metrics())


def test_a_table_for_spreadsheets(data: Path) -> None:
    given = ["timeseries", "--game", "quiet", "--from", "2026-03-01", "--to", "2026-03-02", "--data", str(data)]
    done = CliRunner().invoke(query_command, [*given, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["time"], row["events"], row["complete"]) for row in rows] == [
        ("2026-03-01", "0", "True"),
        ("2026-03-02", "0", "True"),
    ]


def test_a_table_of_two_segments(data: Path) -> None:
    given = ["summary", "--game", "quiet", "--compare-segment", "those", "--data", str(data), "--format", "csv"]
    done = CliRunner().invoke(query_command, given)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["players of"] for row in rows} == {"(all)", "those"}
    assert rows[0]["figure"] == rows[len(rows) // 2]["figure"]


def test_a_hint_is_beside_the_table_and_not_in_it(data: Path) -> None:
    given = ["summary", "--game", "quiet", "--platform", "Amiga", "--data", str(data), "--format", "csv"]
    done = CliRunner().invoke(query_command, given)
    assert done.stderr == "platform: no event of the environment 'prod' has ever had 'Amiga'.\n"
    assert "Amiga" not in done.stdout


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--time-zone", "Mars"], "--time-zone: expected the name of a time zone"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "--from: `from` must lie before `to`."),
        (["--game", "other"], "no game with the id 'other'"),
    ],
)
def test_a_wrong_option_is_named(data: Path, given: list[str], sentence: str) -> None:
    done = CliRunner().invoke(query_command, ["summary", "--game", "quiet", "--data", str(data), *given])
    assert done.exit_code == 2
    assert sentence in done.stderr
