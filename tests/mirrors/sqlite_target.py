"""A target over SQLite that keeps to `mirrors/target.py`: a real database with transactions, and no server to start.

It takes any event but those named `unwanted`, and keeps each as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from playtrace.config import Settings
from playtrace.mirrors.erasing import still_theirs
from playtrace.mirrors.slices import JsonRows, events_of, set_aside_of
from playtrace.mirrors.target import (
    GamesNow,
    Pace,
    PlayerErasure,
    Position,
    PositionMoved,
    Slice,
    TargetAway,
    TargetNewer,
    Written,
)
from playtrace.store.duckdb import Reader

SCHEMA = """
CREATE TABLE IF NOT EXISTS playtrace_mirror (mirror TEXT PRIMARY KEY, journal_id TEXT, journal_offset INTEGER);
CREATE TABLE IF NOT EXISTS playtrace_refused (game_id TEXT, event_id TEXT, reason TEXT, body TEXT,
    PRIMARY KEY (game_id, event_id));
CREATE TABLE IF NOT EXISTS events (game_id TEXT, event_id TEXT, name TEXT CHECK (name <> 'unwanted'), body TEXT,
    PRIMARY KEY (game_id, event_id));
CREATE TABLE IF NOT EXISTS set_aside (journal_offset INTEGER, position INTEGER, body TEXT,
    PRIMARY KEY (journal_offset, position));
CREATE TABLE IF NOT EXISTS erasures (erasure_id TEXT PRIMARY KEY);
"""
VERSION = 1


class SqliteTarget:
    """`before_commit` is called with the number of transactions before: it may kill the process."""

    pace = Pace(is_read_ahead=True)

    def __init__(self, path: Path, mirror: str, *, before_commit: Callable[[int], None] = lambda commits: None) -> None:
        self.path = path
        self.mirror = mirror
        self.before_commit = before_commit
        self.commits = 0
        self.largest = 0
        """Events of the largest slice."""
        self.connection: sqlite3.Connection | None = None
        self.json = JsonRows()

    def open(self) -> Position | None:
        try:
            connection = self.connection = sqlite3.connect(self.path, timeout=0.05, isolation_level=None)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise TargetNewer(f"The schema is of version {version}, this playtrace knows {VERSION}.")
            if version < VERSION:
                connection.executescript(SCHEMA)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            return self.position()
        except sqlite3.Error as error:
            raise TargetAway(f"The database at {self.path} cannot be opened: {error}") from error

    def position(self) -> Position | None:
        row = self.taken().execute(
            "SELECT journal_id, journal_offset FROM playtrace_mirror WHERE mirror = ?", [self.mirror]
        )
        found = row.fetchone()
        return None if found is None else Position(*found)

    def read(self, slice_: Slice, moment: Reader) -> tuple[pa.Table, pa.Table]:
        return events_of(slice_, moment), set_aside_of(slice_, moment)

    def write(self, slice_: Slice, rows: tuple[pa.Table, pa.Table]) -> Written:
        events, set_aside = rows
        self.largest = max(self.largest, events.num_rows)
        lines = self.json.lines_of(events, "* REPLACE (props::JSON AS props)")
        connection = self.taken()
        try:
            connection.execute("BEGIN IMMEDIATE")
            if (there := self.position()) != slice_.after:
                raise PositionMoved(there)
            before = connection.total_changes
            refused = self.insert(lines)
            written = connection.total_changes - before - refused
            connection.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [[row["journal_offset"], row["position"], row["body"]] for row in set_aside.to_pylist()],
            )
            self.stand(slice_.upto)
            self.before_commit(self.commits)
            connection.execute("COMMIT")
            self.commits += 1
        except sqlite3.Error as error:
            raise TargetAway(f"The database at {self.path} takes nothing: {error}") from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return Written(written, refused)

    def insert(self, lines: list[str]) -> int:
        """How many were refused."""
        connection = self.taken()
        refused = 0
        for line in lines:
            event = json.loads(line)
            ids = [event["game_id"], event["event_id"]]
            try:
                connection.execute(
                    "INSERT INTO events VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", [*ids, event["name"], line]
                )
            except sqlite3.IntegrityError as error:
                refused += 1
                connection.execute(
                    "INSERT INTO playtrace_refused VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [*ids, str(error), line],
                )
        return refused

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> tuple[pa.Table, pa.Table]:
        left = still_theirs(erasure, mirrored, moment)
        return left.events, left.set_aside

    def erase(self, erasure: PlayerErasure, rows: tuple[pa.Table, pa.Table]) -> None:
        connection = self.taken()
        lines = self.json.lines_of(rows[0], "* REPLACE (props::JSON AS props)")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("INSERT OR IGNORE INTO erasures VALUES (?)", [erasure.erasure_id]).rowcount:
            theirs = [[erasure.game_id, player_id] for player_id in erasure.player_ids]
            connection.executemany(
                "DELETE FROM events WHERE game_id = ? AND json_extract(body, '$.player_id') = ?", theirs
            )
            self.insert(lines)
        self.before_commit(self.commits)
        connection.execute("COMMIT")
        self.commits += 1

    def stand_at(self, position: Position) -> None:
        self.stand(position)

    def stand(self, position: Position) -> None:
        self.taken().execute(
            "INSERT INTO playtrace_mirror VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET journal_id = excluded.journal_id, journal_offset = excluded.journal_offset",
            [self.mirror, position.journal_id, position.journal_offset],
        )

    def taken(self) -> sqlite3.Connection:
        assert self.connection is not None
        return self.connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        self.json.close()


def path_of(url: str, settings: Settings) -> Path:
    """Beside the store, so that the folder may be copied."""
    return settings.data / url.split("@")[-1]


def make(url: str, mirror: str, settings: Settings, games: GamesNow) -> SqliteTarget:
    return SqliteTarget(path_of(url, settings), mirror)


def rows_of(path: Path) -> dict[tuple[str, str], Any]:
    """Every event in a target, by game and id."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT game_id, event_id, body FROM events").fetchall()
    return {(game, event): json.loads(body) for game, event, body in found}
