"""Deleting a game: everything that the store has of it, then its rows in the registry, some rows at a time.

It begins when nobody takes events of it any more, and ends when all that was taken before is loaded and gone; its id is
free then. That it is being deleted stands in the registry, and what is left to do in the store: after a kill the next
start goes on. Mirrors and backups keep what they have.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import LiteralString

import duckdb

from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

log = logging.getLogger("playtrace.operate")

LOOK_S = 2.0
REST = 3.0
"""After each piece loading goes on alone for this many times as long as it took."""
ROWS_AT_ONCE = 250_000
GRACE = dt.timedelta(seconds=5)
"""Whoever takes events looks every second whether a game still takes some. Until then nothing is removed."""
LOADING_LOOK_S = 0.5

# Whatever a table is for: what has a game is a part of it. The books last, which know how many events there should be.
TABLES: LiteralString = """
SELECT table_name
FROM duckdb_columns()
WHERE column_name = 'game_id' AND database_name = current_database() AND schema_name = 'main'
  AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)
ORDER BY table_name = 'books', table_name <> 'events', table_name <> 'removed_events', table_name
"""


class GameDeletions:
    """`work` does the next piece."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        taken: Callable[[], int],
        loaded: Callable[[], int],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        """`taken` and `loaded` are the offsets of the journal up to which events were taken, and are in the store."""
        self._store = store
        self._registry = registry
        self._taken = taken
        self._loaded = loaded
        self._clock = clock
        self._rows_at_once = rows_at_once
        self._until: dict[str, int] = {}
        """Up to which offset there may be events of a game."""
        self._has_freed = False

    def has_freed(self) -> bool:
        """Whether a game is gone since this was last asked: it may have left room in the file."""
        had, self._has_freed = self._has_freed, False
        return had

    def work(self) -> float | None:
        """How long to rest then; None when nothing is to be deleted."""
        games = self._registry.games.being_deleted()
        if not games:
            return None
        game = games[0]
        began = time.monotonic()
        waits = (game.deletion_began_at or self._clock()) + GRACE - self._clock()
        if waits > dt.timedelta():
            return min(waits, GRACE).total_seconds()
        until = self._until.setdefault(game.id, self._taken())
        is_loaded = self._loaded() >= until
        if self._remove_some(game.id):
            return REST * (time.monotonic() - began)
        if not is_loaded:
            return LOADING_LOOK_S
        self._registry.games.forget(game.id)
        del self._until[game.id]
        self._has_freed = True
        log.info("a game is deleted", extra={"game": game.id})
        return 0.0

    def _remove_some(self, game_id: str) -> bool:
        """Whether there were any."""
        with self._store.writing() as connection:
            for (table,) in connection.execute(TABLES).fetchall():
                if _remove(connection, table, game_id, self._rows_at_once):
                    return True
        return False


def _remove(connection: duckdb.DuckDBPyConnection, table: str, game_id: str, rows_max: int) -> int:
    # The name is one of the store's own, and says so itself.
    rows = f'SELECT rowid FROM "{table}" WHERE game_id = $game LIMIT {rows_max:d}'
    removed = connection.execute(f'DELETE FROM "{table}" WHERE rowid IN ({rows})', {"game": game_id})
    return int(removed.fetchall()[0][0])


COUNT_ROWS: LiteralString = """
SELECT (SELECT count(*) FROM events WHERE game_id = $game) AS events,
    (SELECT min(time) FROM events WHERE game_id = $game) AS first_at,
    (SELECT max(time) FROM events WHERE game_id = $game) AS last_at,
    (SELECT count(DISTINCT day) FROM player_days WHERE game_id = $game) AS days,
    (SELECT count(DISTINCT player_id) FROM players WHERE game_id = $game) AS players,
    (SELECT count(*) FROM set_aside WHERE game_id = $game) AS set_aside,
    (SELECT count(*) FROM segments WHERE game_id = $game) AS segments
"""
"""What the store has of a game, in figures."""
