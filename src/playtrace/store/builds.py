"""Which rollups are there, in which version, and up to which day.

A rollup that is new, or whose definition has changed, begins empty. Loads add to it at once; the days of what was
stored before are made one after the other (`load/rebuild.py`), and until a day is made questions read its events. Of
days whose events are gone (`raw_gone.py`) the rows stay that the earlier definition made.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import LiteralString

import duckdb

from playtrace.rollups import MADE_OF_DAYS, ROLLUPS, player_merges
from playtrace.store.errors import StoreError, StoreNewer
from playtrace.store.player_merges import take_up

log = logging.getLogger("playtrace.store")


def prepare_rollups(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of all rollups that are not there in their version, in the caller's transaction.

    Raises `StoreNewer` when one was made by a newer playtrace.
    """
    found = dict(connection.execute("SELECT rollup, version FROM rollup_builds").fetchall())
    began = connection.execute("SELECT min(time)::DATE FROM events").fetchone()
    built_to: dt.date | None = began[0] if began else None
    for rollup in ROLLUPS:
        if _is_due(found, rollup.table, rollup.version):
            _make(connection, rollup.table, rollup.version, rollup.creation, built_to, rollup.day)
    for table in MADE_OF_DAYS:
        if _is_due(found, table.TABLE, table.VERSION):
            # Compaction makes it of other rollups, a day that is missing whenever it comes by.
            _make(connection, table.TABLE, table.VERSION, table.CREATION, None, "day")
    if _is_due(found, player_merges.TABLE, player_merges.VERSION):
        _make(connection, player_merges.TABLE, player_merges.VERSION, player_merges.CREATION, None)
        # Not a day after the other: they are few, and every question about all days needs them.
        take_up(connection, player_merges.DECISIONS_OF_EVENTS)


def _is_due(found: dict[str, int], table: str, version: int) -> bool:
    known = found.get(table)
    if known is not None and known > version:
        raise StoreNewer(
            f"The store has version {known} of {table}, this playtrace knows {version}. Install the newer."
        )
    return known != version


def _make(
    connection: duckdb.DuckDBPyConnection,
    table: LiteralString,
    version: int,
    creation: LiteralString,
    built_to: dt.date | None,
    day: LiteralString | None = None,
) -> None:
    kept = day is not None and _keep_what_is_gone(connection, table, day)
    connection.execute("DROP TABLE IF EXISTS " + table)
    connection.execute(creation)
    if kept:
        _put_back(connection, table)
    connection.execute("DELETE FROM rollup_builds WHERE rollup = ?", [table])
    connection.execute("INSERT INTO rollup_builds VALUES (?, ?, ?)", [table, version, built_to])
    if built_to is not None:
        log.info("a rollup is made anew from the events", extra={"rollup": table, "from_day": built_to.isoformat()})


# What the earlier definition made of days that cannot be made anew.
KEEP: LiteralString = """
CREATE OR REPLACE TEMP TABLE kept_of_gone AS
SELECT kept.* FROM {table} AS kept
JOIN (
    SELECT game_id, max(day) AS gone_to FROM main.removed_before WHERE what = 'events' GROUP BY game_id
) AS gone ON gone.game_id = kept.game_id AND {day} < gone_to
"""


def _keep_what_is_gone(connection: duckdb.DuckDBPyConnection, table: LiteralString, day: LiteralString) -> bool:
    """Whether there is any."""
    there = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall()
    if not there or not connection.execute("SELECT 1 FROM removed_before LIMIT 1").fetchall():
        return False
    connection.execute(KEEP.format(table=table, day=day))
    return True


def _put_back(connection: duckdb.DuckDBPyConnection, table: LiteralString) -> None:
    """What the new definition does not have goes. Raises `StoreError` where it has beside it what must be known."""
    columns = [row[0] for row in connection.execute("SELECT column_name FROM (DESCRIBE " + table + ")").fetchall()]
    held = {row[0] for row in connection.execute("SELECT column_name FROM (DESCRIBE kept_of_gone)").fetchall()}
    names = ", ".join(name for name in columns if name in held)
    try:
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept_of_gone")
    except duckdb.ConstraintException as error:
        raise StoreError(
            f"The events of some days are gone (retention), and what {table} has of them has no"
            f" place in what this playtrace makes of events: {error}. Go on with the playtrace from before."
        ) from error
    finally:
        connection.execute("DROP TABLE kept_of_gone")
