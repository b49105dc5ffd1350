"""A journal that takes the place of another goes on behind it: offsets in the store grow, and nothing is skipped."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def take(journal: Journal, *names: str) -> list[int]:
    """The offsets of requests with one event each."""
    batches = [Batch(received_at=NOW, source="test", events=[Event(name=name, game_id="arena")]) for name in names]
    return [journal.append_and_wait(encode(batch)) for batch in batches]


def offsets(store: Store) -> dict[str, int]:
    return {row["name"]: row["journal_offset"] for row in store.query("SELECT * FROM events").to_pylist()}


def test_offsets_grow_over_a_journal_that_was_replaced(tmp_path: Path):
    settings = Settings(data=tmp_path)
    with closing(Store.open(tmp_path / "store.duckdb", settings)) as store:
        with closing(Journal.open(tmp_path / "first.sqlite", settings)) as journal:
            loader = Loader(store, journal, settings)
            assert take(journal, "a", "b", "c") == [1, 2, 3]
            loader.load_waiting()
        with closing(Journal.open(tmp_path / "second.sqlite", settings)) as journal:
            for _ in range(2):  # the second start finds a journal that the store knows
                loader = Loader(store, journal, settings)
                assert loader.offset == 3
            assert take(journal, "d", "e") == [4, 5]
            loader.load_waiting()
            assert journal.damaged_events == 0
        assert offsets(store) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
        began = store.query("SELECT journal_offset, begins_behind FROM loaded ORDER BY ALL").to_pylist()
        assert [tuple(row.values()) for row in began] == [(3, 0), (5, 3)]


def test_a_journal_that_took_events_while_the_store_was_away_is_loaded_whole(tmp_path: Path):
    settings = Settings(data=tmp_path)
    with closing(Store.open(tmp_path / "store.duckdb", settings)) as store:
        with closing(Journal.open(tmp_path / "first.sqlite", settings)) as journal:
            loader = Loader(store, journal, settings)
            take(journal, "a", "b", "c")
            loader.load_waiting()
        with closing(Journal.open(tmp_path / "second.sqlite", settings)) as journal:
            take(journal, "d", "e")  # as when the store's file is damaged: nobody says where to begin
            loader = Loader(store, journal, settings)
            loader.load_waiting()
            assert journal.damaged_events == 0
            # When nothing waits any more it goes on behind the first.
            assert Loader(store, journal, settings).offset == 3
            assert take(journal, "f") == [4]
            assert journal.damaged_events == 0
        assert offsets(store) == {"a": 1, "b": 2, "c": 3, "d": 1, "e": 2}
        began = store.query("SELECT journal_offset, begins_behind FROM loaded ORDER BY rowid").to_pylist()
        assert [tuple(row.values()) for row in began] == [(3, 0), (3, 0)]


def test_a_store_that_forgot_how_far_it_was_told_begins_at_the_same_place(tmp_path: Path):
    settings = Settings(data=tmp_path)
    with closing(Store.open(tmp_path / "store.duckdb", settings)) as store:
        with closing(Journal.open(tmp_path / "first.sqlite", settings)) as journal:
            loader = Loader(store, journal, settings)
            take(journal, "a", "b", "c")
            loader.load_waiting()
        with closing(Journal.open(tmp_path / "second.sqlite", settings)) as journal:
            Loader(store, journal, settings)
            with store.writing() as connection:  # as when the disk loses the store's log
                connection.execute("DELETE FROM loaded WHERE begins_behind = 3")
            assert Loader(store, journal, settings).offset == 3
            assert take(journal, "d") == [4]
            assert journal.damaged_events == 0
