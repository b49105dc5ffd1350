"""Whether ClickHouse has of each game and day what the embedded store has, by counts and checksums; and a day anew.

What was taken away here on purpose, by retention, an erasure or the deletion of a game, shows in the count of a day.
Such a day is copied anew, with its rollups, as they follow from its events. Of days whose events alone are gone the
rollups stay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, LiteralString
from uuid import uuid4

from msgspec import Struct

from playtrace.rollups.rollup import SOURCE_OF_EVENTS, Rollup, Sql
from playtrace.shares import Share
from playtrace.store.clickhouse.reader import errors
from playtrace.store.clickhouse.schema import rows_table
from playtrace.store.clickhouse.sending import Sending
from playtrace.store.clickhouse.slices import COPIED, STORED_EVENTS, SliceRows
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.raw_gone import gone_of
from playtrace.store.reading import Reader

# Half of an MD5 is the same number in both; a sum of numbers does not depend on the order of the rows.
HERE: LiteralString = """
SELECT game_id, time::DATE AS day, count(*) AS events, CAST(sum(md5_number_lower(event_id::VARCHAR || '/' || name || '/'
    || coalesce(player_id, '') || '/' || coalesce(session_id, '') || '/' || epoch_us(time)::VARCHAR || '/'
    || journal_offset::VARCHAR || '/' || position::VARCHAR)) % 18446744073709551616 AS VARCHAR) AS checksum
FROM main.events
WHERE journal_offset <= $upto
GROUP BY game_id, time::DATE
"""
THERE: LiteralString = """
SELECT game_id, toDate32(time) AS day, count() AS events, toString(sum(reinterpretAsUInt64(substring(MD5(concat(
    toString(event_id), '/', name, '/', ifNull(player_id, ''), '/', ifNull(session_id, ''), '/',
    toString(toUnixTimestamp64Micro(time)), '/', toString(journal_offset), '/', toString(position))), 9, 8))))
    AS checksum
FROM events
WHERE CRC32(game_id) % {shares:Int64} = {share:Int64}
GROUP BY game_id, day
"""
COUNTED_HERE: LiteralString = """
SELECT game_id, time::DATE AS day, count(*) AS events, '' AS checksum
FROM main.events
WHERE journal_offset <= $upto
GROUP BY game_id, time::DATE
"""
COUNTED_THERE: LiteralString = """
SELECT game_id, toDate32(time) AS day, count() AS events, '' AS checksum
FROM events
WHERE CRC32(game_id) % {shares:Int64} = {share:Int64}
GROUP BY game_id, day
"""
OF_DAY: Sql = "WHERE game_id = $game AND time >= $from AND time < $to AND journal_offset <= $upto\n"


class Day(Struct, frozen=True, order=True):
    game_id: str
    day: dt.date
    """UTC."""


class Told(Struct, frozen=True):
    """What a store has of a day."""

    events: int = 0
    checksum: str = ""


class Difference(Struct, frozen=True):
    """A day of which the two stores have something else."""

    day: Day
    here: Told
    there: Told


class Compared(Struct, frozen=True):
    """What a comparison came to."""

    days: int
    events: int
    different: list[Difference]


def compare(moment: Reader, there: ClickHouseStore, upto: int, share: Share, *, counts_alone: bool = False) -> Compared:
    """All days of the games of a share, of what came up to an offset, to which ClickHouse has everything.

    Raises `StoreError`.
    """
    here, there_sql = (COUNTED_HERE, COUNTED_THERE) if counts_alone else (HERE, THERE)
    ours = _told(moment.rows(here, {"upto": upto}))
    with there.reading(apart=True) as reader:
        theirs = _told(reader.rows_of_own(there_sql, {"share": share.number, "shares": share.of}))
    nothing = Told()
    return Compared(
        len(ours),
        sum(told.events for told in ours.values()),
        [
            Difference(day, ours.get(day, nothing), theirs.get(day, nothing))
            for day in sorted(ours.keys() | theirs.keys())
            if ours.get(day) != theirs.get(day)
        ],
    )


def _told(rows: Iterable[dict[str, Any]]) -> dict[Day, Told]:
    return {Day(row["game_id"], row["day"]): Told(int(row["events"]), row["checksum"]) for row in rows}


class _Daily(Struct, frozen=True):
    """The rows of a day in one table, and the column there that says which day a row is of."""

    rows: SliceRows
    at: Sql


def _daily(rollup: Rollup) -> _Daily:
    return _Daily(SliceRows(rows_table(rollup), rollup.of_load(SOURCE_OF_EVENTS + OF_DAY)), rollup.day)


EVENTS_OF_DAY = _Daily(SliceRows("events", STORED_EVENTS + OF_DAY + "ORDER BY journal_offset, position"), "time")
ROLLUPS_OF_DAY = tuple(map(_daily, COPIED))


def copy_anew(day: Day, moment: Reader, into: ClickHouseStore, upto: int, session_timeout: dt.timedelta) -> None:
    """Take away what ClickHouse has of a day, and copy it again. Raises `StoreError`; then the day still differs."""
    gone = gone_of(moment, day.game_id)
    is_raw_gone = gone.latest is not None and day.day < gone.latest
    is_all_gone = gone.everything is not None and day.day < gone.everything
    # The events go first and come last: whoever is killed between leaves a day that differs.
    tables = [EVENTS_OF_DAY] if is_raw_gone and not is_all_gone else [EVENTS_OF_DAY, *ROLLUPS_OF_DAY]
    for table in tables:
        _forget(day, table, into)
    midnight = dt.datetime.combine(day.day, dt.time())
    known: dict[str, object] = {
        "game": day.game_id,
        "from": midnight,
        "to": midnight + dt.timedelta(days=1),
        "upto": upto,
        "session_timeout": session_timeout,
    }
    sending = Sending(into)
    for table in reversed(tables):
        rows = moment.query(table.rows.text, table.rows.values(known))
        sending.send(table.rows.table, rows, uuid4().hex)
    into.changed()


def _forget(day: Day, table: _Daily, into: ClickHouseStore) -> None:
    cluster = into.address.cluster
    name: str = f"{table.rows.table}_local ON CLUSTER {cluster}" if cluster else table.rows.table
    with errors():
        into.client.command(
            f"DELETE FROM {name} WHERE game_id = {{game:String}} AND toDate32({table.at}) = {{day:Date32}}",
            parameters={"game": day.game_id, "day": day.day.isoformat()},
        )
