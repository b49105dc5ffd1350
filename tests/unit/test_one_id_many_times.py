"""One id sent again and again costs as much as as many ids, and counts once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store

REPEATS = 100_000
"""Compared each with each they would be five billion pairs: more than this test could wait for, or hold."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    settings = Settings(data=tmp_path)
    store = Store.open(settings.store_path, settings)
    yield store
    store.close()


@pytest.fixture
def loader(tmp_path: Path, store: Store) -> Iterator[Loader]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    yield Loader(store, journal, settings)
    journal.close()


def books(store: Store) -> dict[tuple[str, str], int]:
    rows = store.query("SELECT outcome, reason, sum(events)::BIGINT AS events FROM books GROUP BY ALL")
    return {(row["outcome"], row["reason"]): row["events"] for row in rows.to_pylist()}


def test_one_id_many_times_in_one_load(store: Store, loader: Loader):
    same = Event(name="jump", game_id="arena", event_id=uuid.UUID(int=7))
    other = Event(name="fall", game_id="arena", event_id=uuid.UUID(int=7))
    now = dt.datetime.now(dt.UTC)
    first = loader.load_batches([Batch(received_at=now, source="events", events=[same] * REPEATS + [other])])
    assert (first.stored, first.duplicates) == (1, REPEATS)
    again = loader.load_batches([Batch(received_at=now, source="events", events=[other] * 2 + [same])])
    assert (again.stored, again.duplicates) == (0, 3)
    assert books(store) == {("stored", ""): 1, ("duplicate", ""): REPEATS, ("duplicate", "conflict"): 3}
    assert [row["name"] for row in store.query("SELECT name FROM events").to_pylist()] == ["jump"]


def test_properties_whose_names_differ_in_case_alone(store: Store, loader: Loader):
    """The store's engine does not tell them apart everywhere; a retry of such an event must not stop the loading."""
    same = Event(name="jump", game_id="arena", event_id=uuid.UUID(int=7), props={"a": 1, "A": 2})
    other = Event(name="jump", game_id="arena", event_id=uuid.UUID(int=7), props={"a": 1, "A": 3})
    batch = Batch(received_at=dt.datetime.now(dt.UTC), source="events", events=[same, same])
    assert loader.load_batches([batch]).duplicates == 1
    batch.events = [same, other]
    assert loader.load_batches([batch]).duplicates == 2
    assert books(store) == {("stored", ""): 1, ("duplicate", ""): 2, ("duplicate", "conflict"): 1}
