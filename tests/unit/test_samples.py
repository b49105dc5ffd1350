"""Samples of refused events: bounded in number and in age; whole events that were quarantined stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.one_load import SAMPLES_PER_LOAD_MAX
from playtrace.load.samples import SAMPLE_DAYS_MAX, SAMPLES_PER_GAME_MAX, forget_samples
from playtrace.store.duckdb import Store

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "events.duckdb", Settings(data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def loader(store: Store, tmp_path: Path) -> Iterator[Loader]:
    journal = Journal.open(tmp_path / "journal.sqlite", Settings(data=tmp_path))
    yield Loader(store, journal, Settings(data=tmp_path))
    journal.close()


def refused(game_id: str, count: int, *, received_at: dt.datetime = NOW) -> Batch:
    refusals = [Refusal(n, RefusalReason.INVALID, "name: wrong", f"sample {n}", game_id) for n in range(count)]
    return Batch(received_at=received_at, source="events", events=[], refusals=refusals)


def samples(store: Store) -> dict[str, int]:
    rows = store.query("SELECT game_id, count(*) AS n FROM set_aside GROUP BY ALL ORDER BY ALL").to_pylist()
    return {row["game_id"]: row["n"] for row in rows}


def test_one_load_keeps_as_many_as_are_shown_at_once(store: Store, loader: Loader):
    loaded = loader.load_batches([refused("arena", 70), refused("arena", 70), refused("maze", 3)])
    assert loaded.refused == 143
    assert samples(store) == {"arena": SAMPLES_PER_LOAD_MAX, "maze": 3}
    # The books have them all.
    books = store.query("SELECT game_id, sum(events)::BIGINT AS n FROM books GROUP BY ALL ORDER BY ALL").to_pylist()
    assert [(row["game_id"], row["n"]) for row in books] == [("arena", 140), ("maze", 3)]


def test_what_is_counted_and_not_listed_is_in_the_books_alone(store: Store, loader: Loader):
    batch = refused("arena", 2)
    batch.further_refused = {(RefusalReason.INVALID, "arena"): 9_000, (RefusalReason.MALFORMED, None): 7}
    loaded = loader.load_batches([batch])
    assert loaded.refused == 9_009
    assert samples(store) == {"arena": 2}
    books = store.query("SELECT game_id, reason, sum(events)::BIGINT AS n FROM books GROUP BY ALL").to_pylist()
    assert {(row["game_id"], row["reason"]): row["n"] for row in books} == {
        ("arena", "invalid"): 9_002,
        ("", "malformed"): 7,
    }


def test_a_game_has_so_many_at_most_and_none_for_good(store: Store, loader: Loader):
    old = NOW - dt.timedelta(days=SAMPLE_DAYS_MAX, hours=1)
    loader.load_batches([refused("old", 5, received_at=old), refused("maze", 3)])
    for _ in range(SAMPLES_PER_GAME_MAX // SAMPLES_PER_LOAD_MAX + 2):
        loader.load_batches([refused("arena", SAMPLES_PER_LOAD_MAX)])
    late = Event(name="login", game_id="arena", time=NOW - dt.timedelta(days=400))
    loader.load_batches([Batch(received_at=NOW, source="events", events=[late])])
    newest = store.query("SELECT max(journal_offset) AS n FROM set_aside WHERE outcome = 'refused'").to_pylist()
    forget_samples(store)
    assert samples(store) == {"arena": SAMPLES_PER_GAME_MAX + 1, "maze": 3}
    assert store.query("SELECT count(*) AS n FROM set_aside WHERE outcome = 'quarantined'").to_pylist() == [{"n": 1}]
    kept = store.query("SELECT max(journal_offset) AS n FROM set_aside WHERE outcome = 'refused'").to_pylist()
    assert kept == newest
