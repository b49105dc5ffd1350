"""Results of a batch run: answers as columns whose types do not depend on the day, in files that are whole."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner
from typer.testing import Result as Outcome

from playtrace.batch.answer_columns import row_of, schema_of
from playtrace.batch.errors import BatchError
from playtrace.batch.facts import FACTS
from playtrace.batch.quality.checks import Check
from playtrace.batch.results import Results
from playtrace.batch.run import Report, Result
from playtrace.batch.telling import alert, embedded_metrics
from playtrace.batch.warehouse.loading import days_of
from playtrace.cli.batch import app
from playtrace.metrics.frame.metric import metrics
from playtrace.metrics.frame.models import CommonAnswer

DAY = dt.date(2026, 3, 1)


def retention(*sizes: int) -> CommonAnswer:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    cohorts = [{"cohort": DAY, "size": size, "cells": []} for size in sizes]
    return metrics()["retention"].answer_type.model_validate(
        {
            "metric": "retention",
            "definition": "",
            "gameId": "arena",
            "from": at,
            "to": at + dt.timedelta(days=1),
            "timeZone": "UTC",
            "segment": None,
            "asOf": at,
            "source": "rollup",
            "elapsedMs": 1.0,
            "kind": "classic",
            "granularity": "day",
            "columns": [],
            "cohorts": cohorts,
            "total": [],
        }
    )


@pytest.mark.parametrize("name", metrics())
def test_every_answer_has_columns(name: str) -> None:
    schema = schema_of(metrics()[name])
    assert {"gameId", "from", "to", "asOf"} <= set(schema.names)
    assert schema.field("from").type == pa.timestamp("us", tz="UTC")
    assert pa.null() not in [field.type for field in schema]


def test_figures_are_numbers_whether_or_not_they_are_whole() -> None:
    for name, at in (("breakdown", "groups"), ("timeseries", "points")):
        assert schema_of(metrics()[name]).field(at).type.value_type.field("value").type == pa.float64()
    assert schema_of(metrics()["leaderboard"]).field("player").type.field("score").type == pa.float64()


def test_days_with_and_without_rows_fit_each_other(tmp_path: Path) -> None:
    metric, results = metrics()["retention"], Results(str(tmp_path))
    for day, sizes in ((DAY, (7, 3)), (DAY + dt.timedelta(days=1), ())):
        results.put("metrics", "retention", "arena", day, row_of(metric, retention(*sizes)))
    files = sorted(tmp_path.rglob("*.parquet"))
    assert [file.relative_to(tmp_path).parent.as_posix() for file in files] == [
        "metrics/retention/game=arena/date=2026-03-01",
        "metrics/retention/game=arena/date=2026-03-02",
    ]
    first, second = (parquet.ParquetFile(file).read() for file in files)
    assert first.schema == second.schema
    [row] = first.to_pylist()
    assert [cohort["size"] for cohort in row["cohorts"]] == [7, 3]
    assert (row["gameId"], row["cohorts"][0]["cohort"]) == ("arena", DAY)


def test_a_result_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    metric, results = metrics()["retention"], Results(str(tmp_path))
    for size in (1, 2):
        results.put("metrics", "retention", "a/../b", DAY, row_of(metric, retention(size)))
    [file] = tmp_path.rglob("*.parquet")
    assert file.relative_to(tmp_path).parts[2] == "game=a%2F..%2Fb"
    [row] = parquet.ParquetFile(file).read().to_pylist()
    assert row["cohorts"][0]["size"] == 2


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("a file")
    with pytest.raises(BatchError, match="cannot be written"):
        Results(str(tmp_path)).put("metrics", "x", "arena", DAY, pa.table({"a": [1]}))
    with pytest.raises(BatchError, match="folder or to s3://"):
        Results("gs://bucket/results")


def report_of(*facts: str, game: str = "arena", error: str | None = None) -> Report:
    results = [Result("facts", name, game, DAY, 1, "", 0.0, error) for name in facts]
    return Report("", 1, 1, dt.datetime.now(dt.UTC), results=results)


def test_days_to_load_are_those_that_the_last_run_wrote_whole(tmp_path: Path) -> None:
    results = Results(str(tmp_path))
    assert results.last_report() is None
    results.put_report("2026-03-02", report_of(*FACTS, game="before"))
    whole, part = report_of(*FACTS), report_of("session", game="part")
    whole.results += part.results + report_of(*FACTS, game="failed", error="no").results
    results.put_report("2026-03-03", whole)
    report = results.last_report()
    assert report is not None
    assert days_of(report) == [("arena", DAY)]


def command(*arguments: str) -> Outcome:
    return CliRunner().invoke(app, list(arguments))


def test_the_statements_are_printed(tmp_path: Path) -> None:
    asked = ("load", "--results", "s3://lake/results", "--game", "arena", "--from", "2026-03-01", "--to", "2026-03-02")
    told = command(*asked)
    assert told.exit_code == 0
    assert (told.stdout.count("BEGIN;"), told.stdout.count("COMMIT;")) == (2, 2)
    assert "CREATE TABLE IF NOT EXISTS playtrace.fact_session" in command("warehouse").stdout
    assert "active_players" in command("athena").stdout
    assert command("athena", "active_players").stdout.startswith("SELECT game_id")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("athena", "nothing"), "There is no question nothing"),
        (("load", "--results", "s3://lake/results", "--from", "2026-03-01"), "Name a game and both ends"),
        (("run", "retention", "--results", "gs://x", "--lake", "/nowhere/lake"), "There is no lake at file:///nowhere"),
        (("run", "--lake", "/nowhere"), "Name a metric"),
        (("run", "retention"), "Name a lake"),
        (("run", "--lake", "/nowhere", "--fact", "nothing"), "There are no facts nothing"),
        (("run", "--lake", "/nowhere", "retention", "retention=retention"), "have the name retention"),
        (("run", "--lake", "/nowhere", "retention", "--time-zone", "Nowhere"), "name of a time zone"),
        (("run", "--lake", "/nowhere", "retention", "--limit", "late"), "late=NUMBER"),
    ],
)
def test_what_is_wrong_is_said_before_spark_starts(arguments: tuple[str, ...], why: str) -> None:
    told = command(*arguments)
    assert told.exit_code == 2
    assert why in " ".join(told.stderr.split())


def test_a_run_is_told_to_cloudwatch_and_to_a_command(tmp_path: Path) -> None:
    report = report_of("session", "player")
    report.results += report_of("session", game="other", error="no").results
    report.checks = [Check("late", "other", DAY, "", 0.9, 0.5)]
    lines = [json.loads(line) for line in embedded_metrics(report)]
    assert [(line["game"], line["BatchResults"], line["BatchResultsFailed"]) for line in lines] == [
        ("arena", 2, 0),
        ("other", 1, 1),
    ]
    [about] = lines[1]["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in about["Metrics"]} <= lines[1].keys()
    assert (about["Dimensions"], lines[1]["BatchChecksFailed"]) == ([["game"], []], 1)
    assert (
        alert(
            f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(sys.stdin.read())' {tmp_path}/told",
            report,
        )
        is None
    )
    told = json.loads((tmp_path / "told").read_text())
    assert [check["name"] for check in told["failedChecks"]] == ["late"]
    for command in ("/nowhere/alert", "false", "unclosed 'quote"):
        why = alert(command, report)
        assert why is not None and why.startswith("The alert could not be told")
