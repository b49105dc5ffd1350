"""Loot sheets as they are read back of a store: how many come, and what is said of the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.protocols.loot.reading import SHEETS_MAX, read_sheets
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)


def sheet(number: int) -> Batch:
    event = Event(name="stat_sheet", match_id=f"m{number}", player_id="p", props={"looted_items": {"medkit": 1}})
    return Batch(received_at=NOW, source="loot", game_id="loot", events=[event])


@pytest.mark.parametrize(
    ("limit", "count", "truncated"),
    [
        (None, SHEETS_MAX + 5, True),
        (1, 1, False),
        (SHEETS_MAX, SHEETS_MAX, False),
        (SHEETS_MAX + 1, SHEETS_MAX, True),
        (2**60, SHEETS_MAX, True),
    ],
)
def test_what_is_said_of_more_sheets_than_come(store: Store, limit: int | None, count: int, truncated: bool):
    answer = read_sheets(store, "loot", limit=limit)
    assert (answer.count, answer.total, answer.truncated) == (count, SHEETS_MAX + 5, truncated)
    assert len(answer.data) == min(limit or SHEETS_MAX, SHEETS_MAX)
    assert answer.data[0]["match_id"] == f"m{SHEETS_MAX + 4}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("sheets")
    settings = Settings(data=folder)
    store = Store.open(None, settings)
    journal = Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    assert loader.load_batches(sheet(number) for number in range(SHEETS_MAX + 5)).stored == SHEETS_MAX + 5
    yield store
    store.close()
    journal.close()
