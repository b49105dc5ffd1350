"""Slices of an export: all events, once, in their order, however they lie and however busy the machine is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from playtrace.config import Settings
from playtrace.exports import slices
from playtrace.exports.slices import Slices
from playtrace.store.duckdb import Reader, Store
from playtrace.store.errors import QueryTimeout
from playtrace.store.matching import Matching

ALL = Matching(
    game_ids=None,
    game_id="arena",
    names=None,
    other_names=None,
    severities=None,
    env=None,
    player_id=None,
    session_id=None,
    match_id=None,
    map=None,
    min_x=None,
    max_x=None,
    min_y=None,
    max_y=None,
    platforms=None,
    versions=None,
    countries=None,
    text=None,
    from_time=dt.datetime(1, 1, 1),
    to_time=dt.datetime(9999, 1, 1),
)
FILL = """
INSERT INTO events (game_id, event_id, name, time, received_at, env, severity, source, journal_offset, position)
SELECT CASE WHEN entry % 7 = 0 THEN 'other' ELSE 'arena' END, uuid(), 'a', TIMESTAMP '2026-01-01',
    TIMESTAMP '2026-01-02', 'prod', 'info', 'test', CASE WHEN entry < 500 THEN entry ELSE entry * 100000 END, position
FROM range(1, 1001) AS entries (entry), range(0, 30) AS positions (position)
"""
"""Dense first, and then far apart."""


class Busy:
    """A store whose questions take too long now and then, as on a machine that is short of time."""

    def __init__(self, store: Store, late: set[int]) -> None:
        self._store = store
        self._late = late
        self.asked = 0

    @contextmanager
    def reading(self) -> Generator[Reader]:
        self.asked += 1
        with self._store.reading() as reader:
            if self.asked in self._late:
                raise QueryTimeout("The query was ended.")
            yield reader


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = Store.open(None, Settings())
    with store.writing() as connection:
        connection.execute(FILL)
    yield store
    store.close()


def read(store: Any) -> tuple[list[tuple[int, int]], int]:
    found = Slices(ALL, "journal_offset, position\n")
    found.begin(store)
    rows: list[tuple[int, int]] = []
    count = 0
    while not found.is_over:
        table = found.next(store)
        rows += zip(table["journal_offset"].to_pylist(), table["position"].to_pylist(), strict=True)
        count += 1
    assert found.events == len(rows)
    return rows, count


@pytest.mark.parametrize("late", [set(), {2, 3, 4, 9, 11}])
def test_all_events_once_in_their_order(store: Store, monkeypatch: pytest.MonkeyPatch, late: set[int]):
    monkeypatch.setattr(slices, "SLICE_EVENTS_MAX", 1000)
    rows, count = read(Busy(store, late))
    assert rows == sorted(set(rows))
    assert len(rows) == 30 * sum(1 for entry in range(1, 1001) if entry % 7)
    assert 25 < count < 200


def test_what_takes_too_long_each_time_ends_it(store: Store):
    with pytest.raises(QueryTimeout):
        read(Busy(store, set(range(2, 100))))
