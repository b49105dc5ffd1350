"""Whether a lake has the store's events: both are counted and summed up, by game and day, and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, LiteralString, cast

import duckdb
from msgspec import Struct
from pyiceberg.table import Table

COLUMNS = (
    "game_id",
    "event_id",
    "name",
    "time",
    "player_id",
    "device_id",
    "session_id",
    "props",
    "journal_offset",
    "position",
)
"""What is compared of each event."""

# Of both sides, as text: the sum of a day does not tell in which order its rows came.
SUMMED: LiteralString = """
SELECT game_id, CAST(time AS DATE)::VARCHAR AS day, count(*) AS events,
    bit_xor(hash({event_id}, name, epoch_us(time), player_id, device_id, session_id, {props}, journal_offset,
        position))::VARCHAR AS sum
FROM {rows}
GROUP BY ALL
ORDER BY ALL
"""
IN_STORE: LiteralString = SUMMED.format(
    event_id="event_id::VARCHAR", props="props::JSON::VARCHAR", rows="events WHERE journal_offset <= {upto:d}"
)
IN_LAKE: LiteralString = SUMMED.format(event_id="event_id", props="props", rows="batch")

Key = tuple[str, dt.date]
Sum = tuple[int, str]


class Difference(Struct, frozen=True):
    """A day of a game that is not the same."""

    game_id: str
    day: dt.date
    in_store: int
    """Events."""
    in_lake: int


def in_store(upto: int) -> LiteralString:
    """The question about all events up to an offset: a number, as a statement that is sent has no parameters."""
    return cast("LiteralString", IN_STORE.format(upto=upto))


def in_lake(events: Table) -> dict[Key, Sum]:
    """The same of the lake, of which a batch is in memory at a time."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("batch", events.scan(selected_fields=COLUMNS).to_arrow_batch_reader())
        return summed(connection.sql(IN_LAKE).to_arrow_table().to_pylist())


def summed(rows: list[dict[str, Any]]) -> dict[Key, Sum]:
    return {(row["game_id"], dt.date.fromisoformat(row["day"])): (row["events"], row["sum"]) for row in rows}


def differences(store: Mapping[Key, Sum], lake: Mapping[Key, Sum]) -> list[Difference]:
    """Days that one of both has otherwise than the other."""
    nothing = (0, "")
    return [
        Difference(game_id, day, store.get((game_id, day), nothing)[0], lake.get((game_id, day), nothing)[0])
        for game_id, day in sorted(store.keys() | lake.keys())
        if store.get((game_id, day)) != lake.get((game_id, day))
    ]
