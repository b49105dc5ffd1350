"""The next load is read and parsed while one is written: nothing is lost, repeated or mixed up by it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import Entry, encode
from playtrace.journal.errors import DamagedRow
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.read_ahead import Limits, ReadAhead
from playtrace.store.duckdb import Store

LIMITS = Limits(events=4, bytes=10**6)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, load_events_max=1000)


@pytest.fixture
def journal(settings: Settings) -> Iterator[Journal]:
    journal = Journal.open(settings.journal_path, settings)
    yield journal
    journal.close()


@pytest.fixture
def ahead(journal: Journal, settings: Settings) -> Iterator[ReadAhead]:
    ahead = ReadAhead(journal, settings)
    yield ahead
    ahead.close()


def entry(*names: str) -> Entry:
    return encode(
        Batch(
            received_at=dt.datetime.now(dt.UTC),
            source="events",
            events=[Event(name=name, game_id="arena", player_id="ana", session_id="s") for name in names],
        )
    )


def names(ahead: ReadAhead, after: int, limits: Limits = LIMITS) -> list[str] | None:
    prepared = ahead.next(after, limits)
    if prepared is None:
        return None
    assert not isinstance(prepared.parsed, Exception)
    return prepared.parsed["name"].to_pylist()


def test_what_was_begun_is_what_comes_next(journal: Journal, ahead: ReadAhead):
    for number in range(6):
        journal.append_and_wait(entry(f"a{number}", f"b{number}"))
    assert names(ahead, 0) == ["a0", "b0", "a1", "b1"]
    ahead.begin(2, LIMITS)
    assert names(ahead, 2) == ["a2", "b2", "a3", "b3"]
    ahead.begin(4, LIMITS)
    assert names(ahead, 4) == ["a4", "b4", "a5", "b5"]
    ahead.begin(6, LIMITS)
    assert names(ahead, 6) is None


def test_what_was_begun_for_another_place_or_size_is_read_anew(journal: Journal, ahead: ReadAhead):
    for number in range(4):
        journal.append_and_wait(entry(f"a{number}", f"b{number}"))
    ahead.begin(2, LIMITS)
    assert names(ahead, 1) == ["a1", "b1", "a2", "b2"]
    ahead.begin(2, LIMITS)
    assert names(ahead, 2, Limits(events=1, bytes=10**6)) == ["a2", "b2"]


def test_what_came_since_it_was_begun_is_seen(journal: Journal, ahead: ReadAhead):
    journal.append_and_wait(entry("a0"))
    ahead.begin(1, LIMITS)
    assert ahead._begun is not None
    assert ahead._begun[2].result() is None
    journal.append_and_wait(entry("a1"))
    assert names(ahead, 1) == ["a1"]


def test_what_came_while_a_load_was_written_does_not_wait_for_a_pause(journal: Journal, settings: Settings):
    """The last part of a backlog was read before; whoever waits for what came behind it must not wait for the pause."""
    store = Store.open(settings.store_path, settings)
    loader = Loader(store, journal, settings)
    journal.append_and_wait(entry(*["full"] * 1000))
    journal.append_and_wait(entry("part"))
    assert loader.load_waiting() is not None
    assert loader._is_behind
    loader._ahead._executor.submit(int).result()  # by now what is behind was read
    last = journal.append_and_wait(entry("late"))
    assert loader.load_waiting() is not None
    assert loader.offset < last
    assert loader._is_behind
    assert loader.load_waiting() is not None
    assert loader.offset == last
    assert not loader._is_behind
    loader.stop()
    store.close()


def test_damage_that_is_found_ahead_is_told_when_it_is_its_turn(journal: Journal, ahead: ReadAhead):
    for number in range(3):
        journal.append_and_wait(entry(f"a{number}", f"b{number}", f"c{number}", f"d{number}"))
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as connection:
        connection.execute("UPDATE entries SET checksum = checksum + 1 WHERE last_offset = 2")
    assert names(ahead, 0) == ["a0", "b0", "c0", "d0"]
    ahead.begin(1, LIMITS)
    with pytest.raises(DamagedRow):
        ahead.next(1, LIMITS)
    assert names(ahead, 2) == ["a2", "b2", "c2", "d2"]


def test_a_backlog_with_a_bad_event_and_repeated_ones(journal: Journal, settings: Settings):
    """Twenty loads, each prepared while the one before is written."""
    store = Store.open(settings.store_path, settings)
    loader = Loader(store, journal, settings)
    repeated = Event(name="again", game_id="arena", event_id=uuid.uuid4(), player_id="ana")
    again = encode(Batch(received_at=dt.datetime.now(dt.UTC), source="events", events=[repeated]))
    expected: list[str] = []
    for number in range(40):
        journal.append_and_wait(entry(*[f"e{number}"] * 500))
        expected += [f"e{number}"] * 500
        if number % 10 == 5:
            journal.append_and_wait(again)
            expected += ["again"] * (number == 5)
        if number == 21:
            whole = entry("bad", "good")
            journal.append_and_wait(Entry(whole.header, 2, b"{nonsense\n" + whole.body.splitlines(keepends=True)[1]))
            expected += ["good"]
    loads = list(iter(loader.load_waiting, None))
    assert len(loads) >= 20
    assert sum(load.stored for load in loads) == len(expected)
    assert (sum(load.duplicates for load in loads), sum(load.quarantined for load in loads)) == (3, 1)
    stored = store.query("SELECT name FROM events ORDER BY journal_offset, position")["name"].to_pylist()
    assert stored == expected
    loader.stop()
    store.close()
