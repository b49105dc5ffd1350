"""Taking players out of the store, as if they never had been: their events, and all that follows from these.

One transaction. Rows that name a player are deleted. Where a row is of several players' events (sums by quarter of an
hour, how far a map reaches, a session in which two signed in) it is made anew of the events that are left: each rollup
says which rows follow from which events (`SLICES`). So every answer is that of a history without these players, from
rollups as from events.

Where events are gone (`raw_gone.py`), what names a player goes all the same, and sums stay as they are: they name
nobody, and nothing can be made of them anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import LiteralString

from duckdb import DuckDBPyConnection
from msgspec import Struct

from playtrace.event import PLAYER_MERGED
from playtrace.rollups import (
    MADE_OF_DAYS,
    event_counts,
    jwc_usage,
    located_events,
    map_extents,
    noted_events,
    path_days,
    payments,
    performance_samples,
    player_days,
    players,
    position_spans,
    position_tails,
    sessions,
)
from playtrace.rollups.rollup import SOURCE_OF_EVENTS, Rollup, Sql

ERASURE = "erasure"
"""Why events are stored no more, in `removed_events`."""

# Of which something was decided together with these, in any environment.
SAME_PLAYERS: LiteralString = """
WITH led AS (
    SELECT unnest($ids::VARCHAR[]) AS player_id
    UNION
    SELECT canonical_id FROM player_merges WHERE game_id = $game AND list_contains($ids::VARCHAR[], player_id)
)
SELECT player_id FROM led
UNION
SELECT player_id FROM player_merges
WHERE game_id = $game AND player_id <> canonical_id AND canonical_id IN (SELECT player_id FROM led)
ORDER BY 1
"""

NAME_IDS: LiteralString = "CREATE OR REPLACE TEMP TABLE erased_ids AS SELECT unnest($ids::VARCHAR[]) AS id"

IS_ID: LiteralString = "IN (SELECT id FROM erased_ids)"

# What a device sent without a player is that player's where a merge says so: then its id is among those that go.
# Merges by number of row, or what they say would be read of all events.
ARE_THEIRS: LiteralString = f"""game_id = $game AND (
    player_id {IS_ID}
    OR (player_id IS NULL AND device_id {IS_ID})
    OR rowid IN (
        SELECT rowid FROM main.events
        WHERE game_id = $game AND name = '{PLAYER_MERGED}' AND (
            CAST(props.previous_id AS VARCHAR) {IS_ID} OR CAST(props.canonical_id AS VARCHAR) {IS_ID}
        )
    )
)"""

# What happened before is gone of this name, or is going.
GONE_BEFORE: LiteralString = """coalesce(
        (SELECT max(day) FROM removed_before WHERE game_id = $game AND what = 'events' AND name = source.name),
        (SELECT max(day) FROM removed_before WHERE game_id = $game AND what = 'events' AND name = ''),
        DATE '0001-01-01'
    )"""

FIND_ERASED: LiteralString = (
    f"""
CREATE OR REPLACE TEMP TABLE erased AS
SELECT env, name, time, slot, player_id, owner, session_id, device_id, map_id, CAST(time AS DATE) AS day,
    time >= {GONE_BEFORE} AS is_whole
FROM ("""
    + SOURCE_OF_EVENTS
    + "    WHERE "
    + ARE_THEIRS
    + "\n) AS source\n"
)

FIND_ERASED_SESSIONS: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE erased_sessions AS
SELECT env, owner, coalesce(session_id, '') AS session_id FROM erased
UNION
SELECT env, owner, session_id FROM sessions WHERE game_id = $game AND (player_id {IS_ID} OR owner {IS_ID})
"""

# Of what compaction made of these days, players are no part any more.
FIND_ERASED_DAYS: LiteralString = f"""
CREATE OR REPLACE TEMP TABLE erased_days AS
SELECT 'heat_days' AS made, env, CAST(time AS DATE) AS day
FROM located_events WHERE game_id = $game AND player_id {IS_ID}
UNION
SELECT 'heat_days', env, CAST(time AS DATE)
FROM position_spans WHERE game_id = $game
    AND (player_id {IS_ID} OR (env, owner, session_id) IN (SELECT (env, owner, session_id) FROM erased_sessions))
UNION
SELECT 'heat_days', env, day FROM erased WHERE is_whole AND map_id IS NOT NULL
UNION
SELECT 'performance_days', env, CAST(time AS DATE)
FROM performance_samples WHERE game_id = $game AND player_id {IS_ID}
UNION
SELECT 'performance_days', env, day FROM erased WHERE is_whole AND name IN ({performance_samples.NAMES})
UNION
SELECT 'path_days', env, day FROM erased WHERE is_whole
"""


class Slice(Struct, frozen=True):
    """Rows of a rollup that follow from some events alone: those that agree with them in these columns."""

    rollup: Rollup
    of_row: Sql
    of_event: Sql
    """The same, of an event."""
    is_of_one: bool = False
    """Whether the rows that name a player follow from that player's events alone."""


_SESSION: Sql = "env, owner, session_id"
_SESSION_OF_EVENT: Sql = "env, owner, coalesce(session_id, '')"
_PLAYER: Sql = "env, coalesce(player_id, '')"

SLICES: tuple[Slice, ...] = (
    Slice(event_counts.ROLLUP, "env, name, slot", "env, name, slot"),
    Slice(map_extents.ROLLUP, "env, name, map_id, day", "env, name, map_id, CAST(time AS DATE)"),
    Slice(player_days.ROLLUP, _PLAYER, _PLAYER, is_of_one=True),
    Slice(players.ROLLUP, _PLAYER, _PLAYER, is_of_one=True),
    Slice(sessions.ROLLUP, _SESSION, _SESSION_OF_EVENT),
    Slice(position_spans.ROLLUP, _SESSION, _SESSION_OF_EVENT),
    Slice(position_tails.ROLLUP, _SESSION, _SESSION_OF_EVENT),
    Slice(
        located_events.ROLLUP,
        _PLAYER + ", name, CAST(time AS DATE)",
        _PLAYER + ", name, CAST(time AS DATE)",
        is_of_one=True,
    ),
    Slice(jwc_usage.ROLLUP, _PLAYER + ", name, slot", _PLAYER + ", name, date_trunc('hour', time)", is_of_one=True),
    Slice(
        noted_events.ROLLUP,
        _PLAYER + ", name, owner, session_id",
        _PLAYER + ", name, owner, coalesce(session_id, '')",
        is_of_one=True,
    ),
    Slice(payments.ROLLUP, _PLAYER + ", name", _PLAYER + ", name", is_of_one=True),
    Slice(
        performance_samples.ROLLUP,
        _PLAYER + ", owner, session_id",
        _PLAYER + ", owner, coalesce(session_id, '')",
        is_of_one=True,
    ),
)
"""Of every rollup: which rows follow from which events."""

NOTE_REMOVED: LiteralString = f"""
INSERT INTO removed_events
SELECT game_id, date_trunc('hour', received_at), '{ERASURE}', count(*) FROM events WHERE {ARE_THEIRS}
GROUP BY ALL
"""

# What was set aside is text as it came, and may be cut off: what has an id in it goes. One that is short is looked for
# as a text of JSON, or it would be found in anything.
FORGET_SET_ASIDE: LiteralString = """
DELETE FROM set_aside
WHERE game_id = $game AND EXISTS (
    SELECT 1 FROM (SELECT unnest($texts::VARCHAR[]) AS text) AS named
    WHERE contains(set_aside.body, named.text) OR contains(set_aside.error, named.text)
)
"""
SHORT_ID_LENGTH_MAX = 7

FORGET_BY_ID: dict[Sql, Sql] = {
    "player_merges": f"player_id {IS_ID} OR merged_into {IS_ID} OR canonical_id {IS_ID}",
    "segment_members": f"player_id {IS_ID}",
    "session_clocks": f"owner {IS_ID} OR (session_id, owner) IN (SELECT (session_id, owner) FROM erased_sessions)",
    "clock_readings": f"device {IS_ID} OR device IN (SELECT device_id FROM erased WHERE device_id IS NOT NULL)",
}
"""Which other rows of the game name somebody."""

PLAYED_FROM: LiteralString = "SELECT min(time), max(time) FROM erased"
KEPT_SUMS: LiteralString = f"""
SELECT count(DISTINCT day) FROM player_days
WHERE game_id = $game AND player_id {IS_ID} AND day < (
    SELECT max(day) FROM removed_before WHERE game_id = $game AND what = 'events'
)
"""


class Erased(Struct, frozen=True):
    """What went."""

    rows: dict[str, int]
    """By table. Of a rollup: those that named somebody, or that were made anew."""
    first_at: dt.datetime | None
    """When the first of their events happened; None where there were none."""
    last_at: dt.datetime | None
    days_of_sums: int
    """On so many days they are still in sums that name nobody, as the events are gone of which these were made."""
    days: tuple[dt.date, ...]
    """What is made of these when they have come to rest is to be made again."""
    sessions: tuple[tuple[str, str, str], ...]
    """Environment, owner and id of those that they were part of."""


def same_players(connection: DuckDBPyConnection, game_id: str, ids: Sequence[str]) -> list[str]:
    """These ids, and those of the same players: who was merged is erased together."""
    rows = connection.execute(SAME_PLAYERS, {"game": game_id, "ids": list(ids)}).fetchall()
    return [row[0] for row in rows]


def erase(connection: DuckDBPyConnection, game_id: str, ids: Sequence[str], session_timeout: dt.timedelta) -> Erased:
    """Take these players out, in the caller's transaction. `ids` are all that they have."""
    known: dict[str, object] = {
        "game": game_id,
        "ids": list(ids),
        "texts": texts_of(ids),
        "session_timeout": session_timeout,
    }

    def execute(sql: LiteralString) -> int:
        """How many rows a statement changed, where it changes some."""
        statement = connection.extract_statements(sql)[0]
        done = connection.execute(statement, {name: known[name] for name in statement.named_parameters}).fetchall()
        return int(done[0][0]) if done and isinstance(done[0][0], int) else 0

    execute(NAME_IDS)
    execute(FIND_ERASED)
    execute(FIND_ERASED_SESSIONS)
    execute(FIND_ERASED_DAYS)
    first_at, last_at = connection.execute(PLAYED_FROM).fetchall()[0]
    days_of_sums = execute(KEPT_SUMS)
    rows: dict[str, int] = {}
    execute(NOTE_REMOVED)
    rows["events"] = execute("DELETE FROM events WHERE " + ARE_THEIRS)
    has_nameless = bool(connection.execute("SELECT 1 FROM erased WHERE player_id IS NULL LIMIT 1").fetchall())
    for each in SLICES:
        rows[each.rollup.table] = execute(_forget(each))
        if not each.is_of_one or has_nameless:
            execute(_make_anew(each))
    for made in MADE_OF_DAYS:
        rows[made.TABLE] = execute(_forget_days(made.TABLE))
    rows[path_days.TABLE] += execute(
        "DELETE FROM path_days WHERE game_id = $game"
        " AND (env, owner, session_id) IN (SELECT (env, owner, session_id) FROM erased_sessions) AND session_id <> ''"
    )
    for table, condition in FORGET_BY_ID.items():
        rows[table] = execute("DELETE FROM " + table + " WHERE game_id = $game AND (" + condition + ")")
    rows["set_aside"] = execute(FORGET_SET_ASIDE)
    days = connection.execute("SELECT DISTINCT day FROM erased_days ORDER BY day").fetchall()
    sessions = connection.execute("SELECT env, owner, session_id FROM erased_sessions ORDER BY ALL").fetchall()
    for table in ("erased", "erased_ids", "erased_sessions", "erased_days"):
        connection.execute("DROP TABLE " + table)
    return Erased(
        rows, _utc(first_at), _utc(last_at), days_of_sums, tuple(day for (day,) in days), tuple(map(tuple, sessions))
    )


def _forget(each: Slice) -> Sql:
    """Rows that name somebody, and those that follow from erased events among others."""
    table: Sql = each.rollup.table
    named: list[Sql] = [column + " " + IS_ID for column in ("player_id", "owner") if column in each.rollup.columns]
    touched: Sql = "(" + each.of_row + ") IN (SELECT (" + each.of_event + ") FROM erased WHERE is_whole)"
    condition: Sql = " OR ".join([*named, touched])
    return "DELETE FROM " + table + " WHERE game_id = $game AND (" + condition + ")"


def _make_anew(each: Slice) -> Sql:
    rollup = each.rollup
    source: Sql = (
        "SELECT * FROM ("
        + SOURCE_OF_EVENTS
        + "    WHERE game_id = $game AND time >= (SELECT min(day) FROM erased) - INTERVAL 1 DAY\n) AS source WHERE ("
        + each.of_event
        + ") IN (SELECT ("
        + each.of_event
        + ") FROM erased WHERE is_whole)"
    )
    if rollup is position_spans.ROLLUP:
        return "INSERT INTO position_spans " + rollup.merged_across_days(rollup.rows(source))
    return "INSERT INTO " + rollup.table + " " + rollup.of_events(source)


def _forget_days(table: Sql) -> Sql:
    return (
        "DELETE FROM "
        + table
        + " WHERE game_id = $game AND (env, day) IN (SELECT (env, day) FROM erased_days WHERE made = '"
        + table
        + "')"
    )


def texts_of(ids: Sequence[str]) -> list[str]:
    """How ids may stand in what came: as they are, or escaped."""
    found: list[str] = []
    for id_ in ids:
        quoted = [json.dumps(id_), json.dumps(id_, ensure_ascii=False)]
        found += quoted if len(id_) <= SHORT_ID_LENGTH_MAX else [text[1:-1] for text in quoted]
    return sorted(set(found))


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return None if at is None else at.replace(tzinfo=dt.UTC)
