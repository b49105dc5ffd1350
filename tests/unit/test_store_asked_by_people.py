"""SQL that a person typed reads, and does nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playtrace.config import MEBIBYTE, Settings
from playtrace.sql.answer import answer
from playtrace.store.duckdb import Store
from playtrace.store.errors import QueryRefused, QueryTooLarge


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))
    yield store
    store.close()


@pytest.mark.parametrize(
    ("sql", "columns", "rows"),
    [
        ("SELECT 1 AS one", ["one"], [[1]]),
        ("FROM books", ["game_id", "hour", "outcome", "reason", "events"], []),
        ("SELECT count(*) AS n FROM events;", ["n"], [[0]]),
    ],
)
def test_questions_are_answered(store: Store, sql: str, columns: list[str], rows: list[list[object]]):
    with store.reading() as reader:
        said = answer(reader, sql)
    assert (said.columns, said.rows, said.truncated) == (columns, rows, False)


@pytest.mark.parametrize("sql", ["EXPLAIN SELECT 1", "explain analyze\nselect count(*) from events;"])
def test_what_a_question_costs_is_explained(store: Store, sql: str):
    ((kind, plan),) = [tuple(row.values()) for row in store.query_text(sql).to_pylist()]
    assert kind == ("analyzed_plan" if "analyze" in sql else "physical_plan")
    assert "scan" in plan.lower()


def test_properties_are_shown_as_they_were_sent(store: Store):
    with store.reading() as reader:
        rows = answer(
            reader,
            """
            SELECT v, v.score, v.mode AS m, v.path, v.none, 1 AS m
            FROM (SELECT '{"score": 42, "mode": "ctf", "path": [1.5, {"a": null}]}'::JSON::VARIANT AS v)
            """,
        )
    assert rows.columns == ["v", "score", "m", "path", "none", "m"]
    path = [1.5, {"a": None}]
    assert rows.rows == [[{"score": 42, "mode": "ctf", "path": path}, 42, "ctf", path, None, 1]]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM books",
        "SET threads = 1",
        "EXPLAIN ANALYZE SET GLOBAL threads = 1",
        "EXPLAIN ANALYZE RESET GLOBAL memory_limit",
        "EXPLAIN ANALYZE PRAGMA threads = 1",
        "EXPLAIN ANALYZE ROLLBACK",
        "EXPLAIN ANALYZE CHECKPOINT",
        "EXPLAIN ANALYZE CREATE TEMP TABLE mine AS SELECT 1",
        "EXPLAIN ANALYZE /* a question? */ SET GLOBAL max_vacuum_tasks = 77",
        "FROM enable_logging()",
        "FROM enable_logging('QueryLog', storage := 'file', storage_path := '/tmp/playtrace-logs')",
        "FROM enable_profiling()",
        "FROM read_text('/etc/hostname')",
        "FROM '/etc/hostname'",
        "SELECT 1; SELECT 2",
        "UPDATE EXTENSIONS",
        "CONNECT 'quack:localhost'",
        "DISCONNECT",
    ],
)
def test_all_else_is_refused_and_changes_nothing(store: Store, sql: str):
    settings = "SELECT name, value FROM duckdb_settings() ORDER BY name"
    before = store.query(settings)
    with pytest.raises(QueryRefused):
        store.query_text(sql)
    assert store.query(settings) == before
    assert store.query_text("SELECT 42 AS answer").to_pylist() == [{"answer": 42}]


def test_a_question_that_needs_too_much_memory_is_ended_and_others_are_answered(tmp_path: Path):
    small = Store.open(tmp_path / "small.duckdb", Settings(data=tmp_path, store_memory_bytes=64 * MEBIBYTE))
    try:
        with pytest.raises(QueryTooLarge, match="store_memory_bytes"):
            small.query_text("SELECT len(list(i)) FROM range(100_000_000) AS t(i)")
        assert small.query_text("SELECT 42").to_pylist() == [{"42": 42}]
    finally:
        small.close()


def test_a_question_that_spills_more_than_it_may_is_ended_and_others_are_answered(tmp_path: Path):
    texts = "SELECT repeat('x', 200) || i AS text FROM range(600_000) AS t(i)"
    ordered = f"SELECT max(text) FROM ({texts} ORDER BY hash(text) LIMIT 599_999)"
    memory = {"store_memory_bytes": 64 * MEBIBYTE, "store_threads": 1}
    with closing(Store.open(tmp_path / "a.duckdb", Settings(data=tmp_path, **memory))) as store:
        assert store.query_text(ordered).num_rows == 1
    with closing(
        Store.open(tmp_path / "b.duckdb", Settings(data=tmp_path, **memory, store_spill_bytes_max=8 * MEBIBYTE))
    ) as store:
        with pytest.raises(QueryTooLarge, match="store_spill_bytes_max"):
            store.query_text(ordered)
        assert store.query_text("SELECT 42").to_pylist() == [{"42": 42}]
