"""Many small pieces are put together while others read, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

from playtrace.config import Settings
from playtrace.store.duckdb import Store

PIECES = """
SELECT count(DISTINCT row_group_id) AS pieces FROM pragma_storage_info('books') WHERE column_name = 'events'
"""
TOTAL = "SELECT count(*) AS rows, sum(events) AS events FROM books"


def add_books(store: Store, rows: int) -> None:
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO books SELECT 'arena', TIMESTAMP '2026-03-20', 'stored', '', range FROM range(?)", [rows]
        )


def test_tidying_puts_pieces_together_while_others_read(tmp_path: Path):
    path, settings = tmp_path / "store.duckdb", Settings(data=tmp_path)
    for _ in range(12):
        # Closing writes what the log has into the file, as a piece of its own.
        store = Store.open(path, settings)
        add_books(store, 1000)
        store.close()
    store = Store.open(path, settings)
    try:
        add_books(store, 1)
        (before,) = store.query(PIECES).to_pylist()
        assert before["pieces"] >= 12
        expected = store.query(TOTAL)
        with store.reading() as reader:
            assert reader.query(TOTAL) == expected
            store.tidy()
            assert reader.query(TOTAL) == expected
        (after,) = store.query(PIECES).to_pylist()
        assert after["pieces"] < before["pieces"] / 2
        assert store.query(TOTAL) == expected
        add_books(store, 5)
        assert store.query(TOTAL).to_pylist()[0]["rows"] == 12_006
    finally:
        store.close()


def test_what_is_being_written_puts_it_off(tmp_path: Path):
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))
    try:
        add_books(store, 1000)
        with store.writing() as connection:
            other = connection.cursor()
        other.execute("BEGIN")
        other.execute("UPDATE books SET events = 0")
        assert not store.tidy() and not store.checkpoint()
        assert not store.is_log_empty
        other.execute("ROLLBACK")
        assert store.checkpoint()
        assert store.is_log_empty
    finally:
        store.close()
