"""The star for Redshift: statements that Redshift's dialect reads, run on PostgreSQL where they are the same there.

What PostgreSQL has not is left out: `COPY` from a bucket, and how rows are spread over nodes. Facts come from the
embedded store, as Spark answers the same (`tests/engines/test_spark_answers.py`).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlglot
from sqlglot import exp

from databases.postgresql import PostgreSQL
from databases.studio import Studio
from playtrace.batch.errors import BatchError
from playtrace.batch.facts import FACTS
from playtrace.batch.warehouse.loading import TABLES, load, merges, queries, schema, stages
from playtrace.metrics.frame.asking import Rules

sys.path.append(str(Path(__file__).parent.parent / "engines"))

import arena_history

DAYS = (dt.date(2026, 3, 1), dt.date(2026, 3, 2))
NOW = arena_history.NOW
SPREAD = (exp.DistStyleProperty, exp.DistKeyProperty, exp.SortKeyProperty)


def as_postgresql(statement: str) -> str:
    """The same without what only Redshift has."""
    tree = sqlglot.parse_one(statement, read="redshift")
    for only_there in list(tree.find_all(*SPREAD)):
        only_there.pop()
    return tree.sql("postgres")


class Star:
    """The star in a database of PostgreSQL."""

    def __init__(self, url: str, studio: Studio, game: str) -> None:
        self._connection = psycopg.connect(url)
        self._studio = studio
        self._game = game
        for statement in schema():
            self._connection.execute(as_postgresql(statement).encode())
        self._connection.commit()

    def load(self, day: dt.date, *, fails: bool = False) -> None:
        with self._connection.transaction(), self._studio.store.reading() as moment:
            for statement in stages():
                self._connection.execute(as_postgresql(statement).encode())
            for name in TABLES:
                self._copy(f"stage_{name}", FACTS[name].rows(moment, self._game, day, ZoneInfo("UTC"), NOW, RULES))
            for statement in merges(self._game, day, NOW):
                self._connection.execute(statement.encode())
            for name in TABLES:
                self._connection.execute(f"DROP TABLE stage_{name}".encode())
            if fails:
                raise ConnectionError

    def _copy(self, table: str, rows: Any) -> None:
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copying:
            for row in rows.to_pylist():
                copying.write_row(tuple(row.values()))

    def rows(self, table: str) -> list[dict[str, Any]]:
        cursor = self._connection.execute(f"SELECT * FROM playtrace.{table}".encode())
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return sorted(found, key=repr)

    def close(self) -> None:
        self._connection.close()


RULES = Rules(currency="EUR")


@pytest.fixture(scope="module")
def game(studio: Studio) -> str:
    game = studio.add_game("star", time_zone="UTC")
    at = dt.datetime(2026, 3, 1, 9, 0, 10, tzinfo=dt.UTC)
    on_map = {"name": "level_start", "time": at, "player_id": "ann", "session_id": "s19", "level": "2", "map": "arena"}
    again = {"name": "purchase", "time": at, "player_id": "ann", "session_id": "s19", "value": 4.99, "currency": "EUR"}
    order = {"props": {"transaction_id": "2026-03-01 09:00:00+00:00"}}
    events = [*arena_history.events(), on_map, again | order]
    studio.load(game, *events, received_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
    return game


@pytest.fixture(scope="module")
def star(postgresql: PostgreSQL, studio: Studio, game: str) -> Iterator[Star]:
    with postgresql.database("star") as url:
        made = Star(url, studio, game)
        yield made
        made.close()


def test_a_day_that_is_loaded_again_has_the_same_rows(star: Star) -> None:
    tables = [*TABLES.values(), "dim_date", "dim_game", "dim_platform", "dim_version", "dim_map", "loaded_day"]
    for day in DAYS:
        star.load(day)
    before = {table: star.rows(table) for table in tables}
    assert all(before[table] for table in tables)
    assert {row["day"] for row in before["fact_session"]} == set(DAYS)
    for day in reversed(DAYS):
        star.load(day)
    assert {table: star.rows(table) for table in tables} == before


def test_a_load_that_is_cut_off_leaves_what_was_there(star: Star) -> None:
    star.load(DAYS[0])
    before = {table: star.rows(table) for table in TABLES.values()}
    with pytest.raises(ConnectionError):
        star.load(DAYS[0], fails=True)
    assert {table: star.rows(table) for table in TABLES.values()} == before


def test_reports_say_what_metrics_say(star: Star, studio: Studio, game: str) -> None:
    for day in DAYS:
        star.load(day)
    asked = {"gameId": game, "from": "2026-03-01", "to": "2026-03-02", "timeZone": "UTC"}
    days = studio.ask("active_players", **asked).days
    found = [(row["day"], row["dau"], row["wau"], row["new_players"]) for row in star.rows("report_active_players")]
    assert sorted(found) == [(day.day, day.dau, day.wau, day.new) for day in days]
    sessions = {row["day"]: row for row in star.rows("report_sessions")}
    crash_free = {row["day"]: row for row in star.rows("report_crash_free")}
    levels = star.rows("report_levels")
    for day, bucket, point in zip(
        DAYS, studio.ask("sessions", **asked).buckets, studio.ask("crash_free", **asked).points, strict=True
    ):
        told = sessions[day]
        assert (told["sessions"], told["players"], told["crashed"]) == (bucket.sessions, bucket.players, bucket.crashed)
        assert (told["mean_seconds"], told["median_seconds"]) == (bucket.mean_seconds, bucket.median_seconds)
        assert crash_free[day]["crash_free_sessions"] == pytest.approx(point.crash_free_sessions)
        assert crash_free[day]["crash_free_players"] == pytest.approx(point.crash_free_players)
        assert sum(row["started"] for row in levels if row["day"] == day) == 15 + (day == DAYS[0])
    [first, _] = studio.ask("retention", **asked, offsets=[0, 1]).cohorts
    returned = {(row["cohort"], row["days_after"]): row["retained"] for row in star.rows("report_retention")}
    assert [returned[DAYS[0], 0], returned[DAYS[0], 1]] == [cell.retained for cell in first.cells]
    revenue = studio.ask("revenue", **asked, currency="EUR").total
    paid = [row for row in star.rows("report_revenue") if row["currency"] == "EUR"]
    assert sum(row["net_micros"] for row in paid) == revenue.net_micros > 0
    assert sum(row["payments"] for row in paid) == revenue.payments


def test_every_statement_of_a_load_is_one_that_redshift_reads() -> None:
    statements = list(load("s3://studio-lake/it's", "ar'ena", DAYS[0], "arn:aws:iam::123456789012:role/reader", NOW))
    assert (statements[0], statements[-1]) == ("BEGIN", "COMMIT")
    for statement in statements:
        sqlglot.parse_one(statement, read="redshift")
    copies = [statement for statement in statements if statement.startswith("COPY")]
    assert len(copies) == len(TABLES)
    assert copies[0].startswith(
        "COPY stage_session FROM 's3://studio-lake/it''s/facts/session/game=ar%27ena/date=2026-"
    )
    for tables in stages(), schema():
        assert all(sqlglot.parse_one(statement, read="redshift") for statement in tables)
    assert [*FACTS] and set(TABLES) == set(FACTS)


@pytest.mark.parametrize(
    ("results", "role", "why"),
    [("/data/results", "default", "s3://"), ("s3://lake/results", "'; DROP TABLE", "role")],
)
def test_what_redshift_cannot_copy_is_refused(results: str, role: str, why: str) -> None:
    with pytest.raises(BatchError, match=why):
        list(load(results, "arena", DAYS[0], role, NOW))


def test_columns_of_files_are_those_of_tables() -> None:
    """COPY reads Parquet by position."""
    for statement in schema():
        tree = sqlglot.parse_one(statement, read="redshift")
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            named = {table: fact for fact, table in TABLES.items()}.get(tree.this.this.name)
            if named is not None:
                assert [column.name for column in tree.this.expressions if isinstance(column, exp.ColumnDef)] == (
                    FACTS[named].schema.names
                )


# ── Athena ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_questions_for_athena_are_answered_by_duckdb(studio: Studio, game: str) -> None:
    found = {name: text for name, (_, text) in queries().items()}
    assert {"active_players", "events_by_day", "set_aside"} <= set(found)
    for text in found.values():
        [statement] = sqlglot.transpile(text, read="athena", write="duckdb")
        told = statement.replace("playtrace.events", "lake_events").replace("playtrace.set_aside", "set_aside")
        of_lake = (
            "WITH lake_events AS (SELECT * REPLACE (props::JSON::VARCHAR AS props), map_id AS map FROM main.events"
            f" WHERE game_id = '{game}') "
        )
        rows = studio.store.query(of_lake + told).to_pylist()
        if "dau" in text:
            assert [row["dau"] for row in rows] == [len(arena_history.PLAYERS)] * 2
        if "AS item" in text:
            assert {row["item"] for row in rows} == {"sword", "axe"}
