"""Events that cannot be loaded: they are set aside, the others load, and the loader goes on."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import Entry, encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.poison import POISON_MAX
from playtrace.load.staging import ROWS_PER_CHUNK
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

ENTRIES = 3 * ROWS_PER_CHUNK // 100
"""Of 100 events each: more than one chunk of what is staged."""
POISONED = {7: "arena", ENTRIES // 2: "", ENTRIES - 1: "maze"}
"""Entry to the game that all its events belong to; in one of them each event names its own."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "events.duckdb", Settings(data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "journal.sqlite", Settings(data=tmp_path))
    yield journal
    journal.close()


@pytest.fixture
def loader(store: Store, journal: Journal, tmp_path: Path) -> Loader:
    return Loader(store, journal, Settings(data=tmp_path))


def test_poison_among_many(store: Store, loader: Loader):
    loaded = loader.load_entries(map(entry, range(ENTRIES)))
    assert (loaded.stored, loaded.quarantined) == (100 * ENTRIES - len(POISONED), len(POISONED))
    set_aside = store.query("SELECT game_id, reason, body FROM set_aside ORDER BY journal_offset").to_pylist()
    assert [(row["game_id"], row["reason"], row["body"].rstrip()) for row in set_aside] == [
        (game, "unloadable", "{nonsense") for game in POISONED.values()
    ]
    assert store.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": loaded.stored}]
    assert store.query("SELECT journal_offset FROM loaded").to_pylist() == [{"journal_offset": ENTRIES}]


def test_events_that_load_alone_and_not_together(store: Store, loader: Loader):
    take_each_name_once(store)
    names = ["jump", "fall", "jump", "win", "fall", "jump", "lose"]
    loaded = loader.load_entries([encode(batch(names)), encode(batch(["end", "win"]))])
    assert (loaded.stored, loaded.quarantined) == (5, 4)
    stored = store.query("SELECT name FROM events").to_pylist()
    assert Counter(row["name"] for row in stored) == Counter(["jump", "fall", "win", "lose", "end"])
    set_aside = store.query("SELECT body, error FROM set_aside ORDER BY journal_offset, position").to_pylist()
    assert [json.loads(row["body"])["name"] for row in set_aside] == ["jump", "fall", "jump", "win"]
    assert all("uplicate" in row["error"] for row in set_aside)


def test_a_request_of_nothing_else_is_set_aside_whole(store: Store, loader: Loader):
    take_each_name_once(store)
    many = 4 * POISON_MAX
    loaded = loader.load_entries([encode(batch(["jump"] * many)), encode(batch(["fall"]))])
    assert (loaded.stored, loaded.quarantined) == (2, many - 1)
    books = store.query("SELECT outcome, reason, sum(events)::BIGINT AS events FROM books GROUP BY ALL").to_pylist()
    assert {(row["outcome"], row["reason"]): row["events"] for row in books} == {
        ("stored", ""): 2,
        ("quarantined", "unloadable"): many - 1,
    }


TABLES = ["events", "event_counts", "players", "sessions", "position_tails", "map_extents"]


@pytest.mark.parametrize("table", TABLES)
def test_a_store_in_which_nothing_can_be_loaded_is_not_the_events_fault(store: Store, loader: Loader, table: str):
    with store.writing() as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    entries = [encode(batch(["jump", "fall", "position"])), encode(batch(["win"]))]
    with pytest.raises(StoreError, match="No event at all can be loaded"):
        loader.load_entries(entries)
    assert store.query("SELECT count(*) AS n FROM set_aside").to_pylist() == [{"n": 0}]
    with store.writing() as connection:
        connection.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    assert loader.load_entries(entries).stored == 4


def test_what_the_journal_cannot_read_stops_nothing(store: Store, journal: Journal, loader: Loader):
    for name in ("jump", "fall", "win"):
        journal.append_and_wait(encode(batch([name, name])))
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE entries SET bodies = CAST(replace(bodies, 'fall', 'gall') AS BLOB) WHERE last_offset = 2"
        )
    loaded = [loader.load_waiting() for _ in range(4)]
    assert [one.stored if one else None for one in loaded] == [2, 0, 2, None]
    assert store.query("SELECT DISTINCT name FROM events ORDER BY name").to_pylist() == [
        {"name": "jump"},
        {"name": "win"},
    ]
    assert journal.damaged_events == 2
    assert loader.when_loaded(journal.head).done()


def take_each_name_once(store: Store) -> None:
    """A store that refuses what nobody thought of, for a reason that lies in no event alone."""
    with store.writing() as connection:
        connection.execute("CREATE UNIQUE INDEX each_name_once ON events (name, level)")


def batch(names: list[str]) -> Batch:
    events = [Event(name=name, game_id="arena", player_id="ana", level="1", map="keep", x=1, y=2) for name in names]
    for event in events:
        if event.name == "position":
            event.session_id, event.mono_ms = "s", 0
    return Batch(received_at=dt.datetime.now(dt.UTC), source="events", events=events)


def entry(number: int) -> Entry:
    game_id = POISONED.get(number, "arena" if number % 2 else "maze") or None
    events = [Event(name="jump", game_id=None if game_id else "arena") for _ in range(100)]
    batch = Batch(
        received_at=dt.datetime.now(dt.UTC),
        source="events",
        events=events,
        game_id=game_id,
        country="DE" if number % 3 else None,
    )
    whole = encode(batch)
    if number not in POISONED:
        return whole
    lines = whole.body.splitlines(keepends=True)
    lines[5] = b"{nonsense\n"
    return Entry(whole.header, 100, b"".join(lines))
