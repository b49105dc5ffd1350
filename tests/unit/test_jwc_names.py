"""`GET /stats` where there are more names than it tells, and longer ago than it reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.protocols.jwc.stats import EXCEPTIONS_MAX, NAMES_MAX, ROWS_MAX, SYSTEMS_MAX, read_stats
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)
NAMES = NAMES_MAX + 7


@pytest.fixture(scope="module")
def loading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Loader, Store]]:
    settings = Settings(data=tmp_path_factory.mktemp("names"))
    store = Store.open(None, settings)
    journal = Journal.open(settings.journal_path, settings)
    yield Loader(store, journal, settings), store
    store.close()
    journal.close()


def load(loading: tuple[Loader, Store], game: str, events: list[Event], received_at: dt.datetime = NOW) -> Store:
    loader, store = loading
    batch = Batch(received_at=received_at, source="jwc.v1", game_id=game, events=events)
    assert loader.load_batches([batch]).stored == len(events)
    return store


def test_more_names_than_there_is_room_for_are_counted_together(loading: tuple[Loader, Store]):
    events = [
        Event(name="java.run.error", player_id="p", time=NOW, os=f"os{n:05}", props={"exceptionHash": f"{n:05}"})
        for n in range(NAMES)
        for _ in range(2)
    ]
    events += [
        Event(name="java.run.completed", player_id="p", time=NOW, os="os00000", props={"exit": n}) for n in range(NAMES)
    ]
    stats = read_stats(load(loading, "many", events), "many", None, None, NOW.date())
    assert stats.os_types == NAMES
    assert len(stats.by_os) == NAMES_MAX + 1
    assert stats.by_os["os00000"] == NAMES + 2
    assert stats.by_os["(other)"] == 2 * (NAMES - NAMES_MAX)
    assert stats.exit_codes["(other)"] == NAMES - NAMES_MAX
    assert sum(stats.daily_learning_outcomes[NOW.date()].values()) == NAMES
    assert [len(rows) for rows in (stats.tables.exit_top, stats.tables.exceptions_top)] == [ROWS_MAX, ROWS_MAX]
    assert list(stats.top_exceptions) == [f"{n:05}" for n in range(EXCEPTIONS_MAX)]
    assert [series.key for series in stats.daily_os.series] == [f"os{n:05}" for n in range(SYSTEMS_MAX)] + ["(other)"]
    assert sum(series.data[0] for series in stats.daily_os.series) == stats.total == 3 * NAMES


def test_without_dates_it_reaches_back_ten_years(loading: tuple[Loader, Store]):
    long_ago = NOW - dt.timedelta(days=5_000)
    load(loading, "old", [Event(name="e", player_id="p", time=long_ago)], received_at=long_ago)
    store = load(loading, "old", [Event(name="e", player_id="p", time=NOW)])
    stats = read_stats(store, "old", None, None, NOW.date())
    assert (stats.window_days, stats.to, stats.total) == (3_700, NOW.date(), 1)
    assert stats.from_ == NOW.date() - dt.timedelta(days=3_699)
    before = read_stats(store, "old", None, long_ago.date(), NOW.date())
    assert (before.from_, before.to, before.total) == (long_ago.date(), long_ago.date(), 1)
