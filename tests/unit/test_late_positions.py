"""Positions that arrive out of order: the spans are those of all samples, and only what is near a late one moves."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store

NOW = dt.datetime.now(dt.UTC)
START = NOW - dt.timedelta(days=2)
SPANS = "SELECT game_id, map_id, time, x, span_ms FROM position_spans"
OF_ALL_SAMPLES = """
SELECT game_id, map_id, time, x, next_ms - mono_ms AS span_ms
FROM (
    SELECT *, lead(mono_ms) OVER session AS next_ms, lead(map_id) OVER session AS next_map
    FROM events
    WINDOW session AS (
        PARTITION BY game_id, session_id
        ORDER BY mono_ms, time, least(coalesce(seq, 0), 32767), journal_offset, position
    )
) AS samples
WHERE next_map = map_id
"""

Sample = tuple[int, str, int, int]
"""Session, map, milliseconds of its clock, seconds of the wall clock."""


@contextmanager
def opened() -> Iterator[tuple[Store, Loader]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        store = Store.open(None, settings)
        journal = Journal.open(settings.journal_path, settings)
        loader = Loader(store, journal, settings)
        try:
            yield store, loader
        finally:
            loader.stop()
            journal.close()
            store.close()


def load(loader: Loader, samples: list[Sample]) -> None:
    events = [
        Event(
            name="position",
            player_id="p",
            session_id=f"a session that is one by itself {session}",
            time=START + dt.timedelta(seconds=second),
            mono_ms=ms,
            map=map_,
            x=float(ms % 3),
            y=1.0,
        )
        for session, map_, ms, second in samples
    ]
    loader.load_batches([Batch(received_at=NOW, source="events", game_id="arena", events=events)])


def rows(store: Store, sql: str) -> Counter[tuple[object, ...]]:
    with store.reading() as reader:
        return Counter(tuple(row.values()) for row in reader.query_text(sql).to_pylist())


SAMPLES = st.tuples(
    st.integers(0, 1), st.sampled_from("ab"), st.integers(0, 12), st.sampled_from([0, 21_600, 43_200, 64_800])
)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.lists(SAMPLES, min_size=1, max_size=5), min_size=2, max_size=8))
def test_in_whatever_order_they_arrive_the_spans_are_those_of_all(loads: list[list[Sample]]):
    with opened() as (store, loader):
        for samples in loads:
            load(loader, samples)
            assert rows(store, SPANS) == rows(store, OF_ALL_SAMPLES)


def test_a_late_sample_moves_only_what_is_around_it():
    count = 5000
    with opened() as (store, loader):
        load(loader, [(0, "a", 10 * number, number) for number in range(count)])
        before = rows(store, "SELECT rowid, * FROM position_spans")
        load(loader, [(0, "a", 10 * (count // 2) + 3, count // 2)])
        after = rows(store, "SELECT rowid, * FROM position_spans")
        assert sum((before - after).values()) <= 2
        assert sum((after - before).values()) <= 3
        assert rows(store, SPANS) == rows(store, OF_ALL_SAMPLES)
        assert len(after) == count
