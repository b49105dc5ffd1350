"""Spark answers as DuckDB does, which others of these tests compare with an oracle; and what a batch run makes of it.

All that needs Spark is in this file: it is started once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import arena_history
import pyarrow as pa
import pytest
from conftest import Engine, plain, same
from pyarrow import parquet
from quick_spark import QUICK
from test_clickhouse_answers import ASKED, DAYS
from typer.testing import CliRunner

from playtrace.batch.facts import FACTS
from playtrace.batch.lake import SPARK_TYPES, Lake
from playtrace.batch.quality.checks import LIMITS, Check, checks_of
from playtrace.batch.reader import SparkReader
from playtrace.batch.session import spark_session
from playtrace.batch.tables import Tables
from playtrace.cli.batch import app
from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.metric import metrics
from playtrace.mirrors.lake.books import Books
from playtrace.mirrors.lake.tables import COLUMNS_OF, EVENTS, TYPES
from playtrace.mirrors.target import Position, Slice
from playtrace.mirrors.targets import make_target

FROM_EVENTS_TOO = {"retention"}
"""Of these what is read from events is asked too, where rollups would answer."""
SAID_ELSEWHERE = {
    *("timeseries_sessions", "timeseries_active_players", "timeseries_new_players", "geo_of_regions"),
    *("performance_over_time", "leaderboard_of_sums", "timeseries_avg_fps", "timeseries_revenue", "paths_to"),
    *("breakdown_of_players", "filtered_events"),
}
"""Questions whose SQL says nothing that others do not: each takes its seconds."""
NOT_ANSWERED = {name for name, metric in metrics().items() if not metric.travels}
"""What is said in docs/batch.md not to be had of Spark."""
AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("CI") and shutil.which("java") is None, reason="Spark needs Java, and there is none here"
    ),
    # What Spark says of pandas, which nothing here needs.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = spark_session("local[2]", QUICK)
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def odd_events() -> list[dict[str, Any]]:
    """What clients send that nobody expects, and two ids that are one player."""
    properties: list[dict[str, Any]] = [
        {"mode": "ranked", "n": 7, "a.b": "dotted", "it's": "quoted", "deep": {"of": 3}},
        {"mode": 7, "n": "7", "a.b": 1.5, "it's": True, "deep": "flat"},
        {"mode": "7d", "n": "7d", "a.b": None, "it's": "'; DROP TABLE events", "deep": [1, "{"]},
        {"mode": "{not json", "n": 1e20, "a.b": "", "deep": {"of": "3"}},
        {"mode": True, "n": -0.5, "it's": "ü🏹"},
        {"mode": None, "n": "0x10"},
    ]
    events = [
        {
            "name": "shot",
            "time": AT + dt.timedelta(minutes=number),
            "player_id": f"pläyer-{number % 3}",
            "session_id": f"s{number % 3}",
            "seq": number,
            "props": sent,
        }
        for number, sent in enumerate(properties * 2)
    ]
    merged = {"previous_id": "pläyer-1", "canonical_id": "pläyer-0"}
    return [*events, {"name": "player_merged", "time": AT, "player_id": "pläyer-0", "props": merged}]


class Written:
    """A lake with two games, and where it lies."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.url = folder.as_uri()
        self.arena, self.odd = engine.new_game(), engine.new_game()
        events = arena_history.events()
        before = Position(str(engine.journal.journal_id), engine.loader.offset)
        engine.load(self.arena, events[::2], dt.datetime(2026, 3, 3, 1, tzinfo=dt.UTC))
        engine.load(self.arena, events[1::2], dt.datetime(2026, 3, 3, 4, 30, tzinfo=dt.UTC))
        engine.load(self.odd, odd_events(), dt.datetime(2026, 3, 3, 4, 30, tzinfo=dt.UTC))
        upto = Position(before.journal_id, engine.loader.offset)
        with closing(make_target(self.url, "lake", engine.settings, dict)) as target:
            target.open()
            slice_ = Slice(before, upto, (self.arena, self.odd), None)
            with engine.store.reading() as moment:
                rows = target.read(slice_, moment)
            # Nothing was mirrored before: it begins behind what other tests loaded.
            assert target.write(Slice(None, upto, slice_.games, None), rows).events == len(events) + len(odd_events())


@pytest.fixture(scope="module")
def written(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(engine, tmp_path_factory.mktemp("lake of ours") / "events")


@pytest.fixture(scope="module")
def reader(spark: Any, written: Written) -> Iterator[SparkReader]:
    with closing(Tables(spark, Rules().session_timeout)) as tables:
        yield tables.make(Lake(written.url).frame(spark))


def check_same(engine: Engine, reader: SparkReader, game: str, name: str, **asked: Any) -> Any:
    metric = metrics()[name]
    parameters = metric.parameters.model_validate({"gameId": game} | DAYS | asked)
    here = metric.answer(parameters, engine.store, arena_history.NOW, Rules())
    there = metric.answer_of(parameters, reader, arena_history.NOW, Rules())
    same(plain(here), plain(there))
    return there


@pytest.mark.parametrize("name", sorted(ASKED.keys() - SAID_ELSEWHERE))
def test_a_metric_of_both_engines(engine: Engine, reader: SparkReader, written: Written, name: str) -> None:
    metric, asked = ASKED[name]
    # Segments are the store's.
    asked = {name: value for name, value in asked.items() if name != "segment"}
    for source in ("auto", "raw") if name in FROM_EVENTS_TOO else ("auto",):
        check_same(engine, reader, written.arena, metric, source=source, **asked)


def test_no_metric_is_forgotten() -> None:
    asked = {metric for name, (metric, _) in ASKED.items() if name not in SAID_ELSEWHERE}
    assert asked == set(metrics()) - NOT_ANSWERED


@pytest.mark.parametrize(
    "filter_",
    ["props.mode:ranked,7", "props.n:..7", "props.it's:*", "props.deep.of:3"],
)
def test_properties_of_any_name_and_type(engine: Engine, reader: SparkReader, written: Written, filter_: str) -> None:
    found = check_same(engine, reader, written.odd, "timeseries", metric="events", filter=[filter_])
    assert sum(point.value or 0 for point in found.points) > 0


def test_values_of_properties_are_grouped_as_they_were_sent(
    engine: Engine, reader: SparkReader, written: Written
) -> None:
    for field in ("props.it's", "props.deep"):
        found = check_same(engine, reader, written.odd, "breakdown", by=[field], event=["shot"])
        assert len(found.rows()) > 1


def test_ids_that_are_one_player_are_one(engine: Engine, reader: SparkReader, written: Written) -> None:
    assert check_same(engine, reader, written.odd, "active_players").rows()


@pytest.mark.parametrize("name", FACTS)
def test_facts_of_both_engines(engine: Engine, reader: SparkReader, written: Written, name: str) -> None:
    for game in (written.arena, written.odd) if name == "session" else (written.arena,):
        asked = (game, dt.date(2026, 3, 1), ZoneInfo("Europe/Berlin"), arena_history.NOW, Rules(currency="EUR"))
        there = FACTS[name].rows(reader, *asked)
        with engine.store.reading() as moment:
            here = FACTS[name].rows(moment, *asked)
        assert here.schema == there.schema
        same(here.to_pylist(), there.to_pylist())
        assert here.num_rows


# ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────


def run(written: Written, results: Path, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """The command, in the session that is there."""
    place = ("--lake", written.url, "--results", str(results), "--from", "2026-03-01", "--to", "2026-03-01")
    late = ("--limit", "late=any")  # which all of it is
    outcome = CliRunner().invoke(app, ["run", *late, *arguments, *place, "--json"])
    assert outcome.exit_code == exit_code, outcome.output
    return json.loads(outcome.stdout)


def test_a_run_writes_what_was_asked_and_says_what_it_did(
    spark: Any, written: Written, engine: Engine, tmp_path: Path
) -> None:
    report = run(written, tmp_path, "active_players", "shots=breakdown?by=name", "--game", written.arena)
    assert {result["at"] for result in report["results"]} == {
        f"metrics/{name}/game={written.arena}/date=2026-03-01/{name}.parquet" for name in ("active_players", "shots")
    }
    [answer] = parquet.read_table(
        tmp_path / f"metrics/active_players/game={written.arena}/date=2026-03-01/active_players.parquet",
        partitioning=None,
    ).to_pylist()
    here = engine.ask("active_players", written.arena, **{"from": "2026-03-01", "to": "2026-03-01"})
    assert (answer["gameId"], answer["metric"]) == (written.arena, "active_players")
    assert answer["from"] == here.from_
    [file] = (tmp_path / "runs").iterdir()
    kept = json.loads(file.read_text())
    assert kept["snapshotId"] == report["snapshotId"] is not None
    assert len(kept["results"]) == 2


DAY = dt.date(2026, 3, 10)
NOON = dt.datetime(2026, 3, 10, 12)


def row(number: int, **fields: Any) -> dict[str, Any]:
    """An event as a lake has it."""
    return {
        "game_id": "arena",
        "event_id": f"id-{number}",
        "name": "shot",
        "time": NOON,
        "received_at": NOON + dt.timedelta(minutes=1),
        "env": "prod",
        "severity": "info",
        "source": "test",
        "player_id": "ann",
        "journal_offset": number,
        "position": 0,
        "props": json.dumps({"n": number}),
    } | fields


WRONG = [
    *(row(0), row(1, journal_offset=9)),
    *(row(100, name=None), row(101, severity=None)),
    *(row(102, seq=-1), row(103, value=float("inf")), row(104, x=float("nan"))),
    row(105, player_id=None),
    row(106, received_at=NOON + dt.timedelta(hours=25)),
]


def day_checks(spark: Any, rows: list[dict[str, Any]], received: int) -> dict[str, Check]:
    types = {column: SPARK_TYPES[str(TYPES[column])] if column in TYPES else "STRING" for column in COLUMNS_OF[EVENTS]}
    schema = ", ".join(f"`{column}` {type_.replace('TIMESTAMP', 'TIMESTAMP_NTZ')}" for column, type_ in types.items())
    lake = spark.createDataFrame([tuple(map(one.get, types)) for one in rows], schema)
    hours = {
        "game_id": ["arena", "arena", "other"],
        "hour": [NOON, NOON, NOON],
        "outcome": ["stored", "erased", "stored"],
        "events": [received, 2, 5],
    }
    books = Books(pa.table(hours), dt.datetime(2026, 3, 11))
    with closing(Tables(spark, Rules().session_timeout)) as tables:
        found = checks_of(tables.make(lake), books, "arena", DAY, ZoneInfo("UTC"), LIMITS)
    return {check.name: check for check in found}


def test_a_good_day_passes_every_check_and_what_is_wrong_is_found(spark: Any) -> None:
    good = [row(number) for number in range(60)]
    found = day_checks(spark, good, 62)
    assert [name for name, check in found.items() if check.found or not check.is_passed] == []
    found = day_checks(spark, good + WRONG, 62)
    # What came a day late is of an hour that the books do not have yet.
    found_wrong = {"unbalanced": 8, "repeated": 2, "missing": 2, "out_of_range": 3}
    expected = found_wrong | {"without_player": 1 / 69, "late": 1 / 69}
    assert {name: found[name].found for name in expected} == pytest.approx(expected)
    assert {name for name, check in found.items() if not check.is_passed} == found_wrong.keys()


def test_properties_that_change_their_type_are_named(spark: Any) -> None:
    week_before = [row(200 + number, time=NOON - dt.timedelta(days=3)) for number in range(30)]
    texts = [row(number, props=json.dumps({"n": f"a{number}", "more": True, "rare": 1})) for number in range(30)]
    texts[5:] = [one | {"props": one["props"].replace(', "rare": 1', "")} for one in texts[5:]]
    found = day_checks(spark, week_before + texts, 62)
    assert found["changed_types"].named == ["shot.n: number is text"]
    assert found["new_properties"].named == ["shot.more: boolean"]
    assert (found["changed_types"].is_passed, found["new_properties"].is_passed) == (False, True)
    assert found["unbalanced"].found == 0


def test_a_day_that_does_not_pass_its_checks_leaves_what_was_there(
    spark: Any, written: Written, tmp_path: Path
) -> None:
    run(written, tmp_path, "--fact", "event", "--game", written.arena)
    file = tmp_path / f"facts/event/game={written.arena}/date=2026-03-01/event.parquet"
    before = file.read_bytes()
    told = tmp_path / "told.json"
    report = run(
        *(written, tmp_path, "--fact", "event", "--game", written.arena, "--limit", "late=0.1"),
        *("--alert", f"tee '{told}'"),
        exit_code=1,
    )
    assert [check["found"] for check in report["checks"] if check["name"] == "late"] == [1.0]
    assert report["results"] == []
    assert file.read_bytes() == before
    assert [check["name"] for check in json.loads(told.read_text())["failedChecks"]] == ["late"]


def test_a_question_that_fails_costs_no_other(spark: Any, written: Written, tmp_path: Path) -> None:
    report = run(
        *(
            written,
            tmp_path,
            "bad=active_players?source=rollup&filter=level:1",
            "--fact",
            "player",
            "--game",
            written.arena,
        ),
        exit_code=1,
    )
    by_name = {result["name"]: result for result in report["results"]}
    assert by_name["bad"]["error"] and by_name["bad"]["at"] is None
    assert by_name["player"]["rows"] == 5
