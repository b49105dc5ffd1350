"""The tables of the mirror. Three are as a studio's web pages read them; what begins with `playtrace_` is ours.

A studio may have the three already, with other columns besides or other lengths: then they are used as they are, and
texts are cut to the lengths that they have.
"""

from __future__ import annotations

from typing import Any, LiteralString

from pymysql.cursors import DictCursor

from playtrace.mirrors.target import TargetNewer, TargetUnusable

VERSION = 2
"""Of all these tables together."""
LOCK: LiteralString = "CONCAT('playtrace_', MD5(DATABASE()))"
"""Name of the lock under which tables are made; one of MySQL has at most 64 characters."""
LOCK_WAIT_S = 30

TABLES: tuple[LiteralString, ...] = (
    """
CREATE TABLE IF NOT EXISTS games (
    id VARCHAR(50) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    created_at DATETIME(6) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
""",
    """
CREATE TABLE IF NOT EXISTS sessions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    game_id VARCHAR(50) NOT NULL,
    player_id VARCHAR(100) NULL,
    platform VARCHAR(50) NULL,
    version VARCHAR(20) NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NULL,
    KEY sessions_of_game (game_id, started_at),
    FOREIGN KEY (game_id) REFERENCES games (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
""",
    """
CREATE TABLE IF NOT EXISTS daily_stats (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    game_id VARCHAR(50) NOT NULL,
    date DATE NOT NULL,
    crash_count INT NOT NULL DEFAULT 0,
    session_count INT NOT NULL DEFAULT 0,
    avg_session_seconds DOUBLE NULL,
    UNIQUE KEY day_of_game (game_id, date),
    FOREIGN KEY (game_id) REFERENCES games (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
""",
    # Where each mirror stands.
    """
CREATE TABLE IF NOT EXISTS playtrace_mirror (
    mirror VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    journal_id VARCHAR(36) NULL,
    journal_offset BIGINT NULL,
    written_at DATETIME(6) NULL
) ENGINE = InnoDB
""",
    # Our games, and how they are called in `games`. Days of another time zone are other days.
    """
CREATE TABLE IF NOT EXISTS playtrace_games (
    game_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    time_zone VARCHAR(64) CHARACTER SET ascii NOT NULL
) ENGINE = InnoDB
""",
    # Our sessions, and which row of `sessions` each of them is; none where the database did not take it. `family` and
    # `owner` are hashes, of whose session it is and which; `content` is one of the texts.
    """
CREATE TABLE IF NOT EXISTS playtrace_sessions (
    family BINARY(32) NOT NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NOT NULL,
    length_us BIGINT NOT NULL,
    owner BINARY(32) NOT NULL,
    content BINARY(32) NOT NULL,
    game_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    session BIGINT NULL,
    PRIMARY KEY (family, started_at),
    KEY length_by_start (game_id, started_at, length_us),
    KEY owned (owner)
) ENGINE = InnoDB
""",
    # Texts that were longer than their column.
    """
CREATE TABLE IF NOT EXISTS playtrace_cut (
    table_name VARCHAR(64) CHARACTER SET ascii NOT NULL,
    column_name VARCHAR(64) CHARACTER SET ascii NOT NULL,
    value_hash BINARY(32) NOT NULL,
    value TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    written TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    noted_at DATETIME(6) NOT NULL,
    PRIMARY KEY (table_name, column_name, value_hash)
) ENGINE = InnoDB
""",
    # Rows that the database did not take, and why.
    """
CREATE TABLE IF NOT EXISTS playtrace_refused (
    table_name VARCHAR(64) CHARACTER SET ascii NOT NULL,
    body_hash BINARY(32) NOT NULL,
    game_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason TEXT CHARACTER SET utf8mb4 NOT NULL,
    body TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    refused_at DATETIME(6) NOT NULL,
    PRIMARY KEY (table_name, body_hash)
) ENGINE = InnoDB
""",
    # Erasures of players that were done here; who they were is not kept.
    """
CREATE TABLE IF NOT EXISTS playtrace_erasures (
    erasure_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    game_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    erased_at DATETIME(6) NOT NULL
) ENGINE = InnoDB
""",
    """
CREATE TABLE IF NOT EXISTS playtrace_schema (
    version INT NOT NULL PRIMARY KEY
) ENGINE = InnoDB
""",
)

NEEDED = {
    "games": ("id", "name", "created_at"),
    "sessions": ("id", "game_id", "player_id", "platform", "version", "started_at", "ended_at"),
    "daily_stats": ("game_id", "date", "crash_count", "session_count", "avg_session_seconds"),
}
TEXTS = {
    ("games", "id"),
    ("games", "name"),
    ("sessions", "game_id"),
    ("sessions", "player_id"),
    ("sessions", "platform"),
    ("sessions", "version"),
    ("daily_stats", "game_id"),
}

COLUMNS: LiteralString = """
SELECT table_name AS `table`, column_name AS `column`, character_maximum_length AS length
FROM information_schema.columns
WHERE table_schema = DATABASE()
"""

Lengths = dict[tuple[str, str], int]
"""Of columns that hold text, in characters."""


def install(cursor: DictCursor) -> Lengths:
    """Make what is missing, and tell the lengths of columns.

    Raises `TargetNewer`, `TargetUnusable`, and what the driver raises.
    """
    if _version(cursor) < VERSION:
        # A statement that makes a table cannot be part of a transaction. The version is written last.
        cursor.execute("SELECT GET_LOCK(" + LOCK + ", %s)", (LOCK_WAIT_S,))
        try:
            for table in TABLES:
                cursor.execute(table)
            _check(_columns(cursor))
            cursor.execute("INSERT IGNORE INTO playtrace_schema (version) VALUES (%s)", (VERSION,))
        finally:
            cursor.execute("SELECT RELEASE_LOCK(" + LOCK + ")")
    columns = _columns(cursor)
    _check(columns)
    return {name: length for name, length in columns.items() if name in TEXTS and length is not None}


def _version(cursor: DictCursor) -> int:
    if ("playtrace_schema", "version") not in _columns(cursor):
        return 0
    cursor.execute("SELECT MAX(version) AS version FROM playtrace_schema")
    version = int(_rows(cursor)[0]["version"] or 0)
    if version > VERSION:
        raise TargetNewer(
            f"The tables are of a newer playtrace (version {version}, this one knows {VERSION}). Upgrade this one;"
            " nothing was changed."
        )
    return version


def _columns(cursor: DictCursor) -> dict[tuple[str, str], int | None]:
    cursor.execute(COLUMNS)
    return {(row["table"].lower(), row["column"].lower()): row["length"] for row in _rows(cursor)}


def _check(columns: dict[tuple[str, str], int | None]) -> None:
    for table, names in NEEDED.items():
        if missing := [name for name in names if (table, name) not in columns]:
            raise TargetUnusable(
                f"The table {table} was there before and has no column {', '.join(missing)}. Add what is missing, or"
                " give the mirror a database of its own."
            )
    if no_text := sorted(f"{table}.{name}" for table, name in TEXTS if columns[table, name] is None):
        raise TargetUnusable(
            f"{', '.join(no_text)} must hold text. Change the column, or give the mirror a database of its own."
        )


def _rows(cursor: DictCursor) -> list[dict[str, Any]]:
    return list(cursor.fetchall())
