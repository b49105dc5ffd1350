"""The views of the game database say what playtrace's own metrics say of the same events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from databases.histories import END, GAME, ZONE, history, ingest, lines_of, make_game, store_with
from databases.postgresql import PostgreSQL
from databases.reported import (
    Both,
    same_achievements,
    same_active_players,
    same_crash_free,
    same_progression,
    same_retention,
    same_revenue,
    same_sessions,
    same_spenders,
)

FIRST_DAY = dt.date(2026, 3, 6)
LAST_DAY = dt.date(2026, 3, 12)


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
        both = Both(store, database, GAME, ZONE, "USD", END)
        both.refresh()
        yield both


def test_active_players(both: Both):
    found = same_active_players(both)
    assert [found[0]["day"], found[-1]["day"]] == [FIRST_DAY, LAST_DAY]


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
    found = same_sessions(both)
    assert sum(row["running"] for row in found) > 0
    assert sum(row["crashed"] for row in found) > 0


def test_crash_free(both: Both):
    same_crash_free(both)


def test_retention(both: Both):
    same_retention(both)


def test_revenue(both: Both):
    found = same_revenue(both)
    assert {row["currency"] for row in found} == {"JPY", "USD"}


def test_spenders(both: Both):
    same_spenders(both)


def test_achievements(both: Both):
    same_achievements(both)


def test_progression(both: Both):
    found = same_progression(both)
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
