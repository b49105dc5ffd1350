"""Rows that no merging makes fewer are laid by name, a week at once: nothing of them changes but where they lie."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from playtrace.config import Settings
from playtrace.load.compaction import QUIET_S, TASKS, Compaction, compact
from playtrace.load.laying import ROWS_MIN
from playtrace.rollups import noted_events
from playtrace.store.duckdb import Store

MONDAY = dt.date(2026, 3, 2)
LAY = next(task for task in TASKS if task.is_laid and task.table == noted_events.ROLLUP.table)

# Rows as `loads` loads leave them: each has the names in order, and one game behind the other.
LEFT = """
INSERT INTO noted_events BY NAME
SELECT game AS game_id, 'prod' AS env, $from::TIMESTAMP + INTERVAL 1 SECOND * number AS time,
    time AS received_at, number AS order_key, ['item_looted', 'match_end', 'purchase'][1 + number % 3] AS name,
    'ann' AS player_id, '' AS owner, '' AS session_id, '' AS platform, '' AS version, '' AS country, '' AS currency,
    '' AS subject, '' AS detail, true AS is_validated
FROM (SELECT unnest(range($rows)) AS number) CROSS JOIN (SELECT unnest(['a', 'b']) AS game)
ORDER BY number * $loads // $rows, game, name, time
"""
ROWS = "SELECT * FROM noted_events ORDER BY ALL"
LYING = "SELECT game_id, name, epoch_us(time) AS at_us FROM noted_events ORDER BY rowid"


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with closing(Store.open(None, settings)) as opened:
        yield opened


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(store_threads=1)  # pyright: ignore[reportCallIssue]


def leave(store: Store, day: dt.date, rows: int, loads: int) -> None:
    with store.writing() as connection:
        connection.execute(LEFT, {"from": day, "rows": rows, "loads": loads})


def lying(store: Store) -> list[tuple[str, str, int]]:
    """Game, name and time of all rows, as they lie."""
    return [(row["game_id"], row["name"], row["at_us"]) for row in store.query(LYING).to_pylist()]


def test_the_rows_of_a_week_are_laid_by_name_and_stay_the_same(store: Store, settings: Settings) -> None:
    leave(store, MONDAY, ROWS_MIN // 20, loads=3)
    leave(store, MONDAY + dt.timedelta(days=4), ROWS_MIN // 2, loads=3)
    leave(store, MONDAY + dt.timedelta(days=7), 30, loads=3)
    before, scattered = store.query(ROWS), lying(store)
    compact(store, LAY, MONDAY + dt.timedelta(days=2), settings)
    assert store.query(ROWS) == before
    next_week, week = lying(store)[:60], lying(store)[60:]
    assert week == sorted(week) != scattered[:-60]
    assert next_week == scattered[-60:]


def test_few_late_rows_lay_nothing_again_and_many_do(store: Store, settings: Settings) -> None:
    def is_laid() -> bool:
        before = store.version
        compact(store, LAY, MONDAY, settings)
        return store.version > before

    leave(store, MONDAY, ROWS_MIN // 4, loads=1)
    assert not is_laid(), "few rows are one piece"
    leave(store, MONDAY, ROWS_MIN // 2, loads=2)
    assert is_laid()
    leave(store, MONDAY, ROWS_MIN // 20, loads=1)
    assert not is_laid()
    leave(store, MONDAY, ROWS_MIN // 2, loads=1)
    assert is_laid()
    assert not is_laid()


def test_days_that_loads_leave_alone_are_laid_by_themselves(store: Store, settings: Settings) -> None:
    leave(store, MONDAY, ROWS_MIN, loads=3)
    before, scattered = store.query(ROWS), lying(store)
    now = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        compaction = Compaction(store, settings)
        compaction.touch([MONDAY])
        now += QUIET_S + 1
        turns = 0
        while compaction.merge() is not None:
            turns += 1
    # Of the day, and of the last ones, which the process before may have left.
    assert turns >= 2 * len(TASKS)
    assert store.query(ROWS) == before
    assert lying(store) == sorted(scattered)
