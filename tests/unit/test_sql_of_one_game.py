"""Whoever may ask in SQL about one game learns nothing of another, whatever they type.

The statements are answered as the process for them does it (`playtrace.sql.process`), without starting one for each.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.sql.answer import respond
from playtrace.sql.orders import Reach
from playtrace.sql.snapshot_files import connect
from playtrace.store.duckdb import Reader, Snapshot, Store
from playtrace.store.errors import QueryRefused

ONE_GAME = Reach(views=True, views_alone=True, game_ids=["arena"])
ADMIN = Reach(views=True)
SECRET = "hush-hush"
"""In every field of the other game that is a text."""
TEXTS = ("player_id", "session_id", "device_id", "platform", "version", "match_id", "level", "map", "build", "os")

FORBIDDEN = {
    "the table itself": "FROM store.events",
    "with its schema": "FROM store.main.sessions",
    "by its schema": "FROM main.events",
    "the views behind": "FROM temp.main.events",
    "tables of the store": "FROM segments",
    "in a subquery": "SELECT (SELECT max(player_id) FROM store.events)",
    "correlated": "SELECT * FROM events AS e WHERE EXISTS (FROM store.events AS o WHERE o.seq = e.seq)",
    "in a lateral join": "SELECT * FROM events AS e, LATERAL (FROM store.players WHERE player_id > e.name) AS l",
    "under a WITH clause": "WITH mine AS (SELECT * FROM store.events) FROM mine",
    "in a WITH clause that nobody reads": "WITH mine AS MATERIALIZED (FROM store.events) SELECT 1",
    "under a name of its own": "SELECT * FROM (WITH segments AS (SELECT 1) FROM segments), segments",
    "a catalogue under one": "SELECT * FROM (WITH duckdb_tables AS (SELECT 1) FROM duckdb_tables), duckdb_tables",
    "recursively": "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r, store.events) FROM r",
    "in a union": "SELECT 1 UNION ALL SELECT count(*) FROM store.events",
    "in an order": "SELECT 1 ORDER BY (SELECT count(*) FROM store.events)",
    "in a limit": "SELECT 1 LIMIT (SELECT count(*) FROM store.events)",
    "in a window": "SELECT sum(seq) OVER (ORDER BY (SELECT count(*) FROM store.events)) FROM events",
    "in a lambda": "SELECT list_transform([1], lambda x: (SELECT count(*) FROM store.events))",
    "in a pivot": "FROM (PIVOT store.events ON name USING count(*))",
    "unpivoted": "UNPIVOT store.events ON seq",
    "described": "DESCRIBE store.events",
    "summarized": "SUMMARIZE store.events",
    "shown": "SHOW ALL TABLES",
    "databases": "SHOW DATABASES",
    "as text": "FROM query('FROM store.events')",
    "by name": "FROM query_table('store.events')",
    "by parts of a name": "FROM query_table(['events', 'players'])",
    "tables": "FROM duckdb_tables()",
    "views": "SELECT sql FROM duckdb_views()",
    "columns": "FROM information_schema.columns",
    "SQLite's tables": "FROM sqlite_master",
    "PostgreSQL's tables": "FROM pg_class",
    "pragmas": "FROM pragma_storage_info('store.events')",
    "table information": "FROM pragma_table_info('store.events')",
    "settings": "SELECT current_setting('temp_directory')",
    "all settings": "FROM duckdb_settings()",
    "variables": "SELECT getvariable('game')",
    "statistics": "SELECT stats(player_id) FROM events",
    "statistics by another call": "SELECT player_id.stats() FROM events",
    "statistics by their schema": "SELECT system.main.stats(player_id) FROM events",
    "another game": "SET VARIABLE game = 'harbour'",
    "what is read": "EXPLAIN ANALYZE SELECT count(*) FROM events",
    "a plan": "EXPLAIN SELECT count(*) FROM events",
    "the file": "FROM read_blob('snapshot://store.duckdb')",
    "files": "FROM read_csv('/etc/passwd')",
    "a file by its name": "FROM '/etc/passwd'",
    "folders": "FROM glob('*')",
    "attached": "ATTACH 'snapshot://store.duckdb' AS again",
    "copied": "COPY events TO 'events.csv'",
    "made": "CREATE TEMP TABLE mine AS FROM store.events",
    "a macro": "CREATE MACRO mine() AS TABLE FROM store.events",
    "prepared": "PREPARE mine AS FROM store.events",
    "written in WITH": "WITH made AS (INSERT INTO store.books FROM store.books RETURNING *) FROM made",
    "used": "USE store",
    "two statements": "SELECT 1; FROM store.events",
    "behind a comment": "SELECT 1 --\n; FROM store.events",
    "serialized": "FROM json_execute_serialized_sql(json_serialize_sql('FROM store.events'))",
    "the log": "FROM duckdb_logs()",
    "nested deep": "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
}
PROBING = {
    "a cast that fails there": "SELECT count(*) FROM {view} WHERE {column}::DATE IS NULL",
    "a cast of what is summed": "SELECT sum(({column} || '')::INT) FROM {view}",
    "an error of its own": "SELECT max(CASE WHEN {column} > '2' THEN error({column}) END) FROM {view}",
    "an order": "SELECT {column} FROM {view} ORDER BY {column} DESC",
    "a like": "SELECT count(*) FROM {view} WHERE {column} LIKE 'hush%'",
    "a minimum": "SELECT min({column}), max({column}), approx_count_distinct({column}) FROM {view}",
    "a summary": "SUMMARIZE {view}",
    "a join": "SELECT a.{column} FROM {view} AS a FULL JOIN {view} AS b ON a.{column} > b.{column}",
    "a sample": "SELECT {column} FROM {view} USING SAMPLE 100%",
    "a list": "SELECT list({column} ORDER BY {column}) FROM {view}",
    "a window": "SELECT first({column}) OVER (ORDER BY {column} DESC) FROM {view}",
    "the whole row": "SELECT t FROM {view} AS t",
    "all columns": "SELECT max(COLUMNS(*)::VARCHAR) FROM {view}",
}
MUST_NOT_FAIL = ("a cast of what is summed", "an error of its own")
PROBED = {"events": "player_id", "sessions": "session_id", "players": "player_id", "player_days": "player_id",
          "crashes": "level", "purchases": "map", "books": "game_id"}  # fmt: skip


class Asked:
    """A snapshot of a store with two games."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def ask(self, sql: str, reach: Reach = ONE_GAME) -> str:
        connection = connect(self._snapshot, {"threads": 1}, is_current=not reach.views)
        try:
            return respond(Reader(connection), sql, reach).decode()
        finally:
            connection.close()

    def rows(self, sql: str, reach: Reach = ONE_GAME) -> list[list[object]]:
        return json.loads(self.ask(sql, reach))["rows"]


class Nobody:
    def interrupt(self) -> None:
        raise AssertionError("nobody is to be interrupted")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    settings = Settings(data=tmp_path_factory.mktemp("games"), store_threads=1)
    with ExitStack() as closing:
        journal = Journal.open(settings.journal_path, settings)
        closing.callback(journal.close)
        store = Store.open(settings.store_path, settings)
        closing.callback(store.close)
        loader = Loader(store, journal, settings)
        now = dt.datetime.now(dt.UTC)
        for game, text, rounds in (("arena", "1", 5), ("harbour", SECRET, 800)):
            events = [
                Event(
                    name=name,
                    time=now,
                    seq=number,
                    value=1.0,
                    props={"title": text, "product": text, "transaction_id": text, "score": text},
                    **dict.fromkeys(TEXTS, text),
                )
                for number in range(rounds)
                for name in ("level_start", "crash", "purchase", "level_complete")
            ]
            loader.load_batches([Batch(received_at=now, source="test", game_id=game, events=events)])
        yield Asked(closing.enter_context(store.snapshot(Nobody())))


@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_is_not_theirs_is_refused_and_told_nothing_of(asked: Asked, sql: str):
    with pytest.raises(QueryRefused) as refused:
        asked.ask(sql)
    assert SECRET not in str(refused.value) and "harbour" not in str(refused.value).replace(sql, "")


@pytest.mark.parametrize("view", PROBED)
def test_no_question_about_their_own_tells_of_another(asked: Asked, view: str):
    """Neither the answer nor an error has a value of the other game; and what fails there alone does not fail."""
    for name, probe in PROBING.items():
        try:
            said = asked.ask(probe.format(view=view, column=PROBED[view]))
        except QueryRefused as refused:
            assert name not in MUST_NOT_FAIL or view == "books", name
            said = str(refused)
        assert SECRET not in said and "harbour" not in said, name
    assert asked.rows(f"SELECT list(DISTINCT game_id) FROM {view}") == [[["arena"]]]


def test_a_property_that_fails_in_the_other_game_does_not_fail(asked: Asked):
    assert asked.rows("SELECT max(props.score::INT) FROM events") == [[1]]
    assert asked.rows("SELECT count(*) FROM events WHERE props.score::INT > 0") == [[20]]
    with pytest.raises(QueryRefused, match="hush-hush"):
        asked.ask("SELECT max(props.score::INT) FROM events", ADMIN)


def test_no_condition_is_looked_at_before_the_game(asked: Asked):
    """So says the plan: of the rows of the store one thing is asked, whose they are."""
    cut = "(SELECT * FROM events WHERE game_id = 'arena' LIMIT 9223372036854775807) AS own"
    conditions = "length(player_id) > 3 AND seq > 1 AND name LIKE '%start' AND player_id::INT > 0"
    ((_, plan),) = asked.rows(f"EXPLAIN SELECT count(*) FROM {cut} WHERE {conditions}", ADMIN)
    scan = plan[plan.index("Seq Scan") :]
    assert "game_id = 'arena'" in scan
    assert not any(condition in scan for condition in ("length(", "seq > 1", "CAST(", "start"))


def test_what_they_may(asked: Asked):
    assert asked.rows("SHOW TABLES") == [[name] for name in sorted(PROBED)]
    assert asked.rows("SELECT count(*) FROM events") == [[20]]
    assert asked.rows("WITH mine AS (FROM events) SELECT count(*) FROM mine, range(2) AS r(i)") == [[40]]
    assert ["player_id", "VARCHAR"] in [row[:2] for row in asked.rows("DESCRIBE players")]
    assert asked.rows("SELECT upper(name), name.upper() FROM events ORDER BY ALL LIMIT 1") == [["CRASH", "CRASH"]]


def test_a_token_for_all_games_reads_all_views_and_nothing_else(asked: Asked):
    reach = Reach(views=True, views_alone=True)
    assert asked.rows("SELECT count(*) FROM events", reach) == [[3220]]
    with pytest.raises(QueryRefused, match="not for your token"):
        asked.ask("FROM set_aside", reach)


def test_internal_tables_are_behind_their_own_name(asked: Asked):
    """An admin finds them, and no view by accident."""
    with pytest.raises(QueryRefused, match="noted_events does not exist"):
        asked.ask("FROM noted_events", ADMIN)
    assert asked.rows("SELECT count(*) > 0 FROM store.noted_events", ADMIN) == [[True]]
