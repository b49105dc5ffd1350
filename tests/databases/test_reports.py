"""The views of the game database say what playtrace's own metrics say of the same events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from databases.histories import END, GAME, ZONE, history, ingest, lines_of, make_game, store_with
from databases.postgresql import PostgreSQL
from playtrace.metrics.frame.metric import metrics
from playtrace.store.duckdb import Store

Row = dict[str, Any]
FIRST_DAY = dt.date(2026, 3, 6)
LAST_DAY = dt.date(2026, 3, 12)


class Both:
    """The same events in a store and in a game database."""

    def __init__(self, store: Store, database: psycopg.Connection[Row]) -> None:
        self._store = store
        self.database = database

    def metric(self, name: str, **asked: Any) -> Row:
        """As of the end of the history, in the game's time zone."""
        metric = metrics()[name]
        parameters = metric.parameters.model_validate({"gameId": GAME, "timeZone": ZONE, **asked})
        return metric.answer(parameters, self._store, END).model_dump(by_alias=False)

    def view(self, name: str, order: str) -> list[Row]:
        return self.database.execute(f"SELECT * FROM report.{name} ORDER BY {order}".encode()).fetchall()


@pytest.fixture(scope="module")
def both(postgresql: PostgreSQL, installed_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    events = history()
    # What arrives late is about something else each time.
    loads = [[event for number, event in enumerate(events) if number % 9 > 0], events[::9]]
    with (
        store_with(loads, tmp_path_factory.mktemp("reported")) as store,
        postgresql.database("reported", template=installed_template) as url,
        psycopg.connect(url, autocommit=True, row_factory=dict_row) as database,
    ):
        make_game(database)
        ingest(database, lines_of(store))
        database.execute(f"SET playtrace.as_of = '{END.isoformat()}'".encode())
        database.execute("CALL report.refresh()")
        yield Both(store, database)


def same(found: list[Row], expected: list[Row], *fields: str) -> None:
    """Row for row, the named fields; numbers up to the order in which they were added."""
    assert len(found) == len(expected) > 0
    for one, other in zip(found, expected, strict=True):
        for field in fields:
            value = other[field]
            close = pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
            assert one[field] == close, (field, one, other)


def range_of(rows: list[Row], field: str) -> dict[str, str]:
    return {"from": min(row[field] for row in rows).isoformat(), "to": max(row[field] for row in rows).isoformat()}


def test_active_players(both: Both):
    found = both.view("active_players", "day")
    assert [found[0]["day"], found[-1]["day"]] == [FIRST_DAY, LAST_DAY]
    expected = both.metric("active_players", **range_of(found, "day"))["days"]
    for row in expected:
        row |= {"new_players": row["new"], "returning_players": row["returning"], "is_complete": row["complete"]}
    same(
        found, expected, *("day", "dau", "wau", "mau", "new_players", "returning_players", "stickiness"), "is_complete"
    )


def test_players_beyond_a_month(both: Both):
    """Windows of 7 and 30 days over days without anybody: counted by a naive oracle."""
    days = {"ann": [1, 2, 9, 40], "bob": [2, 31, 32], "cleo": [60], "dora": [1, 31, 61]}
    first = dt.date(2026, 1, 1)
    with both.database.transaction(force_rollback=True):
        both.database.execute("DELETE FROM warehouse.fact_player_day")
        for player, played in days.items():
            both.database.execute(
                "WITH made AS (INSERT INTO game.player (game_id, external_id)"
                " SELECT game_id, %s FROM game.game RETURNING game_id, player_id)"
                " INSERT INTO warehouse.fact_player_day SELECT game_id, player_id, unnest(%s::date[]) FROM made",
                [player, [first + dt.timedelta(days=day) for day in played]],
            )
        both.database.execute("REFRESH MATERIALIZED VIEW report.active_players")
        found = {(row["day"] - first).days: row for row in both.view("active_players", "day")}
    assert list(found) == list(range(1, (LAST_DAY - first).days + 1))
    for day, row in found.items():
        for field, length in (("dau", 1), ("wau", 7), ("mau", 30)):
            count = sum(any(day - length < one <= day for one in played) for played in days.values())
            assert row[field] == count, (day, field)


def test_sessions(both: Both):
    found = both.view("sessions", "day")
    expected = both.metric("sessions", **range_of(found, "day"))["buckets"]
    counts = ("sessions", "players", "sessions_per_player", "quit", "background", "crashed", "lost", "running")
    same(found, expected, *counts, "mean_seconds", "median_seconds", "p90_seconds", "p95_seconds")
    assert sum(row["running"] for row in found) > 0
    assert sum(row["crashed"] for row in found) > 0


def test_crash_free(both: Both):
    found = both.view("crash_free", "day")
    expected = both.metric("crash_free", **range_of(found, "day"))["points"]
    fields = ("sessions", "crashed_sessions", "crash_free_sessions", "players", "crashed_players")
    same(found, expected, *fields, "crash_free_players", "crash_reports", "hours_played")


def test_retention(both: Both):
    found = both.view("retention", "cohort, days_after")
    answer = both.metric("retention", **{"from": FIRST_DAY.isoformat(), "to": LAST_DAY.isoformat()})
    offsets = [column["first_day"] for column in answer["columns"]]
    expected = [
        {"cohort": cohort["cohort"], "days_after": days, "size": cohort["size"], "is_complete": cell["complete"]} | cell
        for cohort in answer["cohorts"]
        for days, cell in zip(offsets, cohort["cells"], strict=True)
        # Days to come are not looked at, and a cohort without players has no rows.
        if cohort["size"] and cohort["cohort"] + dt.timedelta(days=days) <= LAST_DAY
    ]
    same(found, expected, "cohort", "days_after", "size", "retained", "share", "is_complete")


def test_revenue(both: Both):
    found = both.view("revenue", "day, currency")
    asked = {"from": FIRST_DAY.isoformat(), "to": LAST_DAY.isoformat()}
    answer = both.metric("revenue", **asked)
    points = {(FIRST_DAY + dt.timedelta(days=number)): point for number, point in enumerate(answer["points"])}
    own = [row for row in found if row["is_own_currency"]]
    amounts = ("gross_micros", "refunds_micros", "net_micros")
    for row in own:
        assert {field: row[field] for field in amounts} == {field: points[row["day"]][field] for field in amounts}
    days = {row["day"] for row in own}
    assert all(point["payments"] == 0 for day, point in points.items() if day not in {row["day"] for row in found})
    assert all(points[day]["gross_micros"] == 0 for day in points if day not in days)
    for point in answer["currencies"]:
        of_currency = [row for row in found if row["currency"] == point["paid_in"]]
        assert sum(row["gross_micros"] for row in of_currency) == point["own_gross_micros"]
        assert sum(row["refunds_micros"] for row in of_currency) == point["own_refunds_micros"]
        assert sum(row["payments"] for row in of_currency) == point["payments"]
    assert {row["currency"] for row in found} == {"JPY", "USD"}


def test_spenders(both: Both):
    found = both.view("spenders", '"group"')
    answer = both.metric("spenders")
    fields = ("group", "players", "payer_share", "net_micros", "revenue_share", "least_micros", "most_micros")
    same(found, sorted(answer["groups"], key=lambda row: row["group"]), *fields)
    scores: dict[tuple[int, int, int], int] = {}
    for row in both.view("spender", "player"):
        if row["monetary"] is not None:
            key = (row["recency"], row["frequency"], row["monetary"])
            scores[key] = scores.get(key, 0) + 1
    assert scores == {(row["recency"], row["frequency"], row["monetary"]): row["players"] for row in answer["rfm"]}


def test_achievements(both: Both):
    found = both.view("achievements", "achievement")
    expected = sorted(both.metric("achievements")["achievements"], key=lambda row: row["achievement"])
    same(found, expected, "achievement", "players", "share", "unlocked_in_range", "median_seconds")


def test_progression(both: Both):
    found = both.view("progression", "level")
    expected = sorted(both.metric("progression")["nodes"], key=lambda row: row["level"])
    counts = ("attempts", "completes", "fails", "abandons", "open_attempts", "start_missing", "players")
    rates = ("completion_rate", "fail_rate", "abandon_rate", "player_completion", "hardship_low")
    firsts = ("completed_players", "first_completions", "attempts_to_complete_median", "attempts_to_complete_p90")
    times = ("winning_seconds_median", "winning_seconds_p90", "active_seconds_median", "active_seconds_p90")
    same(found, expected, "level", *counts, *rates, *firsts, *times)
    assert sum(row["open_attempts"] for row in found) > 0


def test_player_360(both: Both):
    found = {row["player"]: row for row in both.view("player_360", "player")}
    assert "phone" not in found
    assert found["account"]["merged_ids"] == ["phone"]
    assert (found["account"]["platform"], found["account"]["version"]) == (None, "1.2")
    for player in ("account", "one", "two", "silent", "never-played", "p-000003", "p-000011"):
        answer = both.metric("player", playerId=player)
        spend = {one["currency"]: one for one in answer["spend"]}
        expected = {
            "first_seen_at": answer["first_seen"],
            "last_seen_at": answer["last_seen"],
            **{field: answer[field] for field in ("days_active", "sessions", "playtime_seconds", "events", "crashes")},
        }
        assert {field: found[player][field] for field in expected} == expected, player
        if player not in ("one", "never-played"):
            assert found[player]["net_micros"] == (spend["USD"]["net_micros"] if "USD" in spend else 0), player
    # Of an order that was not confirmed nothing can be given back.
    assert found["one"]["net_micros"] == 4_990_000


def test_top_crashes(both: Both):
    found = both.view("top_crashes", "reports DESC, title")
    crashes = [event for event in history() if event.name == "crash" and (event.props or {}).get("class") != "hang"]
    assert sum(row["reports"] for row in found) == len(crashes) > 3
    (null,) = (row for row in found if row["title"] == "Null")
    assert (null["function"], null["reports"], null["players"]) == ("draw", 1, 1)


def test_cheat_review_queue(both: Both):
    with both.database.transaction(force_rollback=True):
        both.database.execute(
            "INSERT INTO game.anti_cheat_flag (game_id, player_id, kind, first_at, last_at, value, threshold)"
            " SELECT game_id, player_id, 'speed', now(), now(), 30, 10 FROM game.player WHERE external_id = 'one'"
        )
        (flag,) = (row for row in both.view("cheat_review_queue", "player") if row["player"] == "one")
    assert (flag["kind"], flag["times_threshold"], flag["confirmed_before"]) == ("speed", 3, 0)


def test_readers_read_and_nobody_else_does(both: Both):
    """playtrace_reader sees each view and dimension, and no table of the game; who writes may refresh, not read."""
    rights = both.database.execute("""
        SELECT n.nspname || '.' || c.relname AS name, c.relkind,
            has_table_privilege('playtrace_reader', c.oid, 'SELECT') AS reads,
            has_table_privilege('playtrace_writer', c.oid, 'SELECT')
                OR has_table_privilege('playtrace_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS more
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('game', 'report', 'warehouse') AND c.relkind IN ('r', 'p', 'v', 'm')
    """).fetchall()
    internal = {"warehouse.touched_player", "warehouse.touched_session", "warehouse.client_session_owner"}
    for row in rights:
        assert row["reads"] == (not row["name"].startswith("game.") and row["name"] not in internal), row
        assert not row["more"], row
    both.database.execute("SET ROLE playtrace_writer")
    try:
        both.database.execute("CALL report.refresh()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            both.database.execute("SELECT FROM report.revenue")
    finally:
        both.database.execute("RESET ROLE")
    both.database.execute("SET ROLE playtrace_reader")
    try:
        for row in rights:
            if row["reads"]:
                both.database.execute(f"SELECT FROM {row['name']} LIMIT 1".encode())
    finally:
        both.database.execute("RESET ROLE")
